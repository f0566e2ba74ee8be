/* Memory for the core's own tables, given by the host so that it is never counted: wasm/memory.c takes it from the
 * allocator that was in the raw domain before us, native/memory.c from the kernel.
 */
#ifndef PA_MEMORY_H
#define PA_MEMORY_H

#include "core/base.h"

void pa_memory_use(const pa_allocator *raw);

/* Zeroed memory, or NULL. */
void *pa_memory_new(size_t count, size_t size);
void pa_memory_drop(void *block);

/* The same for what a host shows to another process while it counts: names and counters. */
void *pa_shared_new(size_t count, size_t size);
void pa_shared_drop(void *block);

/* The same for what is in the book (book.h), which is shown or is not. */
void *pa_book_new(size_t count, size_t size);
void pa_book_drop(void *block);

#endif
