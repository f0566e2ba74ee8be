/* A host that drives sites, contexts and codes by a script: frames and code objects are laid out in the host's own memory as
 * the row of a version says (layout/frames.h), at addresses that are used again and again. What is dead is poisoned, so that
 * AddressSanitizer tells of a look at it. sites.test.ts writes the script and knows what must come out.
 *
 * A line is an operation and its operands in decimal; texts are code points with commas between, 228x9 for nine of one.
 *
 *   start MINOR CALLERS WHOLE     CALLERS, WHOLE: pa_callers, pa_whole_recursion
 *   code C FILE NAME LINE TRACEABLE UNITS SEED     a new code object at place C; bytecode, line table and names are of SEED
 *   trace C                       from its second instruction on a line is traced, as sys.settrace does since 3.12
 *   dying C                       nothing refers to it any more, and its parts are gone
 *   free C                        it dies
 *   frame F PREVIOUS C OWNER UNIT   a new frame at place F; PREVIOUS -1: none; C -1: no code, as of a shim
 *   at F UNIT                     it stands at another instruction
 *   link F PREVIOUS               another one called it
 *   drop F                        it dies
 *   current T F                   thread T executes it; -1: nothing
 *   thread T                      takes the GIL
 *   regions T LABEL…              those that are open there
 *   event KIND ROW BYTES
 *   request KIND BLOCK BYTES
 *   claim KIND ROW BLOCK BYTES
 *   zero                          as in a forked child
 *   stint N                       tables grow N times more
 *   dump                          prints the book
 */
#include <sanitizer/asan_interface.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/core.h"
#include "core/memory.h"

enum { PLACES = 4096, CODE_SIZE = 1 << 14, FRAME_SIZE = 256, OBJECT_SIZE = 1 << 13, THREADS = 8, OPCODES = 100, TRACED = 254, LONGEST = 1 << 17 };

static const pa_frames *rows;
static _Alignas(64) char codes[PLACES][CODE_SIZE], frames_of[PLACES][FRAME_SIZE];
/* The file, name, names, line table and bytecode that a code object refers to. */
enum { FILE_OF, NAME_OF, NAMES_OF, LINES_OF, BYTES_OF, FIRST_NAME_OF, PARTS };
static _Alignas(64) char parts[PLACES][PARTS][OBJECT_SIZE];
static _Alignas(64) char states[THREADS][256], cframes[THREADS][64], code_type[1024], none[64];
static pa_path paths[THREADS];
static uint32_t regions[THREADS][8], regions_used[THREADS];
static int now;
static long granted = -1, refused, tables_in_use;
static uint32_t noise = 1;

bool pa_host_readable(uintptr_t address, size_t size)
{
    return address != 0 && size != 0;
}

static void *table_new(void *ctx, size_t count, size_t size)
{
    (void)ctx;
    if (granted == 0) {
        refused++;
        return NULL;
    }
    granted -= granted > 0;
    void *table = calloc(count, size);
    tables_in_use += table != NULL;
    return table;
}

static void table_drop(void *ctx, void *table)
{
    (void)ctx;
    tables_in_use--;
    free(table);
}

static void set(void *object, size_t offset, uintptr_t value, size_t size)
{
    memcpy((char *)object + offset, &value, size);
}

static uint32_t random_of(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static uint32_t caches_of(uint8_t opcode)
{
    return rows->unit == 0 && opcode % 5 == 3 ? opcode % 3 + 1 : 0;
}

/* The bytecode of a seed, as compiled. In memory each opcode may be one of two, and caches hold anything. */
static void write_bytecode(uint8_t *to, uint32_t units, uint32_t seed, bool in_memory)
{
    for (uint32_t at = 0; at < units;) {
        uint8_t opcode = (uint8_t)(1 + random_of(&seed) % (OPCODES - 1)), argument = (uint8_t)random_of(&seed);
        uint32_t caches = caches_of(opcode);
        to[2 * at] = in_memory && rows->unit == 0 && random_of(&noise) % 2 ? opcode + OPCODES : opcode;
        to[2 * at + 1] = argument;
        for (at++; caches > 0 && at < units; at++, caches--) {
            to[2 * at] = in_memory ? (uint8_t)random_of(&noise) : 0;
            to[2 * at + 1] = in_memory ? (uint8_t)random_of(&noise) : 0;
        }
    }
}

static void fresh(char *place, size_t size)
{
    ASAN_UNPOISON_MEMORY_REGION(place, size);
    memset(place, 0xAA, size);
}

static uintptr_t make_bytes(char *place, const uint8_t *bytes, size_t size)
{
    fresh(place, OBJECT_SIZE);
    set(place, 2 * sizeof(uintptr_t), size, sizeof(uintptr_t));
    memcpy(place + 4 * sizeof(uintptr_t), bytes, size);
    return (uintptr_t)place;
}

/* A str of the narrowest kind, as PyUnicode_New makes it. */
static uintptr_t make_text(char *place, const uint32_t *characters, size_t length)
{
    uint32_t largest = 0;
    for (size_t i = 0; i < length; i++) {
        largest = characters[i] > largest ? characters[i] : largest;
    }
    const unsigned kind = largest < 0x100 ? 1 : largest < 0x10000 ? 2 : 4;
    const size_t word = sizeof(uintptr_t), head = (rows->wide_text ? 6 : 5) + (largest < 0x80 ? 0 : rows->wide_text ? 3 : 2);
    static _Alignas(64) char large[4 * LONGEST + 256]; /* one at a time: it is read when its code object is new */
    place = 4 * length + 128 < OBJECT_SIZE ? place : large;
    fresh(place, place == large ? sizeof large : OBJECT_SIZE);
    set(place, 2 * word, length, word);
    set(place, 4 * word, kind << 2 | 1u << 5 | (largest < 0x80 ? 1u << 6 : 0), 4);
    for (size_t i = 0; i < length; i++) {
        memcpy(place + head * word + i * kind, &characters[i], kind);
    }
    return (uintptr_t)place;
}

static size_t read_text(const char *from, uint32_t *characters)
{
    size_t length = 0;
    for (const char *at = from; *at != '\0' && *at != '-';) {
        char *end;
        const uint32_t character = (uint32_t)strtoul(at, &end, 10);
        unsigned long times = *end == 'x' ? strtoul(end + 1, &end, 10) : 1;
        for (; times > 0 && length < LONGEST; times--) {
            characters[length++] = character;
        }
        at = *end == ',' ? end + 1 : end;
    }
    return length;
}

static uintptr_t make_names(char (*place)[OBJECT_SIZE], uint32_t seed)
{
    uint32_t characters[16];
    char text[16];
    size_t length = (size_t)snprintf(text, sizeof text, "s%u", (unsigned)seed);
    for (size_t i = 0; i < length; i++) {
        characters[i] = (uint8_t)text[i];
    }
    uintptr_t first = make_text(place[FIRST_NAME_OF], characters, length);
    char *names = place[NAMES_OF];
    fresh(names, OBJECT_SIZE);
    const uint32_t count = 1 + seed % 3;
    set(names, 2 * sizeof(uintptr_t), count, sizeof(uintptr_t));
    for (uint32_t i = 0; i < count; i++) {
        set(names, rows->tuple_items + i * sizeof(uintptr_t), first, sizeof(uintptr_t));
    }
    return (uintptr_t)names;
}

static void make_code(long place, const char *file, const char *name, long line, long traceable, uint32_t units, uint32_t seed)
{
    static uint8_t bytes[OBJECT_SIZE];
    static uint32_t characters[LONGEST];
    char *code = codes[place];
    fresh(code, CODE_SIZE);
    set(code, pa_layout_now->ob_type, (uintptr_t)code_type, sizeof(uintptr_t));
    set(code, rows->file, make_text(parts[place][FILE_OF], characters, read_text(file, characters)), sizeof(uintptr_t));
    set(code, rows->name, make_text(parts[place][NAME_OF], characters, read_text(name, characters)), sizeof(uintptr_t));
    set(code, rows->names, make_names(parts[place], seed), sizeof(uintptr_t));
    memset(bytes, (int)(seed & 0xff), 8);
    set(code, rows->line_table, make_bytes(parts[place][LINES_OF], bytes, 1 + seed % 8), sizeof(uintptr_t));
    set(code, rows->first_line, (uintptr_t)line, 4);
    if (rows->unit != 0) {
        write_bytecode(bytes, units, seed, true);
        set(code, rows->bytes, make_bytes(parts[place][BYTES_OF], bytes, 2 * (size_t)units), sizeof(uintptr_t));
    }
    else {
        set(code, 2 * sizeof(uintptr_t), units, sizeof(uintptr_t));
        set(code, rows->first_traceable, (uintptr_t)traceable, 4);
        write_bytecode((uint8_t *)code + rows->bytes, units, seed, true);
    }
    set(code, 0, 0, sizeof(uintptr_t)); /* no reference yet, when it is created */
    pa_request(PA_OBJ, (uintptr_t)code, CODE_SIZE, PA_PYMALLOC);
    pa_create((uintptr_t)code);
    set(code, 0, 1, sizeof(uintptr_t));
}

static void trace_code(long place)
{
    uint8_t *bytes = (uint8_t *)codes[place] + rows->bytes;
    const uint32_t units = (uint32_t)pa_word((uintptr_t)codes[place] + 2 * sizeof(uintptr_t));
    for (uint32_t at = 1 + caches_of(bytes[0] % OPCODES); at < units; at += 3) {
        bytes[2 * at] = TRACED;
    }
}

/* What a code object refers to is gone before its own block is freed. */
static void let_die(long place)
{
    set(codes[place], 0, 0, sizeof(uintptr_t));
    ASAN_POISON_MEMORY_REGION(parts[place], sizeof parts[place]);
}

static void free_code(long place)
{
    let_die(place);
    pa_release(PA_OBJ, (uintptr_t)codes[place]);
    ASAN_POISON_MEMORY_REGION(codes[place], CODE_SIZE);
}

static uintptr_t frame_at(long place)
{
    return place < 0 ? 0 : (uintptr_t)frames_of[place];
}

static void stand_at(long place, long unit)
{
    char *frame = frames_of[place];
    uintptr_t code = pa_frame_code(rows, (uintptr_t)frame);
    if (rows->unit == 0) {
        set(frame, rows->instruction, code + rows->bytes + (uintptr_t)(2 * unit), sizeof(uintptr_t));
    }
    else {
        set(frame, rows->instruction, (uintptr_t)(unit * 2 / rows->unit), 4);
    }
}

static void make_frame(long place, long previous, long code, long owner, long unit)
{
    char *frame = frames_of[place];
    fresh(frame, FRAME_SIZE);
    /* From 3.14 on two bits of the reference say what kind it is (Include/internal/pycore_stackref.h). */
    const uintptr_t kind = rows->minor >= 14 ? random_of(&noise) % 4 : 0;
    set(frame, rows->code, (code < 0 ? (uintptr_t)none : (uintptr_t)codes[code]) | kind, sizeof(uintptr_t));
    set(frame, rows->previous, frame_at(previous), sizeof(uintptr_t));
    if (rows->owner != 0) {
        set(frame, rows->owner, (uintptr_t)owner, 1);
    }
    stand_at(place, unit);
}

static void set_current(long thread, uintptr_t frame)
{
    if (rows->cframe_frame >= 0) {
        set(states[thread], rows->state_frame, (uintptr_t)cframes[thread], sizeof(uintptr_t));
        set(cframes[thread], (size_t)rows->cframe_frame, frame, sizeof(uintptr_t));
    }
    else {
        set(states[thread], rows->state_frame, frame, sizeof(uintptr_t));
    }
}

static uintptr_t thread_state(void)
{
    return (uintptr_t)states[now];
}

static uint32_t root_of(pa_path *path)
{
    long thread = path - paths;
    static char name[32];
    if (path->label == 0) {
        snprintf(name, sizeof name, "T%ld", thread);
        path->label = pa_label_new(name);
    }
    uint32_t root = pa_context_child(0, PA_CONTEXT_THREAD, path->label);
    for (uint32_t i = 0; i < regions_used[thread]; i++) {
        root = pa_context_child(root, PA_CONTEXT_REGION, regions[thread][i]);
    }
    return root;
}

static bool start(unsigned minor, bool callers, bool whole)
{
    const pa_allocator tables = {NULL, NULL, table_new, NULL, table_drop};
    pa_setup setup = {minor, 0, 0, tables};
    if (!pa_start(&setup)) {
        return false;
    }
    set(code_type, pa_layout_now->ob_type, (uintptr_t)code_type, sizeof(uintptr_t));
    set(code_type, pa_layout_now->tp_flags, 0, sizeof(uintptr_t));
    set(code_type, pa_layout_now->tp_name, (uintptr_t)"code", sizeof(uintptr_t));
    for (int i = 0; i < THREADS; i++) {
        pa_path_clear(&paths[i]);
        set_current(i, 0);
        regions_used[i] = 0;
    }
    ASAN_POISON_MEMORY_REGION(codes, sizeof codes);
    ASAN_POISON_MEMORY_REGION(parts, sizeof parts);
    ASAN_POISON_MEMORY_REGION(frames_of, sizeof frames_of);
    ASAN_POISON_MEMORY_REGION(none + 2 * sizeof(uintptr_t), sizeof none - 2 * sizeof(uintptr_t));
    for (unsigned i = 0; i < 256; i++) {
        pa_opcode_base[i] = (uint8_t)(rows->unit == 0 && i >= OPCODES && i < 2 * OPCODES ? i - OPCODES : i);
        pa_opcode_caches[i] = (uint8_t)caches_of(pa_opcode_base[i]);
    }
    pa_callers = callers;
    pa_whole_recursion = whole;
    pa_thread_state = thread_state;
    pa_path_root = root_of;
    pa_path_now = &paths[0];
    now = 0;
    return pa_sites_start(minor);
}

static void print_hex(const char *text)
{
    putchar(' ');
    for (; *text != '\0'; text++) {
        printf("%02x", (unsigned)(uint8_t)*text);
    }
}

static void dump(void)
{
    static uint8_t bytes[OBJECT_SIZE];
    const pa_book *book = &pa_book_now;
    for (uint64_t i = 1; i <= book->codes_used; i++) {
        const pa_code *code = &book->codes[i];
        const uint32_t seed = (uint32_t)strtoul(code->names + 1, NULL, 10), units = code->bytecode_size / 2;
        write_bytecode(bytes, units, seed, false);
        uint32_t names = 0;
        for (uint32_t at = 0; at < code->names_size; at += (uint32_t)strlen(code->names + at) + 1) {
            names++;
        }
        uint32_t clear = 0;
        while (clear < code->bytecode_size && code->bytecode[clear] != TRACED) {
            clear += 2;
        }
        bool whole = memcmp(bytes, code->bytecode, clear) == 0 && names == 1 + seed % 3 &&
                     code->line_table_size == 1 + seed % 8 && code->line_table[0] == (seed & 0xff);
        printf("code %llu %u %u %u %d", (unsigned long long)i, (unsigned)code->first_line, (unsigned)units, (unsigned)seed, whole);
        print_hex(code->file);
        print_hex(code->name);
        printf("\n");
    }
    for (uint64_t i = 1; i <= book->contexts_used; i++) {
        const pa_context *context = &book->contexts[i];
        printf("context %llu %u %u %u\n", (unsigned long long)i, (unsigned)context->parent, (unsigned)context->code,
               (unsigned)context->offset);
    }
    for (uint64_t i = 1; i <= book->labels_used; i++) {
        printf("label %llu %s\n", (unsigned long long)i, book->labels[i]);
    }
    const pa_site_table *table = book->table;
    for (uint64_t i = 0; table != NULL && i <= table->mask; i++) {
        const pa_site *site = &table->sites[i];
        if (site->count > 0) {
            printf("site %u %u %u %u %u %llu %llu\n", (unsigned)table->places[i].code, (unsigned)table->places[i].offset,
                   (unsigned)(site->what >> 4), (unsigned)(site->what & 15), (unsigned)site->context,
                   (unsigned long long)site->count, (unsigned long long)site->bytes);
        }
    }
    printf("end %u %ld\n", (unsigned)pa.flags, refused);
}

static void open_regions(long thread, const char *names)
{
    static uint32_t labels[64];
    char *end;
    regions_used[thread] = 0;
    for (long region = strtol(names, &end, 10); end != names; region = strtol(names = end, &end, 10)) {
        if (labels[region] == 0) {
            char name[32];
            snprintf(name, sizeof name, "R%ld", region);
            labels[region] = pa_label_new(name);
        }
        regions[thread][regions_used[thread]++] = labels[region];
    }
    paths[thread].root = 0;
}

static bool carry_out(const char *operation, const char *rest)
{
    static char file[4096], name[4096];
    long v[6] = {0};
    if (strcmp(operation, "code") == 0) {
        if (sscanf(rest, "%ld %4095s %4095s %ld %ld %ld %ld", v, file, name, v + 1, v + 2, v + 3, v + 4) != 7) {
            return false;
        }
        make_code(v[0], file, name, v[1], v[2], (uint32_t)v[3], (uint32_t)v[4]);
        return true;
    }
    int count = sscanf(rest, "%ld %ld %ld %ld %ld", v, v + 1, v + 2, v + 3, v + 4);
    if (strcmp(operation, "start") == 0) {
        rows = pa_frames_of((unsigned)v[0]);
        return rows != NULL && start((unsigned)v[0], v[1] != 0, v[2] != 0);
    }
    else if (strcmp(operation, "trace") == 0) {
        trace_code(v[0]);
    }
    else if (strcmp(operation, "dying") == 0) {
        let_die(v[0]);
    }
    else if (strcmp(operation, "free") == 0) {
        free_code(v[0]);
    }
    else if (strcmp(operation, "frame") == 0 && count == 5) {
        make_frame(v[0], v[1], v[2], v[3], v[4]);
    }
    else if (strcmp(operation, "at") == 0) {
        stand_at(v[0], v[1]);
    }
    else if (strcmp(operation, "link") == 0) {
        set(frames_of[v[0]], rows->previous, frame_at(v[1]), sizeof(uintptr_t));
    }
    else if (strcmp(operation, "drop") == 0) {
        ASAN_POISON_MEMORY_REGION(frames_of[v[0]], FRAME_SIZE);
    }
    else if (strcmp(operation, "current") == 0) {
        set_current(v[0], frame_at(v[1]));
    }
    else if (strcmp(operation, "thread") == 0) {
        now = (int)v[0];
        pa_path_now = &paths[now];
    }
    else if (strcmp(operation, "regions") == 0) {
        char *labels;
        strtol(rest, &labels, 10);
        open_regions(v[0], labels);
    }
    else if (strcmp(operation, "event") == 0) {
        pa_site_event((unsigned)v[0], (uint32_t)v[1], (size_t)v[2]);
    }
    else if (strcmp(operation, "request") == 0) {
        pa_sited = PA_SITED;
        pa_site_request((unsigned)v[0], (uintptr_t)v[1], (size_t)v[2]);
        pa_sited = 0;
    }
    else if (strcmp(operation, "claim") == 0) {
        pa_sited = PA_SITED;
        pa_site_claim((unsigned)v[0], (uint32_t)v[1], (uintptr_t)v[2], (size_t)v[3]);
        pa_sited = 0;
    }
    else if (strcmp(operation, "zero") == 0) {
        pa_sites_zero();
    }
    else if (strcmp(operation, "stint") == 0) {
        granted = v[0];
    }
    else if (strcmp(operation, "dump") == 0) {
        dump();
    }
    else {
        return false;
    }
    return true;
}

int main(void)
{
    static char line[1 << 16];
    while (fgets(line, sizeof line, stdin) != NULL) {
        char operation[16];
        int used = 0;
        if (sscanf(line, "%15s %n", operation, &used) != 1 || !carry_out(operation, line + used)) {
            fprintf(stderr, "this cannot be done: %s", line);
            return 1;
        }
    }
    for (int i = 0; i < THREADS; i++) {
        pa_path_clear(&paths[i]);
    }
    pa_sites_clear();
    pa_setup nothing = {0};
    pa_start(&nothing); /* no such version: all else is given back */
    if (tables_in_use != 0) {
        fprintf(stderr, "%ld tables are not given back\n", tables_in_use);
    }
    return tables_in_use == 0 ? 0 : 1;
}
