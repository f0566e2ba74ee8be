#include "core/codes.h"

#include "core/contexts.h"
#include "core/core.h"
#include "core/memory.h"
#include "core/sites.h"
#include "core/text.h"

enum {
    FIRST_CODES = 256,
    /* The opcodes that sys.monitoring and executors write into code (3.12-3.15) are from here on. Those that are a form of no
       other stand for any: INSTRUMENTED_LINE, INSTRUMENTED_INSTRUCTION, ENTER_EXECUTOR, TRACE_RECORD. */
    FIRST_INSTRUMENTED = 233
};

pa_live_code *pa_live_codes;
uint8_t pa_opcode_base[256], pa_opcode_caches[256];

static const pa_frames *frames;

/* Live codes by address: numbers of live codes, 0: empty. Open addressing, at most half full. */
static uint32_t *by_address;
static uint32_t live_mask, live_room, live_used, unused;

/* Codes by what they are: numbers in the book, 0: empty. */
static uint32_t *by_identity, *identities; /* the latter by number: what identity_of said */
static uint32_t codes_room;

/* Where the parts of a code object lie. */
typedef struct {
    uintptr_t file, name, names, line_table, bytecode;
    uint32_t names_count, line_table_size, bytecode_size, first_line;
} parts;

static uintptr_t size_of(uintptr_t object)
{
    return pa_word(object + 2 * sizeof(uintptr_t)); /* ob_size */
}

/* PyBytesObject.ob_sval: behind ob_base, ob_size and ob_shash. */
static uintptr_t bytes_in(uintptr_t object)
{
    return object + 4 * sizeof(uintptr_t);
}

static parts parts_of(uintptr_t code)
{
    uintptr_t names = pa_word(code + frames->names), lines = pa_word(code + frames->line_table);
    parts of = {
        .file = pa_word(code + frames->file),
        .name = pa_word(code + frames->name),
        .names = names + frames->tuple_items,
        .names_count = (uint32_t)size_of(names),
        .line_table = bytes_in(lines),
        .line_table_size = (uint32_t)size_of(lines),
    };
    __builtin_memcpy(&of.first_line, (const void *)(code + frames->first_line), sizeof of.first_line);
    if (frames->unit != 0) {
        uintptr_t bytecode = pa_word(code + frames->bytes);
        of.bytecode = bytes_in(bytecode);
        of.bytecode_size = (uint32_t)size_of(bytecode);
    }
    else {
        of.bytecode = code + frames->bytes;
        of.bytecode_size = (uint32_t)size_of(code) * 2;
    }
    return of;
}

static uint8_t byte_at(uintptr_t address, uint32_t i)
{
    return ((const uint8_t *)address)[i];
}

static bool is_unclear(uint8_t opcode)
{
    return frames->unit == 0 && opcode >= FIRST_INSTRUMENTED && pa_opcode_base[opcode] == opcode;
}

/* The bytecode as it was compiled, two bytes at a time: specialised forms undone, caches zero (they are in new memory). Calls
   of this in a row end when it returns false. How large the cache of an unclear opcode is nobody knows: from the first one
   on, `clear` is false, and caches come as they are. */
static bool next_unit(const parts *of, uint32_t *at, bool *clear, uint8_t unit[2])
{
    if (*at + 2 > of->bytecode_size) {
        return false;
    }
    unit[0] = pa_opcode_base[byte_at(of->bytecode, *at)];
    unit[1] = byte_at(of->bytecode, *at + 1);
    *clear = *clear && !is_unclear(unit[0]);
    *at += *clear ? 2 + 2u * pa_opcode_caches[unit[0]] : 2;
    return true;
}

static void write_bytecode(const parts *of, uint8_t *to)
{
    uint8_t unit[2];
    bool clear = true;
    for (uint32_t at = 0, here = 0; next_unit(of, &at, &clear, unit); here = at) {
        __builtin_memcpy(to + here, unit, sizeof unit);
    }
}

/* As far as both are clear: beyond that, name, lines and columns have to do. */
static bool same_bytecode(const parts *of, const uint8_t *as)
{
    uint8_t unit[2];
    bool clear = true;
    for (uint32_t at = 0, here = 0; next_unit(of, &at, &clear, unit) && clear && !is_unclear(as[here]); here = at) {
        if (as[here] != unit[0] || as[here + 1] != unit[1]) {
            return false;
        }
    }
    return true;
}

static bool same_bytes(uintptr_t address, const uint8_t *as, uint32_t size)
{
    for (uint32_t i = 0; i < size; i++) {
        if (byte_at(address, i) != as[i]) {
            return false;
        }
    }
    return true;
}

static uintptr_t name_at(const parts *of, uint32_t i)
{
    return pa_word(of->names + i * sizeof(uintptr_t));
}

static bool same_names(const parts *of, const pa_code *as)
{
    const char *name = as->names, *end = name + as->names_size;
    for (uint32_t i = 0; i < of->names_count; i++) {
        if (name == end || !pa_text_same(frames, name_at(of, i), name)) {
            return false;
        }
        while (*name++ != '\0') {
        }
    }
    return name == end;
}

static bool same_code(const parts *of, const pa_code *as)
{
    return of->first_line == as->first_line && of->bytecode_size == as->bytecode_size &&
           of->line_table_size == as->line_table_size && same_bytecode(of, as->bytecode) &&
           same_bytes(of->line_table, as->line_table, as->line_table_size) && same_names(of, as) &&
           pa_text_same(frames, of->name, as->name) && pa_text_same(frames, of->file, as->file);
}

/* Of all that same_code compares but the bytecode: functions made from one template differ in their names only. */
static uint32_t identity_of(const parts *of)
{
    uint32_t hash = 2166136261u ^ of->first_line; /* FNV-1a */
    for (uint32_t i = 0; i < of->line_table_size; i++) {
        hash = (hash ^ byte_at(of->line_table, i)) * 16777619u;
    }
    for (uint32_t i = 0; i < of->names_count; i++) {
        hash = pa_text_hash(frames, name_at(of, i), hash);
    }
    hash = pa_text_hash(frames, of->file, pa_text_hash(frames, of->name, hash));
    return (hash ^ of->bytecode_size) * 0x9E3779B1u;
}

static void drop_shared(const void *block)
{
    if (block != NULL) {
        pa_book_drop((void *)(uintptr_t)block);
    }
}

static void drop_memory(void *block)
{
    if (block != NULL) {
        pa_memory_drop(block);
    }
}

static char *copy_text(uintptr_t text)
{
    char *copy = pa_book_new(pa_text_size(frames, text) + 1, 1);
    if (copy != NULL) {
        pa_text_write(frames, text, copy);
    }
    return copy;
}

static bool copy_code(const parts *of, pa_code *to)
{
    size_t size = 0;
    for (uint32_t i = 0; i < of->names_count; i++) {
        size += pa_text_size(frames, name_at(of, i)) + 1;
    }
    char *names = pa_book_new(size + 1, 1);
    uint8_t *bytecode = pa_book_new(of->bytecode_size + 1u, 1), *lines = pa_book_new(of->line_table_size + 1u, 1);
    const char *file = copy_text(of->file), *name = copy_text(of->name);
    if (names == NULL || bytecode == NULL || lines == NULL || file == NULL || name == NULL) {
        const void *const copied[] = {names, bytecode, lines, file, name};
        for (size_t i = 0; i < sizeof copied / sizeof *copied; i++) {
            drop_shared(copied[i]);
        }
        return false;
    }
    *to = (pa_code){file, name, names, bytecode, lines, (uint32_t)size, of->bytecode_size, of->line_table_size, of->first_line};
    for (uint32_t i = 0; i < of->names_count; i++) {
        pa_text_write(frames, name_at(of, i), names);
        names += pa_text_size(frames, name_at(of, i)) + 1;
    }
    write_bytecode(of, bytecode);
    __builtin_memcpy(lines, (const void *)of->line_table, of->line_table_size);
    return true;
}

/* Where the code of an identity stands, or the empty slot where the search ends; `of` NULL: no code is equal. */
static uint32_t slot_of_identity(uint32_t identity, const parts *of)
{
    uint32_t mask = codes_room * 2 - 1, slot = identity & mask;
    while (by_identity[slot] != 0) {
        uint32_t number = by_identity[slot];
        if (of != NULL && identities[number] == identity && same_code(of, &pa_book_now.codes[number])) {
            break;
        }
        slot = (slot + 1) & mask;
    }
    return slot;
}

/* Makes room for more codes; number 0 is none. */
static bool grow_codes(void)
{
    pa_book *book = &pa_book_now;
    uint32_t room = codes_room == 0 ? FIRST_CODES : codes_room * 2;
    pa_code *grown = pa_book_new(room, sizeof *grown);
    uint32_t *table = pa_memory_new((size_t)room * 2, sizeof *table), *known = pa_memory_new(room, sizeof *known);
    if (grown == NULL || table == NULL || known == NULL) {
        drop_shared(grown);
        drop_memory(table);
        drop_memory(known);
        return false;
    }
    if (book->codes != NULL) {
        __builtin_memcpy(grown, book->codes, (size_t)codes_room * sizeof *grown);
        __builtin_memcpy(known, identities, (size_t)codes_room * sizeof *known);
        pa_memory_drop(by_identity);
        pa_memory_drop(identities);
        pa_book_drop(book->codes);
    }
    book->codes = grown;
    by_identity = table;
    identities = known;
    codes_room = room;
    for (uint32_t number = 1; number <= book->codes_used; number++) {
        by_identity[slot_of_identity(identities[number], NULL)] = number;
    }
    return true;
}

/* The number of a code object in the book; 0: there is no memory. */
static uint32_t number_of(uintptr_t code)
{
    pa_book *book = &pa_book_now;
    parts of = parts_of(code);
    uint32_t identity = identity_of(&of), slot = slot_of_identity(identity, &of);
    if (by_identity[slot] != 0) {
        return by_identity[slot];
    }
    if (book->codes_used + 2 > codes_room) {
        if (!grow_codes()) {
            return 0;
        }
        slot = slot_of_identity(identity, NULL);
    }
    uint32_t number = (uint32_t)book->codes_used + 1;
    if (!copy_code(&of, &book->codes[number])) {
        return 0;
    }
    identities[number] = identity;
    by_identity[slot] = number;
    book->codes_used = number;
    pa_book_changed();
    return number;
}

static uint32_t home_of(uintptr_t code)
{
    return (uint32_t)((uint64_t)(code >> 3) * 0x9E3779B97F4A7C15u >> 32) & live_mask;
}

static uint32_t slot_of_address(uintptr_t code)
{
    uint32_t slot = home_of(code);
    while (by_address[slot] != 0 && pa_live_codes[by_address[slot]].code != code) {
        slot = (slot + 1) & live_mask;
    }
    return slot;
}

static bool grow_live(void)
{
    uint32_t room = live_room == 0 ? FIRST_CODES : live_room * 2;
    pa_live_code *grown = pa_memory_new(room, sizeof *grown);
    uint32_t *table = pa_memory_new((size_t)room * 2, sizeof *table);
    if (grown == NULL || table == NULL) {
        drop_memory(grown);
        drop_memory(table);
        return false;
    }
    if (live_room > 0) {
        __builtin_memcpy(grown, pa_live_codes, (size_t)live_room * sizeof *grown);
        pa_memory_drop(pa_live_codes);
        pa_memory_drop(by_address);
    }
    pa_live_codes = grown;
    by_address = table;
    live_room = room;
    live_mask = room * 2 - 1;
    for (uint32_t live = 1; live <= live_used; live++) {
        if (grown[live].code != 0) {
            by_address[slot_of_address(grown[live].code)] = live;
        }
    }
    return true;
}

static uint32_t unused_live(void)
{
    if (unused != 0) {
        uint32_t live = unused;
        unused = pa_live_codes[live].next_unused;
        return live;
    }
    if (live_used + 2 > live_room && !grow_live()) {
        return 0;
    }
    return ++live_used;
}

uint32_t pa_code_live(uintptr_t code)
{
    uint32_t known = by_address[slot_of_address(code)];
    if (PA_LIKELY(known != 0)) {
        return known;
    }
    /* What failed once is not tried at every event. */
    const bool possible = !pa_book_full && pa_block_watch(code, code);
    uint32_t number = possible ? number_of(code) : 0, live = number == 0 ? 0 : unused_live();
    if (live == 0) {
        pa_book_overflow();
        return 0;
    }
    pa_live_codes[live] = (pa_live_code){.code = code, .number = number};
    by_address[slot_of_address(code)] = live;
    return live;
}

uint32_t pa_code_instruction(uint32_t number, uint32_t offset)
{
    const pa_code *code = &pa_book_now.codes[number];
    while (offset >= 2 && offset < code->bytecode_size && code->bytecode[offset] == 0) { /* CACHE: no instruction is 0 */
        offset -= 2;
    }
    return offset;
}

/* Moves later entries of the run forward, each unless the hole lies before its home. */
static void remove_slot(uint32_t hole)
{
    for (uint32_t next = (hole + 1) & live_mask; by_address[next] != 0; next = (next + 1) & live_mask) {
        uint32_t home = home_of(pa_live_codes[by_address[next]].code);
        if (((next - home) & live_mask) >= ((next - hole) & live_mask)) {
            by_address[hole] = by_address[next];
            hole = next;
        }
    }
    by_address[hole] = 0;
}

void pa_code_close(uintptr_t block)
{
    uint32_t slot = slot_of_address(block), live = by_address[slot];
    if (live == 0) {
        return;
    }
    pa_sites_settle(&pa_live_codes[live]);
    pa_contexts_settle(&pa_live_codes[live]);
    remove_slot(slot);
    pa_live_codes[live] = (pa_live_code){.next_unused = unused};
    unused = live;
}

bool pa_codes_start(const pa_frames *of)
{
    frames = of;
    const bool known = pa_opcode_base[1] != 0;
    for (unsigned i = 0; i < 256 && !known; i++) {
        pa_opcode_base[i] = (uint8_t)i;
    }
    return grow_codes() && grow_live();
}

void pa_codes_clear(void)
{
    pa_book *book = &pa_book_now;
    for (uint64_t number = 1; number <= book->codes_used; number++) {
        const pa_code *code = &book->codes[number];
        const void *const copied[] = {code->file, code->name, code->names, code->bytecode, code->line_table};
        for (size_t i = 0; i < sizeof copied / sizeof *copied; i++) {
            drop_shared(copied[i]);
        }
    }
    drop_shared(book->codes);
    book->codes = NULL;
    book->codes_used = 0;
    drop_memory(pa_live_codes);
    drop_memory(by_address);
    drop_memory(by_identity);
    drop_memory(identities);
    pa_live_codes = NULL;
    by_address = by_identity = identities = NULL;
    live_mask = live_room = live_used = unused = codes_room = 0;
}
