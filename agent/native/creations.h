/* How creations are seen: by PyRefTracer from 3.13 on, by tracemalloc's table of traces before (core/diverted.h). The
 * program's own tracemalloc behaves as if it alone were there: tracemalloc.c. */
#ifndef PA_CREATIONS_H
#define PA_CREATIONS_H

#include "core/base.h"

/* 3.13+: ours becomes the tracer, and calls the one that was there. Before the interpreter is initialised, so that no
   creation is missed; and again when tracemalloc put its own there. */
void pa_creations_trace(void);
/* 3.13+: tracemalloc is about to take its tracer away. */
void pa_creations_forget_next(void);
/* Up to 3.12, when the interpreter is initialised and our allocators are in place. False when the table is not found. */
bool pa_creations_divert(void);
/* Whether creations still reach us. */
bool pa_creations_in_place(void);

#endif
