#include "core/blocks.h"

#include "core/memory.h"

#if UINTPTR_MAX > 0xffffffffu
static pa_block **branches[PA_BRANCHES];
pa_recent_leaf pa_recent[PA_RECENT];
#else
pa_block *pa_leaves[1 << 16];
#endif

/* The list of large fresh blocks: few are alive at once, so it is searched from its end. */
static struct {
    uintptr_t address;
    size_t size;
} *large;
static size_t large_used, large_capacity;

/* Where the leaf of an address stands, or would stand; NULL when there is no memory for that. */
static pa_block **leaf_slot(uintptr_t address)
{
#if UINTPTR_MAX > 0xffffffffu
    if (address >> 47 != 0) {
        return NULL;
    }
    pa_block ***branch = &branches[address >> 32];
    if (*branch == NULL && (*branch = pa_memory_new(PA_BRANCH_LEAVES, sizeof(pa_block *))) == NULL) {
        return NULL;
    }
    return &(*branch)[(address >> PA_LEAF_SHIFT) % PA_BRANCH_LEAVES];
#else
    return &pa_leaves[address >> PA_LEAF_SHIFT];
#endif
}

pa_block *pa_block_find(uintptr_t address)
{
    pa_block **leaf = leaf_slot(address);
    if (leaf == NULL || (*leaf == NULL && (*leaf = pa_memory_new(PA_LEAF_ENTRIES, sizeof(pa_block))) == NULL)) {
        return NULL;
    }
#if UINTPTR_MAX > 0xffffffffu
    const uintptr_t number = address >> PA_LEAF_SHIFT;
    pa_recent[number % PA_RECENT] = (pa_recent_leaf){number, *leaf};
#endif
    return *leaf + (address & ((1u << PA_LEAF_SHIFT) - 1)) / PA_GRANULE;
}

static pa_block without_interval(pa_block entry)
{
    return entry & ~((uint32_t)(PA_INTERVALS - 1) << PA_INTERVAL_SHIFT);
}

static pa_block claimed(pa_block entry)
{
    (void)entry;
    return PA_CLAIMED;
}

static void change_fresh_in(pa_block *leaf, pa_block (*change)(pa_block))
{
    for (size_t i = 0; leaf != NULL && i < PA_LEAF_ENTRIES; i++) {
        if ((leaf[i] & PA_STATE) == PA_FRESH) {
            leaf[i] = change(leaf[i]);
        }
    }
}

static void change_fresh(pa_block (*change)(pa_block))
{
#if UINTPTR_MAX > 0xffffffffu
    for (size_t b = 0; b < PA_BRANCHES; b++) {
        for (size_t i = 0; branches[b] != NULL && i < PA_BRANCH_LEAVES; i++) {
            change_fresh_in(branches[b][i], change);
        }
    }
#else
    for (size_t i = 0; i < 1 << 16; i++) {
        change_fresh_in(pa_leaves[i], change);
    }
#endif
}

void pa_blocks_forget_intervals(void)
{
    change_fresh(without_interval);
}

void pa_blocks_claim_all(void)
{
    change_fresh(claimed);
    large_used = 0;
}

bool pa_large_add(uintptr_t address, size_t size)
{
    if (large_used == large_capacity) {
        size_t capacity = large_capacity == 0 ? 64 : large_capacity * 2;
        void *grown = pa_memory_new(capacity, sizeof *large);
        if (grown == NULL) {
            return false;
        }
        if (large != NULL) {
            __builtin_memcpy(grown, large, large_used * sizeof *large);
            pa_memory_drop(large);
        }
        large = grown;
        large_capacity = capacity;
    }
    large[large_used].address = address;
    large[large_used].size = size;
    large_used++;
    return true;
}

size_t pa_large_take(uintptr_t address)
{
    for (size_t i = large_used; i-- > 0;) {
        if (large[i].address == address) {
            size_t size = large[i].size;
            large[i] = large[--large_used];
            return size;
        }
    }
    return 0;
}

void pa_blocks_clear(void)
{
#if UINTPTR_MAX > 0xffffffffu
    for (size_t b = 0; b < PA_BRANCHES; b++) {
        if (branches[b] == NULL) {
            continue;
        }
        for (size_t i = 0; i < PA_BRANCH_LEAVES; i++) {
            if (branches[b][i] != NULL) {
                pa_memory_drop(branches[b][i]);
            }
        }
        pa_memory_drop(branches[b]);
        branches[b] = NULL;
    }
    __builtin_memset(pa_recent, 0, sizeof pa_recent);
#else
    for (size_t i = 0; i < 1 << 16; i++) {
        if (pa_leaves[i] != NULL) {
            pa_memory_drop(pa_leaves[i]);
            pa_leaves[i] = NULL;
        }
    }
#endif
    if (large != NULL) {
        pa_memory_drop(large);
        large = NULL;
    }
    large_used = large_capacity = 0;
}
