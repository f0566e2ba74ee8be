/* Words shared by every file of the core. Freestanding C11: no libc, no Python header. */
#ifndef PA_BASE_H
#define PA_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* PyMemAllocatorEx (Include/cpython/pymem.h, unchanged 3.8-3.15). */
typedef struct {
    void *ctx;
    void *(*malloc)(void *ctx, size_t size);
    void *(*calloc)(void *ctx, size_t count, size_t size);
    void *(*realloc)(void *ctx, void *block, size_t size);
    void (*free)(void *ctx, void *block);
} pa_allocator;

/* PyMemAllocatorDomain (Include/cpython/pymem.h, unchanged 3.8-3.15). */
enum { PA_RAW, PA_MEM, PA_OBJ, PA_DOMAINS };

/* Who supplied the memory of a created object. */
enum { PA_FREELIST, PA_PYMALLOC, PA_MALLOC, PA_FOREIGN, PA_ORIGINS };

/* States that make a count not exact. Raised once, kept until the core is set up again, read by the host. */
enum {
    PA_NO_MEMORY = 1 << 0,  /* a table could not grow: events were lost */
    PA_TWICE = 1 << 1,      /* the allocator returned a block that the table has as live */
    PA_LOST = 1 << 2,       /* a creation event whose object could not be found */
    PA_TOO_MANY = 1 << 3,   /* more distinct types than a block entry can name */
    PA_LONG_NAME = 1 << 4,  /* a type name was cut: rows of two types may have become one */
    PA_NO_BEGIN = 1 << 5    /* the object after which counting was to begin was not created */
};

#define PA_LIKELY(x) __builtin_expect(!!(x), 1)
#define PA_UNLIKELY(x) __builtin_expect(!!(x), 0)

/* Every read of the interpreter's memory goes through memcpy: no alignment or aliasing is assumed. */
static inline uintptr_t pa_word(uintptr_t address)
{
    uintptr_t value;
    __builtin_memcpy(&value, (const void *)address, sizeof value);
    return value;
}

#endif
