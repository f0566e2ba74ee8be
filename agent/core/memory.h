/* Memory for the core's own tables: from the allocator that was in the raw domain before us, so it is never counted. */
#ifndef PA_MEMORY_H
#define PA_MEMORY_H

#include "core/base.h"

void pa_memory_use(const pa_allocator *raw);

/* Zeroed memory, or NULL. */
void *pa_memory_new(size_t count, size_t size);
void pa_memory_drop(void *block);

#endif
