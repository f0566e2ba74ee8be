#include "core/blocks.h"

#include "core/memory.h"

#if UINTPTR_MAX > 0xffffffffu
pa_block **pa_branches[1 << 15];
#else
pa_block *pa_leaves[1 << 16];
#endif

/* The list of large fresh blocks: few are alive at once, so it is searched from its end. */
static struct {
    uintptr_t address;
    size_t size;
} *large;
static size_t large_used, large_capacity;

static pa_block **leaf_slot(uintptr_t address)
{
#if UINTPTR_MAX > 0xffffffffu
    if (address >> 47 != 0) {
        return NULL;
    }
    pa_block ***branch = &pa_branches[address >> 32];
    if (*branch == NULL && (*branch = pa_memory_new(1 << 16, sizeof(pa_block *))) == NULL) {
        return NULL;
    }
    return &(*branch)[(address >> PA_LEAF_SHIFT) & 0xffff];
#else
    return &pa_leaves[address >> PA_LEAF_SHIFT];
#endif
}

pa_block *pa_block_grow(uintptr_t address)
{
    pa_block **leaf = leaf_slot(address);
    if (leaf == NULL || (*leaf = pa_memory_new(PA_LEAF_ENTRIES, sizeof(pa_block))) == NULL) {
        return NULL;
    }
    return *leaf + (address & ((1u << PA_LEAF_SHIFT) - 1)) / PA_GRANULE;
}

static void forget_leaf(pa_block *leaf)
{
    for (size_t i = 0; leaf != NULL && i < PA_LEAF_ENTRIES; i++) {
        if ((leaf[i] & PA_STATE) == PA_FRESH) {
            leaf[i] &= ~((uint32_t)(PA_INTERVALS - 1) << PA_INTERVAL_SHIFT);
        }
    }
}

void pa_blocks_forget_intervals(void)
{
#if UINTPTR_MAX > 0xffffffffu
    for (size_t b = 0; b < 1 << 15; b++) {
        for (size_t i = 0; pa_branches[b] != NULL && i < 1 << 16; i++) {
            forget_leaf(pa_branches[b][i]);
        }
    }
#else
    for (size_t i = 0; i < 1 << 16; i++) {
        forget_leaf(pa_leaves[i]);
    }
#endif
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
    for (size_t b = 0; b < 1 << 15; b++) {
        if (pa_branches[b] == NULL) {
            continue;
        }
        for (size_t i = 0; i < 1 << 16; i++) {
            if (pa_branches[b][i] != NULL) {
                pa_memory_drop(pa_branches[b][i]);
            }
        }
        pa_memory_drop(pa_branches[b]);
        pa_branches[b] = NULL;
    }
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
