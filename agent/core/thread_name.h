/* The name of a thread, read out of its threading.Thread object. */
#ifndef PA_THREAD_NAME_H
#define PA_THREAD_NAME_H

#include "core/base.h"

/* Writes the attribute `_name` of the object at `self`, a Thread of a Python 3.minor, as UTF-8 that ends in a zero byte and
 * fits into `size` bytes, cut between characters. A surrogate that stands alone becomes U+FFFD.
 *
 * It reads memory and calls nothing, so no object is created and nobody is asked: it needs the GIL, and `self` has to be a
 * live object of a build with a GIL. False, with an empty name, when it has no such attribute, when that is no string, or
 * when the version is not listed. */
bool pa_thread_name(unsigned minor, uintptr_t self, char *out, size_t size);

#endif
