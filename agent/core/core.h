/* The counting core: turns events of CPython's allocators and of object creation into counts by type and origin.
 *
 * What it assumes: events of the mem and obj domains and creations come one at a time (they hold the GIL); a host calls
 * each event after the allocator did its work (release: before); only blocks of the mem and obj domains become objects,
 * so blocks of the raw domain are counted and not followed. It never calls Python, prints, or allocates but for its
 * tables (memory.h). What should not happen raises a flag (base.h), and the host must not call the result exact.
 */
#ifndef PA_CORE_H
#define PA_CORE_H

#include "core/blocks.h"
#include "core/sites.h"
#include "core/tally.h"
#include "core/types.h"

/* What a host of one interval at a time reads; wire format of src/engines/wasm/counters.ts, 64-bit words unless said
   otherwise. Kept up to date by pa_end. */
typedef struct {
    pa_counts totals;
    uint64_t object_requests;  /* requests of the obj domain */
    uint64_t object_claims;    /* those of them, and of mem, whose block became an object */
    uint64_t resurrections;
    uint64_t pools, arenas;    /* 0 where the host reports none */
    uint64_t seen;             /* up to 3.12: creation events since set up, counting or not: always up to date */
    uint32_t flags;            /* always up to date */
    uint32_t rows;             /* how many rows there are */
} pa_state;

extern pa_state pa;

typedef struct {
    unsigned minor;            /* 3.minor */
    uintptr_t frame_type;      /* &PyFrame_Type */
    uintptr_t heap_end;        /* blocks below this address may be older than the hooks; 0: none is */
    pa_allocator raw;          /* the raw allocator before us */
} pa_setup;

/* Starts afresh, not counting. False when the version has no layout or there is no memory. */
bool pa_start(const pa_setup *setup);

/* The tally of the intervals that pa_begin and pa_end bound. */
extern pa_tally pa_interval;

/* Called, if set, before the counters of that tally are read: adds what the host counts of the raw domain by itself. */
extern void (*pa_add_raw)(pa_tally *tally);

/* Sets all counts to zero and counts until pa_end. States of blocks are kept up to date either way. */
void pa_begin(void);
void pa_end(void);

/* Requests made until now belong to an interval that is over: their blocks no longer count as buffers that may still
   become objects. */
void pa_next_interval(void);
/* Every block that is known may already carry an object, whose creation was not seen. */
void pa_forget_creations(void);

/* Begins once the next object of this type has been created; that object and its release are not counted. To run a code
 * object, PyEval_EvalCode makes a function (up to 3.10: a frame), and it is the last thing made before the first instruction.
 * `sited`: pa_sited from then on, until pa_end. */
void pa_begin_after(uintptr_t type, uint8_t sited);
/* Whether that object was created. */
bool pa_begun(void);

void pa_raise(uint32_t flag);

/* Called, if set, when a flag was raised or a name was added. */
extern void (*pa_changed)(void);

/* A block was handed out: `origin` is PA_PYMALLOC or PA_MALLOC. */
void pa_request(int domain, uintptr_t block, size_t size, int origin);
/* pymalloc took a pool; an arena was taken from the system. */
void pa_pool(void);
void pa_arena(void);
/* A live block got a new size, and perhaps a new address. */
void pa_resize(int domain, uintptr_t from, uintptr_t to, size_t size);
/* A live block is about to be freed. */
void pa_release(int domain, uintptr_t block);
/* The header of an object is being set up: _Py_NewReference, with the type already stored. */
void pa_create(uintptr_t object);

/* The type whose next object begins the counting (pa_begin_after); 0: none. It is never among those used last. */
extern uintptr_t pa_awaited;
/* Up to 3.12 an object that its __del__ revived makes an event. */
extern bool pa_resurrects;

void pa_create_slow(uintptr_t object, uintptr_t type);
/* The first creation on a block that was fresh, of an entry that is no more: the allocator served it. */
void pa_claim(uintptr_t block, pa_block entry, uint32_t row);

/* pa_create for a caller whose time matters. Most creations are of a type seen shortly before, on a block that had an
   object of this type: one comparison says so. The leaf is looked up by the object's address, while that of the block is
   not known yet; where the two differ it is done the slow way. */
static inline void pa_created(uintptr_t object)
{
    const uintptr_t type = pa_word(object + PA_OB_TYPE), within = object & ((1u << PA_LEAF_SHIFT) - 1);
    const pa_type *of = pa_recent_type(type);
    pa_block *leaf = pa_leaf_recent(object);
    if (PA_LIKELY(of->type == type && leaf != NULL && within >= of->pre_header)) {
        pa_block *known = leaf + (within - of->pre_header) / PA_GRANULE;
        const pa_block entry = *known & ~(pa_block)PA_FLAG;
        if (entry == of->again && PA_LIKELY(!pa_resurrects || pa_word(object) == 0)) {
            PA_EACH_TALLY(tally) {
                tally->totals.creations[PA_FREELIST]++;
                ((pa_counts *)(void *)((char *)tally->rows + of->counts))->creations[PA_FREELIST]++;
            }
            if (PA_UNLIKELY(pa_sited)) {
                pa_site_create(PA_SITE_CREATED + PA_FREELIST, of->row, object - of->pre_header);
            }
            return;
        }
        if (PA_LIKELY((*known & (PA_STATE | PA_FLAG | PA_LARGE)) == PA_FRESH)) {
            *known = of->again;
            pa_claim(object - of->pre_header, entry, of->row);
            return;
        }
    }
    pa_create_slow(object, type);
}

/* Marks: the counts at the moment an object of the host's dies, taken without a call from Python.
 *
 * The host lets the measured code drop an object at the right moment (an exhausted iterator inside itertools.chain);
 * its release is not counted, but copies all counters. A new mark after
 * the first was passed forgets the old ones. */
enum { PA_MARKS = 3 };

typedef struct {
    uintptr_t block;
    bool passed;         /* the copy is there */
    pa_state state;      /* with the number of rows at that moment */
    pa_counts *rows;     /* a copy, in the order of pa_names */
} pa_mark;

extern pa_mark pa_marks[PA_MARKS];

/* The next mark is the death of this object. It must have been created since pa_start. False: no room, or unknown. */
bool pa_mark_death(uintptr_t object);

extern const pa_layout *pa_layout_now;

#endif
