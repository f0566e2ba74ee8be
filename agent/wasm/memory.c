#include "core/memory.h"

static pa_allocator inner;

void pa_memory_use(const pa_allocator *raw)
{
    inner = *raw;
}

void *pa_memory_new(size_t count, size_t size)
{
    return inner.calloc(inner.ctx, count, size);
}

void pa_memory_drop(void *block)
{
    inner.free(inner.ctx, block);
}

void *pa_shared_new(size_t count, size_t size)
{
    return pa_memory_new(count, size);
}

void pa_shared_drop(void *block)
{
    pa_memory_drop(block);
}
