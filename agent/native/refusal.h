/* Why an interpreter is not counted. */
#ifndef PA_REFUSAL_H
#define PA_REFUSAL_H

#include "native/allocators.h"

/* One of PA_COUNTED… of recording.h; how its allocators work. Notes both in the recording. */
uint64_t pa_refusal(pa_heap *heap);

#endif
