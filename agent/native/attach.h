/* The other way in (entry.c has the first): a running Python loads this object as the module _pyallocs, and puts the hooks
 * in to count itself. What happens is counted nowhere until it begins an interval (counting.h).
 *
 * Blocks that are older than the hooks are not known. A creation on one of them is from a freelist (core.c, heap_end): its
 * memory was asked for before, and nobody has asked for it since.
 */
#ifndef PA_ATTACH_H
#define PA_ATTACH_H

#include "core/base.h"

/* Puts the hooks in, unless they are there. NULL, or a sentence that says why this interpreter cannot be counted. */
const char *pa_attach(void);
/* One of PA_NOT_LISTED… as a sentence. */
const char *pa_refusal_sentence(uint64_t refused);
/* Why what was counted since the hooks are there is not exact, or NULL. */
const char *pa_attached_problem(void);

/* The hooks are there, whoever put them in. */
extern bool pa_attached;

#endif
