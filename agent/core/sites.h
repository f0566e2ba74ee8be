/* Sites: each event of the moments that are recorded is charged to the instruction that executes, in its context.
 *
 * An event finds its counter by the address of the instruction; only the first one of an instruction looks at its code
 * object. When that dies, the counters are settled under what the code was, because its address will be used again.
 */
#ifndef PA_SITES_H
#define PA_SITES_H

#include "core/contexts.h"

/* What becomes of the events of this moment. */
enum {
    PA_SITED = 1 << 0,     /* they are charged to sites */
    PA_LIVE = 1 << 1,      /* live blocks are followed (live.h) */
    PA_LIVE_OVER = 1 << 2  /* the same, but what lived at the end of the count is to stay in the figures */
};
extern uint8_t pa_sited;
/* The path of the thread that makes them. */
extern pa_path *pa_path_now;

/* The thread state that holds the GIL, from the host, which may leave it in the path. */
extern uintptr_t (*pa_thread_state)(void);
/* Called, if set, when a thread whose label is not known yet makes the first event of a site; gives its outermost frame. */
extern void (*pa_name_thread)(pa_path *path, uintptr_t outermost);

/* Begins the book. False when the version has no rows or there is no memory. */
bool pa_sites_start(unsigned minor);
/* Forgets it. */
void pa_sites_clear(void);
/* Sets all counters to zero: a forked child begins with what its parent knew, not with what it counted. */
void pa_sites_zero(void);

/* What comes belongs to no request before. */
void pa_sites_part(void);

/* An event that is charged: one of PA_SITE_…, of a row. */
void pa_site_event(unsigned kind, uint32_t row, size_t bytes);
/* The others are for when pa_sited is not 0. A request of the mem and obj domains: */
void pa_site_request(unsigned kind, uintptr_t block, size_t bytes);
/* The first creation on a block that was fresh. */
void pa_site_claim(unsigned kind, uint32_t row, uintptr_t block, size_t bytes);
/* A creation that no request was made for. */
void pa_site_create(unsigned kind, uint32_t row, uintptr_t block);
void pa_site_resize(uint32_t row, uintptr_t from, uintptr_t to, size_t bytes);
void pa_site_release(uint32_t row, uintptr_t block);

/* A code object dies: what was entered under its address is settled under its number. */
void pa_sites_settle(pa_live_code *live);

#endif
