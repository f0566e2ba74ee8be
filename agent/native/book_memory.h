/* Memory of the book of sites (core/book.h): that of the recording, or where a program counts itself, some of its own. */
#ifndef PA_NATIVE_BOOK_MEMORY_H
#define PA_NATIVE_BOOK_MEMORY_H

#include <stdbool.h>

/* From now on the book is apart, in memory that is empty. False when there is none. */
bool pa_book_memory_begin(void);

/* Whether half of it is used. */
bool pa_book_memory_scarce(void);

#endif
