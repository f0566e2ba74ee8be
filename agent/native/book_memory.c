#include "native/book_memory.h"

#include <sys/mman.h>

#include "core/book.h"
#include "core/memory.h"

enum { SIZE = 64 << 20 };

/* Taken from its beginning, never given back but all at once. */
static char *memory;
static size_t used;

void *pa_book_new(size_t count, size_t size)
{
    if (!pa_book_apart) {
        return pa_shared_new(count, size);
    }
    size_t bytes = (count * size + 15) & ~(size_t)15;
    if (bytes > SIZE - used) {
        return NULL;
    }
    void *block = memory + used;
    used += bytes;
    return block;
}

void pa_book_drop(void *block)
{
    if (!pa_book_apart) {
        pa_shared_drop(block);
    }
}

bool pa_book_memory_begin(void)
{
    if (memory == NULL) {
        void *mapped = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (mapped == MAP_FAILED) {
            return false;
        }
        memory = mapped;
    }
    else {
        madvise(memory, used, MADV_DONTNEED); /* it is all zero again */
    }
    used = 0;
    pa_book_apart = true;
    return true;
}

bool pa_book_memory_scarce(void)
{
    return used > SIZE / 2;
}
