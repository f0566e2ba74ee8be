#include "core/memory.h"

#include "wasm/reserve.h"

/* Smaller ones are not used again: texts, which stay anyway. */
enum { ALIGNMENT = 16, WORTH_KEEPING = 1024 };

/* What stands before a piece of the reserve. */
typedef struct piece {
    size_t size;
    struct piece *next; /* of those that were given back */
} piece;

_Static_assert(sizeof(piece) <= ALIGNMENT, "a piece begins aligned");

static pa_allocator inner;
static uintptr_t reserve, reserve_next, reserve_end;
static piece *given_back;

void pa_memory_use(const pa_allocator *raw)
{
    inner = *raw;
}

__attribute__((visibility("default"))) void use_reserve(uintptr_t address, size_t size)
{
    reserve = reserve_next = (address + ALIGNMENT - 1) & ~(uintptr_t)(ALIGNMENT - 1);
    reserve_end = address + size;
    given_back = NULL;
}

/* One that was given back, if it has just this size: a table that is made anew is as large as it was. */
static piece *used_before(size_t size)
{
    for (piece **at = &given_back; *at != NULL; at = &(*at)->next) {
        piece *found = *at;
        if (found->size == size) {
            *at = found->next;
            return found;
        }
    }
    return NULL;
}

static void *from_reserve(size_t size)
{
    size = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    piece *made = used_before(size);
    if (made == NULL) {
        if (reserve_end - reserve_next < ALIGNMENT || reserve_end - reserve_next - ALIGNMENT < size) {
            return NULL;
        }
        made = (piece *)reserve_next;
        reserve_next += ALIGNMENT + size;
    }
    made->size = size;
    void *block = (char *)made + ALIGNMENT;
    __builtin_memset(block, 0, size);
    return block;
}

void *pa_memory_new(size_t count, size_t size)
{
    size_t all;
    void *block = __builtin_mul_overflow(count, size, &all) || all > SIZE_MAX / 2 ? NULL : from_reserve(all);
    return block != NULL ? block : inner.calloc(inner.ctx, count, size);
}

void pa_memory_drop(void *block)
{
    const uintptr_t address = (uintptr_t)block;
    if (address < reserve || address >= reserve_end) {
        inner.free(inner.ctx, block);
        return;
    }
    piece *dropped = (piece *)(address - ALIGNMENT);
    if (dropped->size >= WORTH_KEEPING) {
        dropped->next = given_back;
        given_back = dropped;
    }
}

void *pa_shared_new(size_t count, size_t size)
{
    return pa_memory_new(count, size);
}

void pa_shared_drop(void *block)
{
    pa_memory_drop(block);
}

void *pa_book_new(size_t count, size_t size)
{
    return pa_memory_new(count, size);
}

void pa_book_drop(void *block)
{
    pa_memory_drop(block);
}
