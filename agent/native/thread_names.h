/* The names of threads that threading started. */
#ifndef PA_THREAD_NAMES_H
#define PA_THREAD_NAMES_H

#include "core/contexts.h"

/* Gives the label of a thread its name if the outermost frame is that of Thread._bootstrap: a callback of core/sites.h. */
void pa_name_by_frame(pa_path *path, uintptr_t outermost);

#endif
