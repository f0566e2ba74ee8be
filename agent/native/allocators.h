/* The allocators put in front of those of the interpreter, in the raw, mem and obj domains and for arenas. */
#ifndef PA_ALLOCATORS_H
#define PA_ALLOCATORS_H

#include "core/base.h"

/* How the interpreter's own allocators work. */
typedef struct {
    bool pymalloc;       /* mem and obj are served by pymalloc, up to a size */
    size_t small;        /* the largest size of which that is certain */
    uintptr_t pool_size; /* bytes */
} pa_heap;

extern pa_heap pa_heap_of_python;

/* Puts ours in front of all. */
void pa_allocators_install(const pa_heap *heap);
/* Puts ours in front of what somebody else put in front of them. */
void pa_allocators_install_again(void);
/* Takes away what others put in front since they were installed. */
void pa_allocators_restore(void);
/* Whether ours are the first that the interpreter asks. */
bool pa_allocators_in_place(void);

#endif
