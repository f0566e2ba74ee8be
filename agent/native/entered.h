/* Regions that a thread has entered: its events go to their tallies until it leaves. */
#ifndef PA_ENTERED_H
#define PA_ENTERED_H

#include "native/recording.h"

/* A region with all counters zero, not entered. NULL when there is no room. */
pa_region *pa_region_new(void);

/* This thread enters a region; one that it is in already is entered once more, and its events still go there once. */
void pa_region_enter(pa_region *region);
/* It leaves the last entry of it. False when this thread is not in it. */
bool pa_region_leave(pa_region *region);
/* Whether the region is the one this thread entered last. */
bool pa_region_is_innermost(const pa_region *region);

#endif
