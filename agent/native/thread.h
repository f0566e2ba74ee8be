/* What belongs to one thread, and to which tallies its events go. */
#ifndef PA_THREAD_H
#define PA_THREAD_H

#include "core/core.h"
#include "native/recording.h"

enum { PA_REGION_DEPTH = 64 };

/* What a thread has entered. */
typedef struct {
    pa_region *regions[PA_REGION_DEPTH];    /* in the order of entering */
    pa_tally *tallies[PA_REGION_DEPTH + 2]; /* that of the phase, then those of `different` regions; NULL */
} pa_entered;

/* Small: an object that is loaded late gets little room for variables of threads. */
typedef struct {
    pa_slot *slot;       /* NULL until the first event of an allocator */
    uintptr_t nested;    /* what the raw domain last returned to the allocator we are in */
    bool served;         /* that allocator has its block */
    bool inside;         /* in an allocator: what it asks for is part of the request */
    bool main;           /* the thread that runs __main__ */
    bool alone;          /* its events go to the regions it has entered, and to no phase */
    unsigned suspended;  /* what pyallocs does itself is counted nowhere */
    unsigned open;       /* regions, those entered more than once in a row included */
    unsigned different;  /* regions, each once */
    uint16_t sited;      /* intervals whose sites are collected (interval_sites.h) */
    uint16_t scope;      /* whose they are; 0: there are none */
    pa_entered *entered; /* NULL until the first region is entered */
    pa_path path;        /* of calls, for sites */
} pa_thread;

extern __thread pa_thread pa_self __attribute__((tls_model("initial-exec")));

/* Whether threads or moments differ in where events go, so that each event must ask. */
extern bool pa_divided;
/* The phase of the thread that runs __main__, and of all others. */
extern uint8_t pa_main_phase, pa_other_phase;
/* Threads in which a region is open. */
extern unsigned pa_threads_in_regions;

/* CLOCK_MONOTONIC in nanoseconds. */
uint64_t pa_monotonic(void);

/* Opens the book: events of the program go to sites as well. False when there is no memory, or no row for this version. */
bool pa_book_start(void);

/* The same for intervals that the program counts by itself: events go to sites where such intervals are open. Each thread in
   one has a scope, a number from 1 on. */
bool pa_scopes_start(void);
/* Whether any thread has one; one that ended has none. */
bool pa_scopes_in_use(void);
/* False when there are too many. */
bool pa_scope_take(pa_thread *self);
void pa_scope_give(pa_thread *self);

/* Adds the tallies of the phases to the core. False when there is no memory. */
bool pa_phases_start(void);
/* From now on events of the main thread go to one phase, those of other threads to another. */
void pa_phases_set(int main, int others);
/* After a change of what is open. */
void pa_phases_update(void);
/* Ends the program for all threads once the interpreter is finalizing. */
void pa_phases_watch_end(void);

/* First event of an allocator in a thread. */
void pa_thread_begin(pa_thread *self);
/* Sets pa_now for this thread. */
void pa_thread_choose(pa_thread *self);

/* Before a creation: it holds the GIL, and the thread was seen to ask for memory. */
static inline void pa_thread_moment(pa_thread *self)
{
    pa_path_now = &self->path;
    if (PA_UNLIKELY(pa_divided)) {
        pa_thread_choose(self);
    }
}

/* Before an event of the mem and obj domains: these hold the GIL. */
static inline void pa_thread_event(pa_thread *self)
{
    if (PA_UNLIKELY(self->slot == NULL)) {
        pa_thread_begin(self);
    }
    pa_thread_moment(self);
}

/* An event of the raw domain, which may come from any thread at any time: counted, not followed. */
void pa_raw_event(pa_thread *self, int field, size_t bytes);

/* A block of the raw domain is freed: perhaps the thread state. */
void pa_thread_released(pa_thread *self, uintptr_t block);
/* Live blocks of the raw domain, with core/live.h: one was handed out; one is about to be freed; one is about to get another
   size, and has got it or was left alone (`to` 0). Another thread may have its old address at once, so it is taken out of
   the table before. */
typedef struct {
    bool followed;
    size_t size;
} pa_raw_block;

void pa_raw_live_request(const pa_thread *self, uintptr_t block, size_t size);
void pa_raw_live_release(const pa_thread *self, uintptr_t block);
pa_raw_block pa_raw_live_take(uintptr_t block);
void pa_raw_live_put(const pa_thread *self, const pa_raw_block *taken, uintptr_t from, uintptr_t to, size_t size);

/* What pyallocs does between these is counted nowhere. */
void pa_suspend(void);
void pa_resume(void);

/* In a forked child: this thread is the only one, and starts afresh. */
void pa_threads_fork(void);

#endif
