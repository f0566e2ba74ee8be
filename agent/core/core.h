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
#include "core/types.h"

/* What a host reads; wire format of src/engines/wasm/counters.ts, 64-bit words unless said otherwise. */
typedef struct {
    pa_counts totals;
    uint64_t object_requests;  /* requests of the obj domain */
    uint64_t object_claims;    /* those of them, and of mem, whose block became an object */
    uint64_t resurrections;    /* up to 3.12: events for an object that was alive; counted nowhere else */
    uint64_t seen;             /* creation events since set up, counting or not */
    uint32_t flags;
    uint32_t rows;             /* how many rows there are: kept up to date by pa_end */
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

/* Sets all counts to zero and counts until pa_end. States of blocks are kept up to date either way. */
void pa_begin(void);
void pa_end(void);

void pa_raise(uint32_t flag);

/* A block was handed out: `origin` is PA_PYMALLOC or PA_MALLOC. */
void pa_request(int domain, uintptr_t block, size_t size, int origin);
/* A live block got a new size, and perhaps a new address. */
void pa_resize(int domain, uintptr_t from, uintptr_t to, size_t size);
/* A live block is about to be freed. */
void pa_release(int domain, uintptr_t block);
/* The header of an object is being set up: _Py_NewReference, with the type already stored. */
void pa_create(uintptr_t object);

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
    pa_counts *rows;     /* a copy, in the order of pa_rows */
} pa_mark;

extern pa_mark pa_marks[PA_MARKS];

/* The next mark is the death of this object. It must have been created since pa_start. False: no room, or unknown. */
bool pa_mark_death(uintptr_t object);

extern const pa_layout *pa_layout_now;

#endif
