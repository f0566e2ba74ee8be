/* Types by address and life, and the rows of counters by name.
 *
 * An address names a type only while the type lives: its name is copied at its first creation, and the entry is closed
 * when the block of the type is freed. Rows are found by name, so 2,000 classes called C made one after the other share
 * one row, and memory grows with the number of distinct names only. Row 0 is "(buffer)".
 */
#ifndef PA_TYPES_H
#define PA_TYPES_H

#include "layout/layout.h"

/* The name of each row: zero-terminated copies of tp_name. The counters of the rows are in tallies (tally.h). */
extern const char **pa_names;
extern uint32_t pa_names_used, pa_names_capacity;

/* Sets up row 0. False when there is no memory. */
bool pa_types_start(const pa_layout *layout);

#define PA_ROW_NONE UINT32_MAX

/* What is known of a type that lives at an address. */
typedef struct {
    uintptr_t type;      /* 0: empty */
    uint32_t row;        /* PA_ROW_NONE when none could be made (a flag is raised) */
    uint16_t pre_header; /* bytes in front of its objects */
    bool finalizes;      /* its objects may make an event when they die (3.13.0) */
    uint32_t again;      /* the entry of a block with an object of it, without the flag */
    uint32_t counts;     /* where its row stands in the rows of a tally, in bytes */
} pa_type;

/* The types used last: most creations are of few. */
enum { PA_RECENT_TYPES = 256 };
extern pa_type pa_recent_types[PA_RECENT_TYPES];

static inline pa_type *pa_recent_type(uintptr_t type)
{
    return &pa_recent_types[(type >> 4 ^ type >> 12) % PA_RECENT_TYPES];
}

/* Types whose objects need a closer look, those that finalize or are awaited (core.h), are never among those used last. */
pa_type pa_type_find(uintptr_t type);

/* The row of a type that lives at this address, and what stands in front of its objects. */
static inline pa_type pa_type_at(uintptr_t type)
{
    const pa_type *recent = pa_recent_type(type);
    return PA_LIKELY(recent->type == type) ? *recent : pa_type_find(type);
}

/* Whether a type with an open entry lives at this address. */
bool pa_type_known(uintptr_t address);

/* Marks the block of an object, so that its release closes what is known of it. False when there is no room (a flag is
   raised). */
bool pa_block_watch(uintptr_t object, uintptr_t block);

/* Closes the entry of the type whose block is being freed. */
void pa_type_close(uintptr_t block);

/* Bytes in front of an object of this type: GC head and managed slots, from the flags of the type. */
static inline uintptr_t pa_pre_header(const pa_layout *layout, uintptr_t type)
{
    uint32_t flags = (uint32_t)pa_word(type + layout->tp_flags);
    return (flags & PA_TPFLAGS_HAVE_GC ? layout->gc_head : 0u) + (flags & layout->managed_flags ? layout->managed : 0u);
}

void pa_types_clear(void);

#endif
