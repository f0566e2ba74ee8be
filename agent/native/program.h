/* Where a program begins and ends: with the first instruction of the code run as __main__, and with its return.
 *
 * The interpreter asks an evaluation function for every frame it enters (PEP 523). Ours is there until the first frame
 * whose globals are those of __main__; from then on the interpreter runs without it, as it does unmeasured.
 */
#ifndef PA_PROGRAM_H
#define PA_PROGRAM_H

#include "core/base.h"

/* Watches for the program to begin. False when this cannot be seen in this version. */
bool pa_program_watch(void);

/* How many interpreters this process has made; more than 1 where that cannot be seen. */
extern const int64_t *pa_interpreters_made;
/* Finds where that is counted. False when it cannot be found, or there were several already. */
bool pa_interpreters_find(void);

/* Notes what a reader must know when the program has ended: called once, whatever comes first. */
void pa_program_check(void);

#endif
