/* Where objects are created, for intervals that ask for it (counting.h).
 *
 * The book (core/book.h) is kept apart from what others see, in memory set aside for it: where that is full the sites are not
 * known, and the counts stay exact. A thread in such an interval has a scope, a context of the book, so that the sites of
 * several threads, and those of calls that are counted nowhere else, are not mixed. What an interval came to is the
 * difference between the end and the beginning, which is empty unless others are under way.
 */
#ifndef PA_INTERVAL_SITES_H
#define PA_INTERVAL_SITES_H

#include "native/thread.h"

/* Creations of one type at one instruction. */
typedef struct {
    uint32_t code, offset; /* as of a pa_place */
    uint32_t row;
    uint64_t count;
} pa_creation_site;

/* In memory of the C library. */
typedef struct {
    size_t used;
    pa_creation_site sites[];
} pa_creation_sites;

/* What the sites of one interval are made of. */
typedef struct {
    pa_creation_sites *before, *after;
    const char *problem; /* why they are not known, or NULL */
    bool open;
} pa_interval_sites;

/* From now on, and until now; both while pyallocs is suspended, in the thread of the interval. */
void pa_interval_sites_open(pa_interval_sites *of);
void pa_interval_sites_close(pa_interval_sites *of);
/* A text that says why they are not known, or a tuple: for each (file, function, first line, line table, size of the
   bytecode, offset in it, type, creations), one after the other, those at no instruction with a file "". What was there before
   counts less than 0. Frees what it is made of. NULL with an exception. */
void *pa_interval_sites_told(pa_interval_sites *of);

/* Frees what it is made of. */
void pa_interval_sites_drop(pa_interval_sites *of);

#endif
