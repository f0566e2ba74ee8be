/* Named regions: the modules _pyallocs and pyallocs, built into a counted interpreter.
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

/* Before the interpreter is initialised: the modules can be imported. */
void pa_regions_register(void);

#endif
