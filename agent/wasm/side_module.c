/* The host of the counting core inside a CPython that is WebAssembly (Pyodide), as a side module that shares the
 * memory and the function table of the interpreter: the interpreter calls these functions, no JavaScript in between.
 *
 * Assumes one thread, and builds without pymalloc: the three domains each call malloc themselves, none calls another.
 */
#include "core/core.h"
#include "core/diverted.h"
#include "core/wrap.h"

#define EXPORT __attribute__((visibility("default")))

bool pa_host_readable(uintptr_t address, size_t size)
{
    uint64_t end = (uint64_t)__builtin_wasm_memory_size(0) << 16; /* 2^32 when the memory is as large as it can be */
    return (uint64_t)address + size <= end;
}

/* The state to read (core.h); NULL when the version has no layout or there is no memory. inner_allocator must be filled. */
EXPORT pa_state *start(unsigned minor, uintptr_t type_of_types, uintptr_t type_of_frames, uintptr_t heap_end)
{
    pa_setup setup = {minor, type_of_frames, heap_end, pa_inner[PA_RAW]};
    pa_diverted_use(type_of_types);
    return pa_start(&setup) ? &pa : NULL;
}

EXPORT pa_allocator *inner_allocator(int domain)
{
    return &pa_inner[domain];
}

/* Writes our allocator for a domain, to be given to PyMem_SetAllocator. */
EXPORT void wrap_allocator(int domain, pa_allocator *allocator)
{
    *allocator = pa_wrapped(domain);
}

/* Whether creations of this version come by PyRefTracer; otherwise by the diverted table. */
EXPORT bool has_tracer(void)
{
    return pa_layout_now->tracer;
}

EXPORT void *tracer(void)
{
    return (void *)(uintptr_t)pa_trace_creation;
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

EXPORT const char **names(void)
{
    return pa_names;
}

EXPORT pa_counts *rows(void)
{
    return pa_interval.rows;
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
