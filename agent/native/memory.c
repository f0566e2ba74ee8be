/* Tables of the core in memory from the kernel: neither the program's allocators nor the C library's notice. */
#include "core/memory.h"

#include <sys/mman.h>

enum { CHUNK = 1 << 20, LARGE = 1 << 13, HEADER = 16 };

static char *chunk;
static size_t left;

static void *pages(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

void pa_memory_use(const pa_allocator *raw)
{
    (void)raw;
}

/* In front of each block stands its size when it has pages of its own, otherwise 0. */
void *pa_memory_new(size_t count, size_t size)
{
    size_t bytes = ((count * size + 15) & ~(size_t)15) + HEADER;
    size_t *head;
    if (bytes >= LARGE) {
        head = pages(bytes);
        if (head != NULL) {
            *head = bytes;
        }
    }
    else {
        if (bytes > left) {
            chunk = pages(CHUNK);
            left = chunk == NULL ? 0 : CHUNK;
        }
        if (bytes > left) {
            return NULL;
        }
        head = (size_t *)(void *)chunk;
        chunk += bytes;
        left -= bytes;
    }
    return head == NULL ? NULL : (char *)head + HEADER;
}

/* Small tables are replaced by larger ones a few times in a program's life: what they held is not used again. Called without
   the GIL when a thread ends. */
void pa_memory_drop(void *block)
{
    size_t *head = (size_t *)(void *)((char *)block - HEADER);
    if (*head != 0) {
        munmap(head, *head);
    }
}
