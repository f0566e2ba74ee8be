#include "core/core.h"

#include "core/memory.h"

pa_state pa;
const pa_layout *pa_layout_now;

static bool counting;
static uint32_t interval; /* 1-255; 0 marks requests older than all that can still be compared */
static uintptr_t frame_type, heap_end;

pa_mark pa_marks[PA_MARKS];
static int marks_used;

/* What the hot path keeps of requests; settle() makes the fields of pa_counts of it. */
static uint64_t requested[PA_DOMAINS][2]; /* by origin - PA_PYMALLOC */
static uint64_t claimed[2];               /* those of mem and obj whose block became an object */

void pa_raise(uint32_t flag)
{
    pa.flags |= flag;
}

static void forget_marks(void)
{
    for (int i = 0; i < marks_used; i++) {
        if (pa_marks[i].rows != NULL) {
            pa_memory_drop(pa_marks[i].rows);
        }
        pa_marks[i] = (pa_mark){0};
    }
    marks_used = 0;
}

static void forget_requests(void)
{
    __builtin_memset(requested, 0, sizeof requested);
    claimed[0] = claimed[1] = 0;
}

bool pa_start(const pa_setup *setup)
{
    forget_marks();
    forget_requests();
    pa_types_clear();
    pa_blocks_clear();
    pa_memory_use(&setup->raw); /* the tables go back to where they came from first */
    pa = (pa_state){0};
    counting = false;
    interval = 0;
    frame_type = setup->frame_type;
    heap_end = setup->heap_end;
    pa_layout_now = pa_layout_of(setup->minor);
    return pa_layout_now != NULL && pa_types_start(pa_layout_now);
}

void pa_begin(void)
{
    for (uint32_t i = 0; i < pa_rows_used; i++) {
        pa_rows[i].counts = (pa_counts){0};
    }
    pa.totals = (pa_counts){0};
    pa.object_requests = pa.object_claims = pa.resurrections = 0;
    forget_requests();
    if (++interval == PA_INTERVALS) {
        pa_blocks_forget_intervals();
        interval = 1;
    }
    counting = true;
}

/* Brings the state up to date: all that is not counted event by event. */
static void settle(void)
{
    pa_counts *buffers = &pa_rows[0].counts;
    pa.totals.requests = 0;
    for (int origin = 0; origin < 2; origin++) {
        uint64_t all = requested[PA_RAW][origin] + requested[PA_MEM][origin] + requested[PA_OBJ][origin];
        pa.totals.requests += all;
        pa.totals.buffers[origin] = all - claimed[origin];
    }
    buffers->requests = buffers->buffers[0] + buffers->buffers[1];
    pa.object_requests = requested[PA_OBJ][0] + requested[PA_OBJ][1];
    pa.object_claims = claimed[0] + claimed[1];
    pa.rows = pa_rows_used;
}

void pa_end(void)
{
    counting = false;
    settle();
}

bool pa_mark_death(uintptr_t object)
{
    if (marks_used > 0 && pa_marks[0].passed) {
        forget_marks(); /* those of an earlier run */
    }
    uintptr_t block = object - pa_pre_header(pa_layout_now, pa_word(object + pa_layout_now->ob_type));
    pa_block *known = pa_block_at(block);
    if (known == NULL || (*known & PA_STATE) != PA_CLAIMED || marks_used == PA_MARKS) {
        return false;
    }
    *known |= PA_FLAG;
    pa_marks[marks_used++].block = block;
    return true;
}

/* Copies the counters if this block is the next mark. */
static bool pass_mark(uintptr_t block)
{
    for (int i = 0; i < marks_used; i++) {
        pa_mark *mark = &pa_marks[i];
        if (mark->passed || mark->block != block) {
            continue;
        }
        mark->passed = true;
        settle();
        mark->state = pa;
        mark->rows = pa_memory_new(pa_rows_used, sizeof(pa_counts));
        if (mark->rows == NULL) {
            pa_raise(PA_NO_MEMORY);
            return true;
        }
        for (uint32_t row = 0; row < pa_rows_used; row++) {
            mark->rows[row] = pa_rows[row].counts;
        }
        return true;
    }
    return false;
}

void pa_request(int domain, uintptr_t block, size_t size, int origin)
{
    if (domain != PA_RAW) {
        pa_block *known = pa_block_at(block);
        if (PA_UNLIKELY(known == NULL)) {
            pa_raise(PA_NO_MEMORY);
        }
        else {
            if (PA_UNLIKELY((*known & PA_STATE) != PA_NONE)) {
                pa_raise(PA_TWICE);
            }
            uint32_t entry = PA_FRESH | interval << PA_INTERVAL_SHIFT;
            if (origin == PA_MALLOC) {
                entry |= PA_FROM_MALLOC;
            }
            if (PA_LIKELY(size < PA_VALUES)) {
                entry |= (uint32_t)size << PA_VALUE_SHIFT;
            }
            else if (pa_large_add(block, size)) {
                entry |= PA_LARGE;
            }
            else {
                pa_raise(PA_NO_MEMORY);
            }
            *known = entry;
        }
    }
    if (counting) {
        requested[domain][origin - PA_PYMALLOC]++;
        pa.totals.bytes += size;
        pa_rows[0].counts.buffers[origin - PA_PYMALLOC]++;
        pa_rows[0].counts.bytes += size;
    }
}

/* The row whose object is on a block: row 0 for a block without one. */
static inline uint32_t row_on(pa_block entry)
{
    uint32_t state = entry & PA_STATE;
    return state == PA_CLAIMED || state == PA_RESIZED ? entry >> PA_VALUE_SHIFT : 0;
}

/* The entry of a block after a resize. A never-created block stays fresh; a created one is the same object at a new
   size. A block older than the hooks may carry either: only a created one can be created again, so it counts as that. */
static inline pa_block resized(pa_block entry)
{
    switch (entry & PA_STATE) {
    case PA_FRESH:
        return entry;
    case PA_NONE:
        return PA_RESIZED;
    default:
        return (entry & ~(uint32_t)PA_STATE) | PA_RESIZED;
    }
}

void pa_resize(int domain, uintptr_t from, uintptr_t to, size_t size)
{
    uint32_t row = 0;
    if (domain != PA_RAW) {
        pa_block *old = pa_block_at(from), *new = pa_block_at(to);
        if (PA_UNLIKELY(old == NULL || new == NULL)) {
            pa_raise(PA_NO_MEMORY);
        }
        else {
            pa_block entry = *old;
            row = row_on(entry);
            if (old != new) {
                if (PA_UNLIKELY((*new & PA_STATE) != PA_NONE)) {
                    pa_raise(PA_TWICE);
                }
                if ((entry & PA_STATE) == PA_FRESH && (entry & PA_LARGE) && !pa_large_add(to, pa_large_take(from))) {
                    pa_raise(PA_NO_MEMORY);
                }
                *old = PA_FLAG; /* NONE, seen to be freed */
            }
            *new = resized(entry);
        }
    }
    if (counting) {
        pa.totals.resizes++;
        pa.totals.resize_bytes += size;
        pa_rows[row].counts.resizes++;
        pa_rows[row].counts.resize_bytes += size;
    }
}

void pa_release(int domain, uintptr_t block)
{
    uint32_t row = 0;
    if (domain != PA_RAW) {
        pa_block *known = pa_block_at(block);
        if (PA_UNLIKELY(known == NULL)) {
            pa_raise(PA_NO_MEMORY);
        }
        else {
            pa_block entry = *known;
            row = row_on(entry);
            if (PA_UNLIKELY((entry & PA_STATE) != PA_NONE && (entry & PA_FLAG))) {
                pa_type_close(block);
                if (pass_mark(block)) {
                    *known = PA_FLAG;
                    return;
                }
            }
            if (PA_UNLIKELY((entry & PA_STATE) == PA_FRESH && (entry & PA_LARGE))) {
                pa_large_take(block);
            }
            *known = PA_FLAG;
        }
    }
    if (counting) {
        pa.totals.releases++;
        pa_rows[row].counts.releases++;
    }
}

/* First creation on a fresh block: the allocator served it. */
static inline void claim(uintptr_t block, pa_block entry, uint32_t row)
{
    int origin = entry & PA_FROM_MALLOC ? PA_MALLOC : PA_PYMALLOC;
    size_t size = entry >> PA_VALUE_SHIFT;
    if (PA_UNLIKELY(entry & PA_LARGE)) {
        size = pa_large_take(block);
    }
    if (!counting) {
        return;
    }
    pa_counts *counts = &pa_rows[row].counts;
    pa.totals.creations[origin]++;
    counts->creations[origin]++;
    if (PA_LIKELY((entry >> PA_INTERVAL_SHIFT & (PA_INTERVALS - 1)) == interval)) {
        claimed[origin - PA_PYMALLOC]++;
        pa_rows[0].counts.buffers[origin - PA_PYMALLOC]--;
        pa_rows[0].counts.bytes -= size;
        counts->requests++;
        counts->bytes += size;
    }
}

void pa_create(uintptr_t object)
{
    const pa_layout *layout = pa_layout_now;
    uintptr_t type = pa_word(object + layout->ob_type);
    uintptr_t block = object - pa_pre_header(layout, type);
    pa_block *known = pa_block_at(block);
    uint32_t row = pa_type_row(type);
    pa.seen++;
    if (PA_UNLIKELY(known == NULL)) {
        pa_raise(PA_NO_MEMORY);
        return;
    }
    if (PA_UNLIKELY(row == PA_ROW_NONE)) {
        return; /* the flag is raised, and says why */
    }
    pa_block entry = *known;
    uint32_t state = entry & PA_STATE;
    *known = PA_CLAIMED | row << PA_VALUE_SHIFT | (state == PA_NONE ? 0 : entry & PA_FLAG);
    if (state == PA_FRESH) {
        claim(block, entry, row);
        return;
    }
    if (!counting) {
        return;
    }
    if (state == PA_RESIZED && !(layout->frames_resize && type == frame_type)) {
        /* _PyBytes_Resize, unicode resize_compact and _PyTuple_Resize register the object again. */
        pa.totals.relocations++;
        pa_rows[row].counts.relocations++;
        return;
    }
    if (layout->resurrects && pa_word(object) != 0) {
        /* The event comes before the reference count is set to 1: an object from a freelist still has 0 there. */
        pa.resurrections++;
        return;
    }
    bool older = entry == PA_NONE && block < heap_end;
    int origin = state != PA_NONE || older ? PA_FREELIST : PA_FOREIGN;
    pa.totals.creations[origin]++;
    pa_rows[row].counts.creations[origin]++;
}
