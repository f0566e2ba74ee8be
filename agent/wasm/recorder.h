/* Where the events of a program come from, inside a CPython that is WebAssembly. */
#ifndef PA_RECORDER_H
#define PA_RECORDER_H

#include "core/base.h"

/* pa_sited (core/sites.h) while a program or a recorded statement is counted. 0: there is no book. */
extern uint8_t pa_recorded;

#endif
