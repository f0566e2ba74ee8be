/* The allocators put in front of those of the interpreter, for a host with one thread and without pymalloc. */
#ifndef PA_WRAP_H
#define PA_WRAP_H

#include "core/base.h"

/* What was installed before us: the host fills it in before the first event. */
extern pa_allocator pa_inner[PA_DOMAINS];

/* Our allocator for a domain: passes on to pa_inner and reports what succeeded to the core (core.h). */
pa_allocator pa_wrapped(int domain);

/* PyRefTracer (Include/cpython/object.h, 3.13+). */
int pa_trace_creation(void *object, int event, void *data);

#endif
