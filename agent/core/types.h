/* Types by address and life, and the rows of counters by name.
 *
 * An address names a type only while the type lives: its name is copied at its first creation, and the entry is closed
 * when the block of the type is freed. Rows are found by name, so 2,000 classes called C made one after the other share
 * one row, and memory grows with the number of distinct names only. Row 0 is "(buffer)".
 */
#ifndef PA_TYPES_H
#define PA_TYPES_H

#include "layout/layout.h"
#include "core/counts.h"

typedef struct {
    const char *name; /* zero-terminated copy of tp_name */
    pa_counts counts;
} pa_row;

extern pa_row *pa_rows;
extern uint32_t pa_rows_used;

/* Sets up row 0. False when there is no memory. */
bool pa_types_start(const pa_layout *layout);

/* The row of a type that lives at this address; PA_ROW_NONE when it could not be made (a flag is raised). */
#define PA_ROW_NONE UINT32_MAX
uint32_t pa_type_row(uintptr_t type);

/* Whether a type with an open entry lives at this address. */
bool pa_type_known(uintptr_t address);

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
