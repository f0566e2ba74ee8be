#include "core/wrap.h"

#include "core/core.h"

pa_allocator pa_inner[PA_DOMAINS];
static int depth; /* > 0 inside the allocator before us: what it asks for is part of the request */

static void *on_malloc(void *domain, size_t size)
{
    const pa_allocator *to = &pa_inner[(intptr_t)domain];
    depth++;
    void *block = to->malloc(to->ctx, size);
    depth--;
    if (PA_LIKELY(block != NULL && depth == 0)) {
        pa_request((int)(intptr_t)domain, (uintptr_t)block, size, PA_MALLOC);
    }
    return block;
}

static void *on_calloc(void *domain, size_t count, size_t size)
{
    const pa_allocator *to = &pa_inner[(intptr_t)domain];
    depth++;
    void *block = to->calloc(to->ctx, count, size);
    depth--;
    if (PA_LIKELY(block != NULL && depth == 0)) {
        pa_request((int)(intptr_t)domain, (uintptr_t)block, count * size, PA_MALLOC);
    }
    return block;
}

static void *on_realloc(void *domain, void *from, size_t size)
{
    const pa_allocator *to = &pa_inner[(intptr_t)domain];
    uintptr_t before = (uintptr_t)from;
    depth++;
    void *block = to->realloc(to->ctx, from, size);
    depth--;
    if (block != NULL && depth == 0) {
        if (before == 0) {
            pa_request((int)(intptr_t)domain, (uintptr_t)block, size, PA_MALLOC);
        }
        else {
            pa_resize((int)(intptr_t)domain, before, (uintptr_t)block, size);
        }
    }
    return block;
}

static void on_free(void *domain, void *block)
{
    const pa_allocator *to = &pa_inner[(intptr_t)domain];
    if (PA_LIKELY(block != NULL && depth == 0)) {
        pa_release((int)(intptr_t)domain, (uintptr_t)block);
    }
    depth++;
    to->free(to->ctx, block);
    depth--;
}

pa_allocator pa_wrapped(int domain)
{
    return (pa_allocator){(void *)(intptr_t)domain, on_malloc, on_calloc, on_realloc, on_free};
}

int pa_trace_creation(void *object, int event, void *data)
{
    (void)data;
    if (event == 0) { /* a creation; 2, from 3.15, comes without an object */
        pa_create((uintptr_t)object);
    }
    return 0;
}
