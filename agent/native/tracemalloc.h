/* The module _tracemalloc: its functions are led through ours, by the pointers of its table of methods, which are data.
 * Up to 3.12 pyallocs has tracemalloc on to see creations, and the program must see it off until it starts it itself;
 * from 3.13 on tracemalloc.start() takes the tracer's place, and both must work. */
#ifndef PA_TRACEMALLOC_H
#define PA_TRACEMALLOC_H

#include "core/base.h"

/* Before the interpreter is initialised. 3.13+: the module is led through ours when the program imports it. 3.8: the table is
   the one for extensions with domains of their own from the start; otherwise the first block of NumPy replaces it. */
void pa_tracemalloc_prepare(void);
/* Up to 3.12: makes the module's tables, for us alone: the module is not imported. False when there is no such module. */
bool pa_tracemalloc_take(void);
/* Up to 3.12: turns tracing on; the allocators it puts in front of ours are taken away again. */
bool pa_tracemalloc_start(void);
/* 3.13+: the program has traced from the start. */
void pa_tracemalloc_join(void);
/* Gives back what was taken for us alone. */
void pa_tracemalloc_release(void);

/* Whether the program itself traces. */
bool pa_tracemalloc_used_by_program(void);

/* 3.13+, in a running interpreter: what the program's tracemalloc does goes through ours from now on. */
void pa_tracemalloc_lead(void);

#endif
