/* What is known of each block of the mem and obj domains: one 32-bit entry per granule of address space.
 *
 * A granule is two words (8 bytes on wasm32, 16 on 64-bit), the smallest alignment any allocator of CPython gives, so no
 * two blocks share one. Entries live in leaves, each for 64 KiB of address space on wasm32 and 1 MiB (an arena of
 * pymalloc) on 64-bit, made at first use and never given back. On 64-bit the leaves used last are remembered, so a look-up
 * is nearly always two loads, as it is on wasm32. The entry of a block is that of its first granule:
 *
 *    bits 0-1   state: NONE, FRESH, CLAIMED, RESIZED
 *    bit  2     NONE: RELEASED, seen to be freed; otherwise: WATCHED, something follows from
 *               its release: it holds a type with an open entry, or an object whose death is a mark
 *    FRESH:     bit 3 LARGE, the size stands in the list of large ones; bit 4 served by malloc rather than pymalloc;
 *               bits 5-12 the interval of the request; bits 13-31 the size asked for
 *    CLAIMED, RESIZED: bits 13-31 the row of the type
 *
 *          request            creation              resize
 *   NONE ----------> FRESH ------------> CLAIMED ----------> RESIZED
 *     ^                |  ^ resize |       |  ^ creation: a     | creation: a
 *     |    release     v  +--------+       v  | freelist        v relocation
 *     +------------------------------------+--+ served it <-----+
 */
#ifndef PA_BLOCKS_H
#define PA_BLOCKS_H

#include "core/base.h"

enum { PA_NONE, PA_FRESH, PA_CLAIMED, PA_RESIZED, PA_STATE = 3 };
enum {
    PA_FLAG = 1 << 2, /* RELEASED in state NONE, WATCHED in the others */
    PA_LARGE = 1 << 3,
    PA_FROM_MALLOC = 1 << 4,
    PA_INTERVAL_SHIFT = 5,
    PA_INTERVALS = 256,
    PA_VALUE_SHIFT = 13,
    PA_VALUES = 1 << 19 /* sizes below 512 KiB, and rows */
};

typedef uint32_t pa_block;

#if UINTPTR_MAX > 0xffffffffu
/* 47 bits of user address space on x86-64: 2^15 branches of 4 GiB, each of 2^12 leaves. */
enum { PA_LEAF_SHIFT = 20, PA_BRANCHES = 1 << 15, PA_BRANCH_LEAVES = 1 << (32 - PA_LEAF_SHIFT), PA_RECENT = 256 };

typedef struct {
    uintptr_t number; /* address >> PA_LEAF_SHIFT */
    pa_block *leaf;   /* NULL: empty */
} pa_recent_leaf;

extern pa_recent_leaf pa_recent[PA_RECENT];
#else
enum { PA_LEAF_SHIFT = 16 };
extern pa_block *pa_leaves[1 << 16];
#endif

enum { PA_GRANULE = 2 * sizeof(void *) };
enum { PA_LEAF_ENTRIES = (1 << PA_LEAF_SHIFT) / PA_GRANULE };

/* The entry where the leaf is not among those used last, or not there yet; NULL when there is no memory for it. */
pa_block *pa_block_find(uintptr_t address);

/* The leaf of an address if it is quickly found; otherwise NULL. */
static inline pa_block *pa_leaf_recent(uintptr_t address)
{
    const uintptr_t number = address >> PA_LEAF_SHIFT;
#if UINTPTR_MAX > 0xffffffffu
    const pa_recent_leaf *recent = &pa_recent[number % PA_RECENT];
    return PA_LIKELY(recent->number == number) ? recent->leaf : NULL;
#else
    return pa_leaves[number];
#endif
}

/* The entry of the block at an address; NULL when it could not be made. */
static inline pa_block *pa_block_at(uintptr_t address)
{
    pa_block *leaf = pa_leaf_recent(address);
    return PA_LIKELY(leaf != NULL) ? leaf + (address & ((1u << PA_LEAF_SHIFT) - 1)) / PA_GRANULE : pa_block_find(address);
}

/* Marks the requests of all blocks still FRESH as older than any interval to come (interval 0). */
void pa_blocks_forget_intervals(void);

/* Makes all blocks that are FRESH carry an object of row 0. */
void pa_blocks_claim_all(void);

/* Sizes of FRESH blocks that do not fit their entry. `size` of a block that is not in the list is 0. */
bool pa_large_add(uintptr_t address, size_t size);
size_t pa_large_take(uintptr_t address);

/* Drops every entry and leaf. */
void pa_blocks_clear(void);

#endif
