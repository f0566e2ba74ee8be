/* Where the events of a program come from, inside a CPython that is WebAssembly. */
#ifndef PA_RECORDER_H
#define PA_RECORDER_H

#include "core/base.h"

/* pa_sited (core/sites.h) while the program is counted. 0: there is no book, and never one for statements. */
extern uint8_t pa_recorded;

#endif
