#include "core/tally.h"

#include "core/memory.h"
#include "core/types.h"

pa_tally *const pa_nowhere[1] = {NULL};
pa_tally *const *pa_now = pa_nowhere;

static pa_tally *all;

bool pa_tally_add(pa_tally *tally)
{
    pa_counts *rows = pa_shared_new(pa_names_capacity, sizeof(pa_counts));
    if (rows == NULL) {
        return false;
    }
    *tally = (pa_tally){.rows = rows, .next = all};
    all = tally;
    return true;
}

void pa_tally_clear(pa_tally *tally)
{
    pa_counts *rows = tally->rows;
    for (uint32_t i = 0; i < pa_names_used; i++) {
        rows[i] = (pa_counts){0};
    }
    *tally = (pa_tally){.rows = rows, .next = tally->next};
}

void pa_tally_settle(pa_tally *tally)
{
    tally->totals.requests = 0;
    for (int origin = 0; origin < 2; origin++) {
        uint64_t requests = 0;
        for (int domain = 0; domain < PA_DOMAINS; domain++) {
            requests += tally->requested[domain][origin];
        }
        tally->totals.requests += requests;
        tally->totals.buffers[origin] = requests - tally->claimed[origin];
        tally->rows[0].buffers[origin] = tally->totals.buffers[origin];
    }
    tally->rows[0].requests = tally->totals.buffers[0] + tally->totals.buffers[1];
    tally->rows[0].bytes = tally->totals.bytes - tally->claimed_bytes;
}

bool pa_tallies_grow(uint32_t capacity)
{
    for (pa_tally *tally = all; tally != NULL; tally = tally->next) {
        pa_counts *grown = pa_shared_new(capacity, sizeof(pa_counts));
        if (grown == NULL) {
            return false;
        }
        __builtin_memcpy(grown, tally->rows, pa_names_used * sizeof(pa_counts));
        pa_shared_drop(tally->rows);
        tally->rows = grown;
    }
    return true;
}

void pa_tallies_drop(void)
{
    for (pa_tally *tally = all; tally != NULL; tally = tally->next) {
        pa_shared_drop(tally->rows);
        tally->rows = NULL;
    }
    all = NULL;
    pa_now = pa_nowhere;
}
