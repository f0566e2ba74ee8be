/* A host that drives the real core by a script: the allocators before ours return the addresses that the script gives,
 * and objects and types are a few words written into the host's own memory.
 *
 * As WebAssembly it exports event(), and the test writes names and reads counters in the memory they share. Native, it
 * reads events from stdin, a line each: the operation and its five operands in decimal, then the name for DEFINE; and
 * prints what START, END, MARK and MARKED come to. Addresses of a script begin at 0; natively they are placed in a
 * reserved stretch of memory that spans several branches of the block table.
 */
#include "core/core.h"
#include "core/diverted.h"
#include "core/memory.h"
#include "core/wrap.h"

/* Operations, and their operands a to e. agent/test/events.ts has the same numbers. */
enum {
    START,    /* minor, type of types, type of frames, heap end */
    MALLOC,   /* domain, address or 0 to fail, size, -, nested */
    CALLOC,   /* domain, address or 0 to fail, count, size, nested */
    REALLOC,  /* domain, from, address or 0 to fail, size, nested */
    FREE,     /* domain, address, -, -, nested */
    PYMALLOC, /* domain, address, size: what a host that knows pools reports */
    DEFINE,   /* type, its own type, flags, address of the name */
    CREATE,   /* object, type, reference count, block */
    BEGIN,
    END,
    MARK,     /* object */
    MARKED,   /* number of a mark */
    LOOK_UP,  /* key: what tracemalloc's table is asked, whatever stands there */
    STINT     /* how many times more the tables of the core get memory, how many times then not; 0: for good */
};

static uintptr_t next; /* what the scripted allocators return */
static bool nested;    /* mem and obj ask the raw domain, as pymalloc does for large blocks */
static uint32_t tables, granted = UINT32_MAX, refusals, refused;

#ifdef __wasm__
#define EXPORT __attribute__((visibility("default")))

static uintptr_t place(uintptr_t address)
{
    return address;
}

bool pa_host_readable(uintptr_t address, size_t size)
{
    return (uint64_t)address + size <= (uint64_t)__builtin_wasm_memory_size(0) << 16;
}

/* Memory of tables is taken from the end, and again from its start when none is in use any more. */
static uintptr_t first_table, next_table;

static void *take(size_t size)
{
    if (tables == 0) {
        if (first_table == 0) {
            first_table = (uintptr_t)__builtin_wasm_memory_size(0) << 16;
        }
        next_table = first_table;
    }
    uintptr_t table = next_table, end = table + ((size + 15) & ~(size_t)15);
    uintptr_t have = (uintptr_t)__builtin_wasm_memory_size(0) << 16;
    if (end > have && __builtin_wasm_memory_grow(0, (end - have + 0xffff) >> 16) == SIZE_MAX) {
        return NULL;
    }
    next_table = end;
    __builtin_memset((void *)table, 0, size);
    return (void *)table;
}

static void give_back(void *table)
{
    (void)table;
}
#else
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static const uintptr_t SPAN = (uintptr_t)6 << 30;
static char *base;

static uintptr_t place(uintptr_t address)
{
    return address == 0 ? 0 : (uintptr_t)base + address;
}

bool pa_host_readable(uintptr_t address, size_t size)
{
    return address >= (uintptr_t)base && address - (uintptr_t)base <= SPAN - size;
}

static void *take(size_t size)
{
    return calloc(size, 1);
}

static void give_back(void *table)
{
    free(table);
}
#endif

/* The allocator of the core's tables. */
static void *table_new(void *ctx, size_t count, size_t size)
{
    (void)ctx;
    void *table = granted > 0 ? take(count * size) : NULL;
    if (table == NULL) {
        refused++;
        if (refused == refusals) {
            granted = UINT32_MAX;
        }
        return NULL;
    }
    granted -= granted != UINT32_MAX;
    tables++;
    return table;
}

static void table_drop(void *ctx, void *table)
{
    (void)ctx;
    tables--;
    give_back(table);
}

/* The scripted allocators; ctx is the domain. */
static bool passes_on(void *domain)
{
    return nested && (intptr_t)domain != PA_RAW;
}

static void *scripted_malloc(void *domain, size_t size)
{
    pa_allocator raw = pa_wrapped(PA_RAW);
    return passes_on(domain) ? raw.malloc(raw.ctx, size) : (void *)next;
}

static void *scripted_calloc(void *domain, size_t count, size_t size)
{
    pa_allocator raw = pa_wrapped(PA_RAW);
    return passes_on(domain) ? raw.calloc(raw.ctx, count, size) : (void *)next;
}

static void *scripted_realloc(void *domain, void *from, size_t size)
{
    pa_allocator raw = pa_wrapped(PA_RAW);
    return passes_on(domain) ? raw.realloc(raw.ctx, from, size) : (void *)next;
}

static void scripted_free(void *domain, void *block)
{
    pa_allocator raw = pa_wrapped(PA_RAW);
    if (passes_on(domain)) {
        raw.free(raw.ctx, block);
    }
}

static bool start(unsigned minor, uintptr_t type_of_types, uintptr_t type_of_frames, uintptr_t heap_end)
{
    for (intptr_t domain = 0; domain < PA_DOMAINS; domain++) {
        pa_inner[domain] =
            (pa_allocator){(void *)domain, scripted_malloc, scripted_calloc, scripted_realloc, scripted_free};
    }
    const pa_allocator of_tables = {NULL, NULL, table_new, NULL, table_drop};
    pa_setup setup = {minor, type_of_frames, heap_end, of_tables};
    pa_diverted_use(type_of_types);
    return pa_start(&setup);
}

static void set_word(uintptr_t address, uintptr_t value)
{
    __builtin_memcpy((void *)address, &value, sizeof value);
}

/* Sets up the header as CPython does, and reports it the way this version does. */
static void create(uintptr_t object, uintptr_t type, uintptr_t references, uintptr_t block)
{
    const pa_layout *layout = pa_layout_now;
    __builtin_memset((void *)block, 0, object - block);
    set_word(object, references);
    set_word(object + layout->ob_type, type);
    if (layout->tracer) {
        pa_trace_creation((void *)object, 0, NULL);
        pa_trace_creation((void *)object, 1, NULL); /* its destruction: of no interest */
        return;
    }
    bool collected = (pa_word(type + layout->tp_flags) & PA_TPFLAGS_HAVE_GC) != 0;
    uintptr_t key = layout->key_has_managed ? block : object - (collected ? layout->gc_head : 0u);
    pa_diverted_lookup(NULL, (const void *)key);
}

/* Carries one operation out. What it returns: START, MARK: whether it succeeded; requests: what they returned. */
#ifdef __wasm__
EXPORT
#else
static
#endif
uintptr_t event(unsigned operation, uintptr_t a, uintptr_t b, uintptr_t c, uintptr_t d, uintptr_t e)
{
    pa_allocator domain = pa_wrapped(a < PA_DOMAINS ? (int)a : 0);
    nested = e != 0;
    next = place(operation == REALLOC ? c : b);
    switch (operation) {
    case START:
        return start((unsigned)a, place(b), place(c), place(d));
    case MALLOC:
        return (uintptr_t)domain.malloc(domain.ctx, c);
    case CALLOC:
        return (uintptr_t)domain.calloc(domain.ctx, c, d);
    case REALLOC:
        return (uintptr_t)domain.realloc(domain.ctx, (void *)place(b), d);
    case FREE:
        domain.free(domain.ctx, (void *)place(b));
        return 0;
    case PYMALLOC:
        pa_request((int)a, place(b), c, PA_PYMALLOC);
        return 0;
    case DEFINE:
        set_word(place(a) + pa_layout_now->ob_type, place(b));
        set_word(place(a) + pa_layout_now->tp_flags, c);
        set_word(place(a) + pa_layout_now->tp_name, place(d));
        return 0;
    case CREATE:
        create(place(a), place(b), c, place(d));
        return 0;
    case BEGIN:
        pa_begin();
        return 0;
    case END:
        pa_end();
        return 0;
    case MARK:
        return pa_mark_death(place(a));
    case LOOK_UP:
        pa_diverted_lookup(NULL, (const void *)place(a));
        return 0;
    case STINT:
        granted = (uint32_t)a;
        refusals = (uint32_t)b;
        refused = 0;
        return 0;
    default:
        return 0;
    }
}

#ifdef __wasm__
EXPORT pa_state *state(void)
{
    return &pa;
}

EXPORT const char **names(void)
{
    return pa_names;
}

EXPORT pa_counts *rows(void)
{
    return pa_interval.rows;
}

EXPORT pa_state *mark_state(int mark)
{
    return pa_marks[mark].passed ? &pa_marks[mark].state : NULL;
}

EXPORT pa_counts *mark_rows(int mark)
{
    return pa_marks[mark].rows;
}

EXPORT uint32_t tables_in_use(void)
{
    return tables;
}

EXPORT uint32_t tables_refused(void)
{
    return refused;
}
#else
static void print_counts(const pa_counts *counts)
{
    uint64_t words[sizeof *counts / sizeof(uint64_t)];
    memcpy(words, counts, sizeof words);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        printf(" %llu", (unsigned long long)words[i]);
    }
}

/* "totals", the words of pa_state; then "row", the words of pa_counts and the name, for each row that is not all 0. */
static void print_counters(const pa_state *state, const pa_counts *copied)
{
    static const pa_counts zero;
    printf("totals");
    print_counts(&state->totals);
    printf(" %llu %llu %llu %llu %u\n", (unsigned long long)state->object_requests,
           (unsigned long long)state->object_claims, (unsigned long long)state->resurrections,
           (unsigned long long)state->seen, (unsigned)state->flags);
    for (uint32_t row = 0; row < state->rows; row++) {
        const pa_counts *counts = copied != NULL ? &copied[row] : &pa_interval.rows[row];
        if (memcmp(counts, &zero, sizeof zero) != 0) {
            printf("row");
            print_counts(counts);
            printf(" %s\n", pa_names[row]);
        }
    }
    printf("end\n");
}

int main(void)
{
    base = mmap(NULL, SPAN, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (base == MAP_FAILED) {
        perror("mmap");
        return 1;
    }
    static char line[16384];
    while (fgets(line, sizeof line, stdin) != NULL) {
        unsigned operation;
        unsigned long long v[5];
        int name = 0;
        if (sscanf(line, "%u %llu %llu %llu %llu %llu %n", &operation, v, v + 1, v + 2, v + 3, v + 4, &name) < 6) {
            fprintf(stderr, "not an event: %s", line);
            return 1;
        }
        if (operation == DEFINE) {
            line[strcspn(line, "\n")] = '\0';
            memcpy((void *)place((uintptr_t)v[3]), line + name, strlen(line + name) + 1);
        }
        uintptr_t result = event(operation, (uintptr_t)v[0], (uintptr_t)v[1], (uintptr_t)v[2], (uintptr_t)v[3],
                                 (uintptr_t)v[4]);
        if (operation == START || operation == MARK) {
            printf("result %u\n", (unsigned)result);
        }
        if (operation == END) {
            print_counters(&pa, NULL);
        }
        if (operation == MARKED && v[0] < PA_MARKS && pa_marks[v[0]].passed) {
            print_counters(&pa_marks[v[0]].state, pa_marks[v[0]].rows);
        }
        else if (operation == MARKED) {
            printf("end\n");
        }
    }
    event(START, 0, 0, 0, 0, 0); /* no such version: everything is given back */
    printf("tables %u\n", tables);
    return tables == 0 ? 0 : 1;
}
#endif
