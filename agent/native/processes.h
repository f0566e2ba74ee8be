/* Processes: a fork gets a recording of its own, what is executed gets our variables back, and how a process ends is
 * noted. The functions of the C library that do this are interposed: this file defines them. */
#ifndef PA_PROCESSES_H
#define PA_PROCESSES_H

#include "core/base.h"

/* From now on this process is counted. */
void pa_processes_start(void);
/* Notes that the process ends with this code. */
void pa_process_ends(int code);

#endif
