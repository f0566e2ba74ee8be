/* A tally: the counters of one interval, in all and by type. An event goes to every tally of the list pa_now. */
#ifndef PA_TALLY_H
#define PA_TALLY_H

#include "core/counts.h"

typedef struct pa_tally {
    pa_counts totals;                  /* its buffers and requests are brought up to date by pa_tally_settle, and so is row 0 */
    uint64_t requested[PA_DOMAINS][2]; /* index: origin - PA_PYMALLOC */
    uint64_t claimed[2];               /* those of mem and obj whose block became an object */
    uint64_t claimed_bytes;            /* that were asked for by those */
    uint64_t resurrections;            /* up to 3.12: events for an object that was alive; counted nowhere else */
    uint64_t pools, arenas;
    pa_counts *rows;                   /* as many as there is room for names (types.h), in their order */
    struct pa_tally *next;             /* of all that were added */
} pa_tally;

/* The tallies that the events of this moment go to; ends with NULL. */
extern pa_tally *const *pa_now;
/* The list without any. */
extern pa_tally *const pa_nowhere[1];

/* Runs its body for each tally that counts now. */
#define PA_EACH_TALLY(tally) \
    for (pa_tally *const *tally##_at = pa_now, *tally; (tally = *tally##_at) != NULL; tally##_at++)

static inline void pa_count_creation(uint32_t row, int origin)
{
    PA_EACH_TALLY(tally) {
        tally->totals.creations[origin]++;
        tally->rows[row].creations[origin]++;
    }
}

/* Gives a tally its rows and keeps them as many as there are names. False when there is no memory. */
bool pa_tally_add(pa_tally *tally);
/* Sets all counters to zero. */
void pa_tally_clear(pa_tally *tally);
/* Brings the fields up to date that are not counted event by event. */
void pa_tally_settle(pa_tally *tally);

/* Makes room for `capacity` rows in every tally that was added. False when there is no memory. */
bool pa_tallies_grow(uint32_t capacity);
/* Forgets all tallies and drops their rows. */
void pa_tallies_drop(void);

#endif
