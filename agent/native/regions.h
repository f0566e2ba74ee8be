/* Named regions of a counted interpreter.
 *
 *   with pyallocs.region("parse"): …        @pyallocs.region("parse")
 *                                           def f(): …
 *
 * There is one object per name, made at its first use. Entering and leaving are C functions: counting begins as the last
 * act of __enter__ and ends as the first of __exit__. What is made here is counted nowhere.
 */
#ifndef PA_REGIONS_H
#define PA_REGIONS_H

#include "core/base.h"

enum { PA_REGION_PROTOCOL = 1 };

/* Makes the types. False with an exception set. */
bool pa_regions_prepare(void);
/* The Python function region(name). */
void *pa_region_of(void *module, void *name);

#endif
