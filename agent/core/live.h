/* Live blocks: to which site each block belongs, and how many blocks and bytes each site has now and had at the maximum.
 *
 * Followed are the blocks of the mem and obj domains that were requested while sites are charged; what is older belongs to
 * nobody. A block belongs to the site of its request, then to that of the object created on it, again whenever a freelist
 * hands it out, and to that of its last resize: as tracemalloc has it. A block that is parked in a freelist is live.
 *
 *    request           creation, resize              release
 *   ─────────> owner A ────────────────> owner B … ──────────> nobody
 *
 * The maximum is that of the bytes of all owners together, at its last moment. An event costs the same however many owners
 * there are: each moment at which the maximum stands begins an epoch, and an owner that is changed for the first time in an
 * epoch keeps what it had before. So what an owner had at the maximum is what it kept in the last epoch, or what it has, if
 * nothing changed since.
 */
#ifndef PA_LIVE_H
#define PA_LIVE_H

#include "core/book.h"

/* Whether blocks are followed. Set before pa_sites_start. */
extern bool pa_live_wanted;

/* False when there is no memory. */
bool pa_live_start(void);
void pa_live_clear(void);
/* Forgets all blocks and figures: a forked child begins with none. */
void pa_live_zero(void);

/* The owner of what happens at a site, entered if need be; 0: there is no memory (a flag is raised). */
uint32_t pa_live_owner(pa_place place, uint32_t what, uint32_t context);

/* A block was handed out. 0: to nobody. */
void pa_live_request(uintptr_t block, size_t size, uint32_t owner);
/* A block that is followed belongs to somebody else from now on. */
void pa_live_move(uintptr_t block, uint32_t owner);
/* It has another size, and perhaps address. 0: it belongs to whom it did. */
void pa_live_resize(uintptr_t from, uintptr_t to, size_t size, uint32_t owner);
void pa_live_release(uintptr_t block);

/* It is not followed any more, and stays in the figures as it is. */
void pa_live_forget(uintptr_t block);

/* The raw domain has one owner, and a table of its own: these come from any thread, one at a time, beside the others. */
void pa_live_raw_request(uintptr_t block, size_t size);
/* Takes the block out of the table; false: it is not followed. What it had stays in the figures until told otherwise. */
bool pa_live_raw_take(uintptr_t block, size_t *size);
/* A block that was taken is there again, at another size and perhaps address. */
void pa_live_raw_put(uintptr_t block, size_t before, size_t size);
/* A block that was taken is gone. */
void pa_live_raw_gone(size_t size);

#endif
