/* 3.10-3.12: creations seen through the table of tracemalloc.
 *
 * With tracemalloc on, _Py_NewReference looks its object up in the table of traces before it does anything else. The
 * look-up goes through a function pointer in the table, which is data: pointing it here shows every creation. The key is
 * the block or the object minus its GC head (layout.h), so the object is searched behind it.
 */
#ifndef PA_DIVERTED_H
#define PA_DIVERTED_H

#include "core/core.h"

/* get_entry_func of _Py_hashtable_t (Include/internal/pycore_hashtable.h, 3.9-3.12): reports no entry, always. */
void *pa_diverted_lookup(void *table, const void *key);

/* &PyType_Type, by which a word is recognised as a type. */
void pa_diverted_use(uintptr_t type_of_types);

/* Given by the host: whether these bytes can be read. */
bool pa_host_readable(uintptr_t address, size_t size);

#endif
