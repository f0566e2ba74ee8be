/* Memory that is set aside for the core's tables before a program begins, so that its own blocks lie where they lie
 * without them: which names share an entry of the type cache, for one, depends on addresses, and so do releases. With and
 * without a recording it is as large. Once it is used up, or where there is none, tables come from the allocator before ours.
 */
#ifndef PA_RESERVE_H
#define PA_RESERVE_H

#include "core/base.h"

/* It need not be zero. */
__attribute__((visibility("default"))) void use_reserve(uintptr_t address, size_t size);

#endif
