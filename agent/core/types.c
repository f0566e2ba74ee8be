#include "core/types.h"

#include "core/blocks.h"
#include "core/core.h"
#include "core/memory.h"
#include "core/tally.h"

enum { NAME_LIMIT = 4096 };

const char **pa_names;
uint32_t pa_names_used, pa_names_capacity;

/* Open addressing, linear probing, at most half full. Both tables hold no more than 2^31 entries. */
typedef struct {
    uintptr_t type; /* 0: empty */
    uintptr_t block;
    uint32_t row;
} entry;

static entry *entries;
static uint32_t entries_used, entries_mask;
static uint32_t *names; /* row + 1, 0: empty */
static uint32_t names_mask;
static const pa_layout *layout;
pa_type pa_recent_types[PA_RECENT_TYPES];

static uint32_t home_of(uintptr_t type)
{
    return (uint32_t)((uint64_t)(type >> 3) * 0x9E3779B97F4A7C15u >> 32) & entries_mask;
}

/* Where a type stands, or the empty slot where it would. */
static uint32_t slot_of(uintptr_t type)
{
    uint32_t slot = home_of(type);
    while (entries[slot].type != 0 && entries[slot].type != type) {
        slot = (slot + 1) & entries_mask;
    }
    return slot;
}

static bool grow_entries(void)
{
    entry *old = entries;
    uint32_t old_size = old == NULL ? 0 : entries_mask + 1;
    uint32_t size = old == NULL ? 1024 : old_size * 2;
    entry *grown = pa_memory_new(size, sizeof(entry));
    if (grown == NULL) {
        return false;
    }
    entries = grown;
    entries_mask = size - 1;
    for (uint32_t i = 0; i < old_size; i++) {
        if (old[i].type != 0) {
            entries[slot_of(old[i].type)] = old[i];
        }
    }
    if (old != NULL) {
        pa_memory_drop(old);
    }
    return true;
}

/* Moves later entries of the run forward, each unless the hole lies before its home. */
static void remove_entry(uint32_t hole)
{
    entries_used--;
    for (uint32_t next = (hole + 1) & entries_mask; entries[next].type != 0; next = (next + 1) & entries_mask) {
        if (((next - home_of(entries[next].type)) & entries_mask) >= ((next - hole) & entries_mask)) {
            entries[hole] = entries[next];
            hole = next;
        }
    }
    entries[hole] = (entry){0};
}

static uint32_t hash_name(const char *name, size_t length)
{
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (size_t i = 0; i < length; i++) {
        hash = (hash ^ (uint8_t)name[i]) * 16777619u;
    }
    return hash;
}

static bool same_name(const char *copy, const char *name, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (copy[i] != name[i]) {
            return false;
        }
    }
    return copy[length] == '\0';
}

/* Where the row of a name stands, or the empty slot where it would. */
static uint32_t slot_of_name(const char *name, size_t length)
{
    uint32_t slot = hash_name(name, length) & names_mask;
    while (names[slot] != 0 && !same_name(pa_names[names[slot] - 1], name, length)) {
        slot = (slot + 1) & names_mask;
    }
    return slot;
}

/* The length of a name as far as it is kept. */
static size_t length_of(const char *name)
{
    size_t length = 0;
    while (length < NAME_LIMIT && name[length] != '\0') {
        length++;
    }
    return length;
}

/* Makes room for more names, and for their rows in every tally. */
static bool grow_names(void)
{
    uint32_t capacity = pa_names_capacity == 0 ? 256 : pa_names_capacity * 2;
    const char **grown = pa_shared_new(capacity, sizeof *grown);
    uint32_t *table = pa_memory_new((size_t)capacity * 2, sizeof *table);
    if (grown == NULL || table == NULL || !pa_tallies_grow(capacity)) {
        if (grown != NULL) {
            pa_shared_drop(grown);
        }
        if (table != NULL) {
            pa_memory_drop(table);
        }
        return false;
    }
    if (pa_names != NULL) {
        __builtin_memcpy(grown, pa_names, pa_names_used * sizeof *grown);
        pa_shared_drop(pa_names);
        pa_memory_drop(names);
    }
    pa_names = grown;
    names = table;
    names_mask = capacity * 2 - 1;
    pa_names_capacity = capacity;
    for (uint32_t i = 0; i < pa_names_used; i++) {
        names[slot_of_name(pa_names[i], length_of(pa_names[i]))] = i + 1;
    }
    return true;
}

static uint32_t row_of_name(const char *name)
{
    size_t length = length_of(name);
    if (name[length] != '\0') {
        pa_raise(PA_LONG_NAME);
    }
    uint32_t slot = slot_of_name(name, length);
    if (names[slot] != 0) {
        return names[slot] - 1;
    }
    if (pa_names_used == PA_VALUES) {
        pa_raise(PA_TOO_MANY);
        return PA_ROW_NONE;
    }
    char *copy = pa_shared_new(length + 1, 1);
    if (copy == NULL) {
        pa_raise(PA_NO_MEMORY);
        return PA_ROW_NONE;
    }
    if (pa_names_used == pa_names_capacity) {
        if (!grow_names()) {
            pa_shared_drop(copy);
            pa_raise(PA_NO_MEMORY);
            return PA_ROW_NONE;
        }
        slot = slot_of_name(name, length);
    }
    __builtin_memcpy(copy, name, length);
    pa_names[pa_names_used] = copy;
    names[slot] = ++pa_names_used;
    if (pa_changed != NULL) {
        pa_changed();
    }
    return pa_names_used - 1;
}

bool pa_types_start(const pa_layout *of)
{
    layout = of;
    return grow_entries() && grow_names() && row_of_name("(buffer)") == 0;
}

bool pa_block_watch(uintptr_t object, uintptr_t block)
{
    pa_block *known = pa_block_at(block);
    if (known == NULL) {
        pa_raise(PA_NO_MEMORY);
        return false;
    }
    if ((*known & PA_STATE) == PA_NONE) { /* older than the hooks: its block is met here for the first time */
        uint32_t row = pa_type_at(pa_word(object + layout->ob_type)).row;
        if (row == PA_ROW_NONE) {
            return false;
        }
        *known = PA_CLAIMED | row << PA_VALUE_SHIFT;
    }
    *known |= PA_FLAG;
    return true;
}

static uint32_t open_entry(uintptr_t type)
{
    uint32_t row = row_of_name((const char *)pa_word(type + layout->tp_name));
    uintptr_t block = 0;
    if (row == PA_ROW_NONE) {
        return row;
    }
    if (pa_word(type + layout->tp_flags) & PA_TPFLAGS_HEAPTYPE) {
        block = type - pa_pre_header(layout, pa_word(type + layout->ob_type));
        if (!pa_block_watch(type, block)) {
            return PA_ROW_NONE;
        }
    }
    if (entries_used * 2 >= entries_mask && !grow_entries()) {
        pa_raise(PA_NO_MEMORY);
        return PA_ROW_NONE;
    }
    entries[slot_of(type)] = (entry){type, block, row};
    entries_used++;
    return row;
}

pa_type pa_type_find(uintptr_t type)
{
    const entry *found = &entries[slot_of(type)];
    bool finalizes = layout->tp_finalize != 0 && pa_word(type + layout->tp_finalize) != 0;
    pa_type known = {type, found->row, (uint16_t)pa_pre_header(layout, type), finalizes, 0, 0};
    if (PA_UNLIKELY(found->type == 0)) {
        known.row = open_entry(type);
        if (known.row == PA_ROW_NONE) {
            return known;
        }
    }
    known.again = PA_CLAIMED | known.row << PA_VALUE_SHIFT;
    known.counts = known.row * (uint32_t)sizeof(pa_counts);
    if (!finalizes && type != pa_awaited) {
        *pa_recent_type(type) = known;
    }
    return known;
}

bool pa_type_known(uintptr_t address)
{
    return pa_recent_type(address)->type == address || entries[slot_of(address)].type == address;
}

void pa_type_close(uintptr_t block)
{
    /* A type may have a GC head and managed slots in front of it; its own type may be gone, so its flags are not read. */
    const uintptr_t offsets[] = {0, layout->gc_head, layout->managed, (uintptr_t)layout->gc_head + layout->managed};
    for (size_t i = 0; i < sizeof offsets / sizeof *offsets; i++) {
        uint32_t slot = slot_of(block + offsets[i]);
        if (entries[slot].type != 0 && entries[slot].block == block) {
            pa_type *recent = pa_recent_type(entries[slot].type);
            if (recent->type == entries[slot].type) {
                *recent = (pa_type){0};
            }
            remove_entry(slot);
            return;
        }
    }
}

void pa_types_clear(void)
{
    for (uint32_t i = 0; i < pa_names_used; i++) {
        pa_shared_drop((void *)(uintptr_t)pa_names[i]);
    }
    if (pa_names != NULL) {
        pa_shared_drop(pa_names);
        pa_memory_drop(names);
    }
    if (entries != NULL) {
        pa_memory_drop(entries);
    }
    pa_names = NULL;
    names = NULL;
    entries = NULL;
    pa_names_used = pa_names_capacity = entries_used = 0;
    __builtin_memset(pa_recent_types, 0, sizeof pa_recent_types);
}
