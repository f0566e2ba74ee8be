#include "core/live.h"

#include "core/blocks.h"
#include "core/core.h"
#include "core/memory.h"

#if UINTPTR_MAX > 0xffffffffu
enum { ROOT = 1 << 15, BRANCH = 1 << (32 - PA_LEAF_SHIFT) };
#else
enum { ROOT = 1 << 8, BRANCH = 1 << (24 - PA_LEAF_SHIFT) };
#endif
enum { RECENT = 64, FIRST_OWNERS = 1024, FIRST_RAW = 1 << 14 };

/* The entry of a block, at its first granule: its owner (0: nobody) and its size. A size that is larger than a granule stands
   in the entry of the second one, which is part of the block; one that does not fit there, in the third and fourth. */
enum { SIZE_SHIFT = 27, OWNER = (1 << SIZE_SHIFT) - 1, SIZE_FOLLOWS = 31 };
#define SIZE_FAR UINT32_MAX

bool pa_live_wanted;

/* By address, as in blocks.c: leaves of entries, made at first use. */
static uint32_t ***root;
static struct {
    uintptr_t number; /* address >> PA_LEAF_SHIFT */
    uint32_t *leaf;
} recent[RECENT];

static pa_live *live;       /* in the book */
static uint32_t owners_room;
static uint32_t *by_site;   /* numbers of owners, 0: empty; open addressing, at most half full */
static uint32_t by_site_mask;

/* Blocks of the raw domain; address 0: empty. Open addressing, at most half full. */
static struct raw_block {
    uintptr_t address;
    size_t size;
} *raw_blocks;
static uint64_t raw_mask, raw_used;

/* The entry of a granule; NULL: it was never used, or could not be made. */
static uint32_t *entry_at(uintptr_t address, bool make)
{
    const uintptr_t number = address >> PA_LEAF_SHIFT;
    uint32_t *leaf = recent[number % RECENT].leaf;
    if (PA_UNLIKELY(leaf == NULL || recent[number % RECENT].number != number)) {
        if (number / BRANCH >= ROOT) {
            return NULL;
        }
        uint32_t ***branch = &root[number / BRANCH];
        if (*branch == NULL && (!make || (*branch = pa_memory_new(BRANCH, sizeof(uint32_t *))) == NULL)) {
            return NULL;
        }
        uint32_t **place = &(*branch)[number % BRANCH];
        if (*place == NULL && (!make || (*place = pa_memory_new(PA_LEAF_ENTRIES, sizeof(uint32_t))) == NULL)) {
            return NULL;
        }
        leaf = *place;
        recent[number % RECENT].number = number;
        recent[number % RECENT].leaf = leaf;
    }
    return leaf + (address & ((1u << PA_LEAF_SHIFT) - 1)) / PA_GRANULE;
}

/* What is known of a block that is followed. */
typedef struct {
    uint32_t owner; /* 0: it is not */
    size_t size;
} followed;

static void put(uintptr_t block, followed as)
{
    uint32_t *entry = entry_at(block, true);
    bool wide = as.size > PA_GRANULE, far = wide && as.size >= SIZE_FAR;
    uint32_t *second = wide ? entry_at(block + PA_GRANULE, true) : NULL;
    uint32_t *rest[2] = {NULL, NULL};
    for (unsigned i = 0; far && i < 2; i++) {
        rest[i] = entry_at(block + (2 + i) * PA_GRANULE, true);
    }
    if (entry == NULL || (wide && second == NULL) || (far && (rest[0] == NULL || rest[1] == NULL))) {
        pa_raise(PA_NO_MEMORY);
        return;
    }
    *entry = as.owner | (uint32_t)(wide ? SIZE_FOLLOWS : as.size) << SIZE_SHIFT;
    if (wide) {
        *second = far ? SIZE_FAR : (uint32_t)as.size;
    }
    if (far) {
        *rest[0] = (uint32_t)as.size;
        *rest[1] = (uint32_t)((uint64_t)as.size >> 32);
    }
}

/* What stands there; with `out`, nothing does any more. The entries of sizes have been made. */
static followed get(uintptr_t block, bool out)
{
    uint32_t *entry = entry_at(block, false);
    if (entry == NULL || *entry == 0) {
        return (followed){0, 0};
    }
    followed found = {*entry & OWNER, *entry >> SIZE_SHIFT};
    if (found.size == SIZE_FOLLOWS) {
        uint32_t *second = entry_at(block + PA_GRANULE, false);
        found.size = *second;
        if (PA_UNLIKELY(*second == SIZE_FAR)) {
            uint32_t *low = entry_at(block + 2 * PA_GRANULE, false), *high = entry_at(block + 3 * PA_GRANULE, false);
            found.size = (size_t)((uint64_t)*high << 32 | *low);
            if (out) {
                *low = *high = 0;
            }
        }
        if (out) {
            *second = 0; /* another block may begin here one day */
        }
    }
    if (out) {
        *entry = 0;
    }
    return found;
}

/* Before figures change. The raw domain asks while the others go on. */
static inline void keep(pa_live_figures *figures)
{
    uint64_t epoch = __atomic_load_n(&live->epoch, __ATOMIC_RELAXED);
    if (figures->epoch != epoch) {
        figures->peak_blocks = figures->blocks;
        figures->peak_bytes = figures->bytes;
        figures->epoch = epoch;
    }
}

static inline void add(uint32_t owner, size_t size)
{
    pa_live_figures *figures = &live->owners[owner].figures;
    keep(figures);
    figures->blocks++;
    figures->bytes += size;
    live->all.blocks++;
    live->all.bytes += size;
}

static inline void take_away(uint32_t owner, size_t size)
{
    pa_live_figures *figures = &live->owners[owner].figures;
    keep(figures);
    figures->blocks--;
    figures->bytes -= size;
    live->all.blocks--;
    live->all.bytes -= size;
}

/* After an event. */
static inline void compare(void)
{
    pa_live_figures *all = &live->all;
    if (all->bytes >= all->peak_bytes) {
        all->peak_blocks = all->blocks;
        all->peak_bytes = all->bytes;
        __atomic_store_n(&live->epoch, live->epoch + 1, __ATOMIC_RELAXED);
    }
}

void pa_live_request(uintptr_t block, size_t size, uint32_t owner)
{
    if (owner == 0) {
        return;
    }
    put(block, (followed){owner, size});
    add(owner, size);
    compare();
}

void pa_live_move(uintptr_t block, uint32_t owner)
{
    followed was = get(block, false);
    if (was.owner == 0 || owner == 0) {
        return;
    }
    if (was.owner != owner) {
        uint32_t *entry = entry_at(block, false);
        *entry = (*entry & ~(uint32_t)OWNER) | owner;
        take_away(was.owner, was.size);
        add(owner, was.size);
    }
    compare();
}

void pa_live_resize(uintptr_t from, uintptr_t to, size_t size, uint32_t owner)
{
    followed was = get(from, true);
    if (was.owner == 0) {
        return;
    }
    owner = owner == 0 ? was.owner : owner;
    put(to, (followed){owner, size});
    take_away(was.owner, was.size);
    add(owner, size);
    compare();
}

void pa_live_release(uintptr_t block)
{
    followed was = get(block, true);
    if (was.owner != 0) {
        take_away(was.owner, was.size);
        compare();
    }
}

void pa_live_forget(uintptr_t block)
{
    get(block, true);
}

static uint64_t raw_home(uintptr_t address)
{
    uint64_t hash = (uint64_t)address / PA_GRANULE * 0x9E3779B97F4A7C15u;
    return (hash ^ hash >> 32) & raw_mask;
}

/* Where a block stands, or the empty slot where it would. */
static struct raw_block *raw_slot(uintptr_t address)
{
    uint64_t at = raw_home(address);
    while (raw_blocks[at].address != 0 && raw_blocks[at].address != address) {
        at = (at + 1) & raw_mask;
    }
    return &raw_blocks[at];
}

/* Every table is so large that native/memory.c gives it pages of its own, whatever thread asks. */
static bool raw_grow(void)
{
    struct raw_block *old = raw_blocks;
    uint64_t old_size = old == NULL ? 0 : raw_mask + 1, size = old == NULL ? FIRST_RAW : old_size * 2;
    struct raw_block *grown = pa_memory_new(size, sizeof *grown);
    if (grown == NULL) {
        return false;
    }
    raw_blocks = grown;
    raw_mask = size - 1;
    for (uint64_t i = 0; i < old_size; i++) {
        if (old[i].address != 0) {
            *raw_slot(old[i].address) = old[i];
        }
    }
    if (old != NULL) {
        pa_memory_drop(old);
    }
    return true;
}

static void raw_enter(uintptr_t block, size_t size)
{
    struct raw_block *slot = raw_slot(block);
    if (slot->address == 0 && (raw_used + 1) * 2 > raw_mask) {
        if (!raw_grow()) {
            pa_raise(PA_NO_MEMORY);
            return;
        }
        slot = raw_slot(block);
    }
    raw_used += slot->address == 0;
    *slot = (struct raw_block){block, size};
}

void pa_live_raw_request(uintptr_t block, size_t size)
{
    size_t before;
    if (PA_UNLIKELY(pa_live_raw_take(block, &before))) { /* freed by others than the raw domain */
        pa_live_raw_gone(before);
    }
    keep(&live->raw);
    live->raw.blocks++;
    live->raw.bytes += size;
    raw_enter(block, size);
}

/* Moves later blocks of the run forward, each unless the hole lies before its home. */
bool pa_live_raw_take(uintptr_t block, size_t *size)
{
    struct raw_block *slot = raw_slot(block);
    if (slot->address == 0) {
        return false;
    }
    *size = slot->size;
    raw_used--;
    uint64_t hole = (uint64_t)(slot - raw_blocks);
    for (uint64_t next = (hole + 1) & raw_mask; raw_blocks[next].address != 0; next = (next + 1) & raw_mask) {
        if (((next - raw_home(raw_blocks[next].address)) & raw_mask) >= ((next - hole) & raw_mask)) {
            raw_blocks[hole] = raw_blocks[next];
            hole = next;
        }
    }
    raw_blocks[hole] = (struct raw_block){0, 0};
    return true;
}

void pa_live_raw_put(uintptr_t block, size_t before, size_t size)
{
    keep(&live->raw);
    live->raw.bytes += size - before; /* modulo 2^64 */
    raw_enter(block, size);
}

void pa_live_raw_gone(size_t size)
{
    keep(&live->raw);
    live->raw.blocks--;
    live->raw.bytes -= size;
}

static uint32_t home_of(pa_place place, uint32_t what, uint32_t context)
{
    uint64_t hash = ((uint64_t)place.code << 32 | place.offset) * 0x9E3779B97F4A7C15u ^
                    ((uint64_t)context << 32 | what) * 0xC2B2AE3D27D4EB4Fu;
    return (uint32_t)(hash ^ hash >> 32) & by_site_mask;
}

/* Where the number of an owner stands, or the empty slot where it would. */
static uint32_t *slot_of(pa_place place, uint32_t what, uint32_t context)
{
    for (uint32_t at = home_of(place, what, context);; at = (at + 1) & by_site_mask) {
        const pa_owner *owner = &live->owners[by_site[at]];
        if (by_site[at] == 0 || (owner->place.code == place.code && owner->place.offset == place.offset &&
                                 owner->what == what && owner->context == context)) {
            return &by_site[at];
        }
    }
}

/* Twice as many. The book shows the old ones until the new ones are whole. */
static bool grow(void)
{
    uint32_t room = owners_room == 0 ? FIRST_OWNERS : owners_room * 2;
    pa_owner *owners = room > OWNER ? NULL : pa_shared_new(room, sizeof *owners);
    uint32_t *index = owners == NULL ? NULL : pa_memory_new((size_t)room * 2, sizeof *index);
    if (index == NULL) {
        return false;
    }
    if (live->owners != NULL) {
        __builtin_memcpy(owners, live->owners, (live->used + 1) * sizeof *owners);
        pa_shared_drop(live->owners);
        pa_memory_drop(by_site);
    }
    live->owners = owners;
    owners_room = room;
    by_site = index;
    by_site_mask = room * 2 - 1;
    for (uint32_t i = 1; i <= live->used; i++) {
        const pa_owner *owner = &owners[i];
        *slot_of(owner->place, owner->what, owner->context) = i;
    }
    return true;
}

uint32_t pa_live_owner(pa_place place, uint32_t what, uint32_t context)
{
    uint32_t *slot = slot_of(place, what, context);
    if (PA_LIKELY(*slot != 0)) {
        return *slot;
    }
    if (live->used + 2 > owners_room) {
        if (!grow()) {
            pa_raise(PA_NO_MEMORY);
            return 0;
        }
        slot = slot_of(place, what, context);
    }
    uint32_t number = (uint32_t)live->used + 1;
    live->owners[number] = (pa_owner){place, what, context, {0, 0, 0, 0, 0}};
    *slot = number;
    live->used = number;
    return number;
}

bool pa_live_start(void)
{
    root = pa_memory_new(ROOT, sizeof *root);
    live = pa_shared_new(1, sizeof *live);
    if (root == NULL || live == NULL || !raw_grow() || !grow()) {
        return false;
    }
    live->epoch = 1; /* what never changed has kept nothing */
    pa_book_now.live = live;
    pa_book_changed();
    return true;
}

static void drop_blocks(void)
{
    for (size_t b = 0; b < ROOT; b++) {
        for (size_t i = 0; root[b] != NULL && i < BRANCH; i++) {
            if (root[b][i] != NULL) {
                pa_memory_drop(root[b][i]);
            }
        }
        if (root[b] != NULL) {
            pa_memory_drop(root[b]);
        }
        root[b] = NULL;
    }
    __builtin_memset(recent, 0, sizeof recent);
}

void pa_live_zero(void)
{
    if (live == NULL) {
        return;
    }
    drop_blocks();
    /* Another thread may have been at work in it, in the process that was forked. */
    pa_memory_drop(raw_blocks);
    raw_blocks = NULL;
    raw_used = 0;
    if (!raw_grow()) {
        pa_live_wanted = false;
        pa_book_now.live = NULL;
        pa_raise(PA_NO_MEMORY);
        return;
    }
    __builtin_memset(by_site, 0, ((size_t)by_site_mask + 1) * sizeof *by_site);
    *live = (pa_live){.epoch = 1, .owners = live->owners};
}

void pa_live_clear(void)
{
    if (root != NULL) {
        drop_blocks();
        pa_memory_drop(root);
    }
    if (raw_blocks != NULL) {
        pa_memory_drop(raw_blocks);
    }
    if (by_site != NULL) {
        pa_shared_drop(live->owners);
        pa_memory_drop(by_site);
    }
    if (live != NULL) {
        pa_shared_drop(live);
    }
    root = NULL;
    raw_blocks = NULL;
    by_site = NULL;
    live = NULL;
    raw_mask = raw_used = 0;
    owners_room = by_site_mask = 0;
}
