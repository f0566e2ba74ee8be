#include "core/wrap.h"

#include "core/core.h"

pa_allocator pa_inner[PA_DOMAINS];

/* Inside the allocator before us, what it asks for is part of the request and not counted. */
static bool inside;

/* The context of our allocators is the one they pass on to: its place in pa_inner is the domain. */
static inline int domain_of(const pa_allocator *to)
{
    return (int)(to - pa_inner);
}

static void *on_malloc(void *context, size_t size)
{
    const pa_allocator *to = context;
    if (PA_UNLIKELY(inside)) {
        return to->malloc(to->ctx, size);
    }
    inside = true;
    void *block = to->malloc(to->ctx, size);
    inside = false;
    if (PA_LIKELY(block != NULL)) {
        pa_request(domain_of(to), (uintptr_t)block, size, PA_MALLOC);
    }
    return block;
}

static void *on_calloc(void *context, size_t count, size_t size)
{
    const pa_allocator *to = context;
    if (PA_UNLIKELY(inside)) {
        return to->calloc(to->ctx, count, size);
    }
    inside = true;
    void *block = to->calloc(to->ctx, count, size);
    inside = false;
    if (PA_LIKELY(block != NULL)) {
        pa_request(domain_of(to), (uintptr_t)block, count * size, PA_MALLOC);
    }
    return block;
}

static void *on_realloc(void *context, void *from, size_t size)
{
    const pa_allocator *to = context;
    if (PA_UNLIKELY(inside)) {
        return to->realloc(to->ctx, from, size);
    }
    uintptr_t before = (uintptr_t)from;
    inside = true;
    void *block = to->realloc(to->ctx, from, size);
    inside = false;
    if (block != NULL && before == 0) {
        pa_request(domain_of(to), (uintptr_t)block, size, PA_MALLOC);
    }
    else if (block != NULL) {
        pa_resize(domain_of(to), before, (uintptr_t)block, size);
    }
    return block;
}

static void on_free(void *context, void *block)
{
    const pa_allocator *to = context;
    if (PA_UNLIKELY(inside)) {
        to->free(to->ctx, block);
        return;
    }
    if (PA_LIKELY(block != NULL)) {
        pa_release(domain_of(to), (uintptr_t)block);
    }
    inside = true;
    to->free(to->ctx, block);
    inside = false;
}

pa_allocator pa_wrapped(int domain)
{
    return (pa_allocator){&pa_inner[domain], on_malloc, on_calloc, on_realloc, on_free};
}

int pa_trace_creation(void *object, int event, void *data)
{
    (void)data;
    if (event == 0) { /* a creation; 2, from 3.15, comes without an object */
        pa_create((uintptr_t)object);
    }
    return 0;
}
