#include "core/core.h"

#include "core/memory.h"
#include "core/sites.h"

pa_state pa;
const pa_layout *pa_layout_now;

static uint32_t interval; /* 1-255; 0 marks requests older than all that can still be compared */
static uintptr_t frame_type, heap_end;
bool pa_resurrects;
uintptr_t pa_awaited;
static uintptr_t runner;  /* the block of that object, once it is there */
static uint8_t runner_sited;

pa_mark pa_marks[PA_MARKS];
static int marks_used;

pa_tally pa_interval;
void (*pa_add_raw)(pa_tally *tally);
static pa_tally *const interval_only[2] = {&pa_interval, NULL};

void (*pa_changed)(void);

void pa_raise(uint32_t flag)
{
    pa.flags |= flag;
    if (pa_changed != NULL) {
        pa_changed();
    }
}

static void forget_marks(void)
{
    for (int i = 0; i < marks_used; i++) {
        if (pa_marks[i].rows != NULL) {
            pa_shared_drop(pa_marks[i].rows);
        }
        pa_marks[i] = (pa_mark){0};
    }
    marks_used = 0;
}

bool pa_start(const pa_setup *setup)
{
    forget_marks();
    pa_tallies_drop();
    pa_sites_clear();
    pa_types_clear();
    pa_blocks_clear();
    pa_memory_use(&setup->raw); /* the tables go back to where they came from first */
    pa = (pa_state){0};
    interval = 0;
    pa_awaited = runner = 0;
    frame_type = setup->frame_type;
    heap_end = setup->heap_end;
    pa_layout_now = pa_layout_of(setup->minor);
    pa_resurrects = pa_layout_now != NULL && pa_layout_now->resurrects;
    return pa_layout_now != NULL && pa_types_start(pa_layout_now) && pa_tally_add(&pa_interval);
}

void pa_next_interval(void)
{
    if (++interval == PA_INTERVALS) {
        pa_blocks_forget_intervals();
        interval = 1;
    }
}

void pa_begin_after(uintptr_t type, uint8_t sited)
{
    pa_now = pa_nowhere;
    pa_awaited = type;
    *pa_recent_type(type) = (pa_type){0};
    runner = 0;
    runner_sited = sited;
}

bool pa_begun(void)
{
    return pa_awaited == 0;
}

void pa_forget_creations(void)
{
    pa_blocks_claim_all();
}

void pa_begin(void)
{
    pa_tally_clear(&pa_interval);
    pa_next_interval();
    pa_now = interval_only;
}

/* Makes the state of all that the tally knows. */
static void settle(pa_tally *tally)
{
    if (pa_add_raw != NULL) {
        pa_add_raw(tally);
    }
    pa_tally_settle(tally);
    pa.totals = tally->totals;
    pa.object_requests = tally->requested[PA_OBJ][0] + tally->requested[PA_OBJ][1];
    pa.object_claims = tally->claimed[0] + tally->claimed[1];
    pa.resurrections = tally->resurrections;
    pa.pools = tally->pools;
    pa.arenas = tally->arenas;
    pa.rows = pa_names_used;
}

void pa_end(void)
{
    pa_now = pa_nowhere;
    pa_sited = pa_sited & (PA_LIVE | PA_LIVE_OVER) ? PA_LIVE_OVER : 0;
    settle(&pa_interval);
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
        settle(&pa_interval);
        mark->state = pa;
        mark->rows = pa_shared_new(pa_names_used, sizeof(pa_counts));
        if (mark->rows == NULL) {
            pa_raise(PA_NO_MEMORY);
            return true;
        }
        __builtin_memcpy(mark->rows, pa_interval.rows, pa_names_used * sizeof(pa_counts));
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
    PA_EACH_TALLY(tally) {
        tally->requested[domain][origin - PA_PYMALLOC]++;
        tally->totals.bytes += size;
    }
    if (PA_UNLIKELY(pa_sited)) {
        pa_site_request(PA_SITE_REQUESTED + (unsigned)origin - PA_PYMALLOC, block, size);
    }
}

void pa_pool(void)
{
    PA_EACH_TALLY(tally) {
        tally->pools++;
    }
}

void pa_arena(void)
{
    PA_EACH_TALLY(tally) {
        tally->arenas++;
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
    PA_EACH_TALLY(tally) {
        tally->totals.resizes++;
        tally->totals.resize_bytes += size;
        tally->rows[row].resizes++;
        tally->rows[row].resize_bytes += size;
    }
    if (PA_UNLIKELY(pa_sited)) {
        pa_site_resize(row, from, to, size);
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
                if (pa_book_now.table != NULL) {
                    pa_code_close(block);
                }
                if (block == runner || pass_mark(block)) {
                    runner = block == runner ? 0 : runner;
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
    PA_EACH_TALLY(tally) {
        tally->totals.releases++;
        tally->rows[row].releases++;
    }
    if (PA_UNLIKELY(pa_sited)) {
        pa_site_release(row, block);
    }
}

void pa_claim(uintptr_t block, pa_block entry, uint32_t row)
{
    int origin = entry & PA_FROM_MALLOC ? PA_MALLOC : PA_PYMALLOC;
    size_t size = entry >> PA_VALUE_SHIFT;
    if (PA_UNLIKELY(entry & PA_LARGE)) {
        size = pa_large_take(block);
    }
    bool in_interval = (entry >> PA_INTERVAL_SHIFT & (PA_INTERVALS - 1)) == interval;
    PA_EACH_TALLY(tally) {
        pa_counts *counts = &tally->rows[row];
        tally->totals.creations[origin]++;
        counts->creations[origin]++;
        if (PA_LIKELY(in_interval)) {
            tally->claimed[origin - PA_PYMALLOC]++;
            tally->claimed_bytes += size;
            counts->requests++;
            counts->bytes += size;
        }
    }
    if (PA_UNLIKELY(pa_sited)) {
        unsigned kind = in_interval ? PA_SITE_CREATED + (unsigned)origin : PA_SITE_CREATED_LATER + (unsigned)origin - PA_PYMALLOC;
        pa_site_claim(kind, row, block, in_interval ? size : 0);
    }
}

static bool is_collected(uintptr_t type)
{
    return (pa_word(type + pa_layout_now->tp_flags) & PA_TPFLAGS_HAVE_GC) != 0;
}

void pa_create_slow(uintptr_t object, uintptr_t type)
{
    const pa_layout *layout = pa_layout_now;
    const pa_type of = pa_type_at(type);
    const uint32_t row = of.row;
    uintptr_t block = object - of.pre_header;
    pa_block *known = pa_block_at(block);
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
    if (PA_UNLIKELY(type == pa_awaited)) {
        pa_awaited = 0;
        runner = block;
        *known |= PA_FLAG;
        if (state == PA_FRESH && (entry & PA_LARGE)) {
            pa_large_take(block);
        }
        pa_begin();
        pa_sited = runner_sited;
        return;
    }
    if (state == PA_FRESH) {
        pa_claim(block, entry, row);
        return;
    }
    if (state == PA_RESIZED && !(layout->frames_resize && type == frame_type)) {
        /* _PyBytes_Resize, unicode resize_compact and _PyTuple_Resize register the object again. */
        PA_EACH_TALLY(tally) {
            tally->totals.relocations++;
            tally->rows[row].relocations++;
        }
        if (PA_UNLIKELY(pa_sited & PA_SITED)) {
            pa_site_event(PA_SITE_RELOCATED, row, 0);
        }
        return;
    }
    /* Up to 3.12 the event comes before the reference count is set to 1: an object from a freelist still has 0 there. 3.13.0
       makes it for every object about to be finalized, which is still tracked by the collector, as one from a freelist is
       not yet: _gc_next, the first word of the GC head, is not 0. */
    bool finalized = of.finalizes && state == PA_CLAIMED && (!is_collected(type) || pa_word(object - layout->gc_head) != 0);
    if (pa_resurrects ? pa_word(object) != 0 : finalized) {
        PA_EACH_TALLY(tally) {
            tally->resurrections++;
        }
        return;
    }
    bool older = entry == PA_NONE && block < heap_end;
    int origin = state != PA_NONE || older ? PA_FREELIST : PA_FOREIGN;
    pa_count_creation(row, origin);
    if (PA_UNLIKELY(pa_sited)) {
        pa_site_create(PA_SITE_CREATED + (unsigned)origin, row, block);
    }
}

void pa_create(uintptr_t object)
{
    pa_created(object);
}
