#include "native/entered.h"

#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "native/thread.h"

pa_region *pa_region_new(void)
{
    pa_region *region = pa_shared_new(1, sizeof *region);
    return region == NULL || !pa_tally_add(&region->tally) ? NULL : region;
}

static bool is_open(const pa_thread *self, const pa_region *region)
{
    for (unsigned i = 0; i < self->open; i++) {
        if (self->entered->regions[i] == region) {
            return true;
        }
    }
    return false;
}

void pa_region_enter(pa_region *region)
{
    pa_thread *self = &pa_self;
    if (self->slot == NULL) {
        pa_thread_begin(self);
    }
    if (self->entered == NULL) {
        self->entered = calloc(1, sizeof *self->entered); /* the C library's: no hook of ours sees it */
    }
    if (self->entered == NULL || self->open == PA_REGION_DEPTH) {
        region->disorder = 1;
        return;
    }
    pa_tally **tallies = self->entered->tallies;
    if (!is_open(self, region)) {
        tallies[++self->different] = &region->tally;
        tallies[self->different + 1] = NULL;
        self->path.root = 0;
    }
    self->entered->regions[self->open++] = region;
    region->entries++;
    if (self->open == 1) {
        pa_threads_in_regions++;
    }
    pa_phases_update();
}

bool pa_region_is_innermost(const pa_region *region)
{
    const pa_thread *self = &pa_self;
    return self->open > 0 && self->entered->regions[self->open - 1] == region;
}

bool pa_region_leave(pa_region *region)
{
    pa_thread *self = &pa_self;
    unsigned at = self->open;
    while (at > 0 && self->entered->regions[at - 1] != region) {
        at--;
    }
    if (at == 0) {
        return false;
    }
    pa_region **regions = self->entered->regions;
    pa_tally **tallies = self->entered->tallies;
    self->open--;
    memmove(&regions[at - 1], &regions[at], (self->open - (at - 1)) * sizeof regions[0]);
    if (!is_open(self, region)) {
        unsigned i = 1;
        while (tallies[i] != &region->tally) {
            i++;
        }
        memmove(&tallies[i], &tallies[i + 1], (self->different - i + 1) * sizeof tallies[0]);
        self->different--;
        self->path.root = 0;
    }
    if (self->open == 0) {
        pa_threads_in_regions--;
    }
    pa_phases_update();
    return true;
}
