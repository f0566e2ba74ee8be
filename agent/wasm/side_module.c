/* The host of the counting core inside a CPython that is WebAssembly (Pyodide), as a side module that shares the
 * memory and the function table of the interpreter: the interpreter calls these functions, no JavaScript in between.
 *
 * Assumes one thread, and builds without pymalloc: the three domains each call malloc themselves, none calls another.
 */
#include "core/core.h"
#include "core/diverted.h"

#define EXPORT __attribute__((visibility("default")))

static pa_allocator inner[PA_DOMAINS]; /* what was installed before us */
static int depth;                      /* > 0 inside the allocator before us: what it asks for is part of the request */

static void *on_malloc(void *domain, size_t size)
{
    const pa_allocator *to = &inner[(intptr_t)domain];
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
    const pa_allocator *to = &inner[(intptr_t)domain];
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
    const pa_allocator *to = &inner[(intptr_t)domain];
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
    const pa_allocator *to = &inner[(intptr_t)domain];
    if (PA_LIKELY(block != NULL && depth == 0)) {
        pa_release((int)(intptr_t)domain, (uintptr_t)block);
    }
    depth++;
    to->free(to->ctx, block);
    depth--;
}

/* PyRefTracer (Include/cpython/object.h, 3.13+): event 0 is a creation; 2, without an object, from 3.15. */
static int on_event(void *object, int event, void *data)
{
    (void)data;
    if (event == 0) {
        pa_create((uintptr_t)object);
    }
    return 0;
}

bool pa_host_readable(uintptr_t address, size_t size)
{
    uintptr_t end = (uintptr_t)__builtin_wasm_memory_size(0) << 16;
    return address < end && size <= end - address;
}

/* The state to read (core.h); 0 when the version has no layout or there is no memory. inner_allocator must be filled. */
EXPORT pa_state *start(unsigned minor, uintptr_t type_of_types, uintptr_t type_of_frames, uintptr_t heap_end)
{
    pa_setup setup = {minor, type_of_frames, heap_end, inner[PA_RAW]};
    depth = 0;
    pa_diverted_use(type_of_types);
    return pa_start(&setup) ? &pa : NULL;
}

EXPORT pa_allocator *inner_allocator(int domain)
{
    return &inner[domain];
}

/* Writes our allocator for a domain, to be given to PyMem_SetAllocator. */
EXPORT void wrap_allocator(int domain, pa_allocator *allocator)
{
    *allocator = (pa_allocator){(void *)(intptr_t)domain, on_malloc, on_calloc, on_realloc, on_free};
}

/* Whether creations of this version come by PyRefTracer; otherwise by the diverted table. */
EXPORT bool has_tracer(void)
{
    return pa_layout_now->tracer;
}

EXPORT void *tracer(void)
{
    return (void *)(uintptr_t)on_event;
}

EXPORT void *diverted_lookup(void)
{
    return (void *)(uintptr_t)pa_diverted_lookup;
}

EXPORT void begin(void)
{
    pa_begin();
}

EXPORT void end(void)
{
    pa_end();
}

EXPORT pa_row *rows(void)
{
    return pa_rows;
}

EXPORT bool mark_death(uintptr_t object)
{
    return pa_mark_death(object);
}

/* The state at a mark; NULL when it was not passed. */
EXPORT pa_state *mark_state(int mark)
{
    return pa_marks[mark].passed ? &pa_marks[mark].state : NULL;
}

EXPORT pa_counts *mark_rows(int mark)
{
    return pa_marks[mark].rows;
}
