/* Drives the core with live blocks followed, outside of any Python code: events in, figures out. Paths take the place of
 * instructions, each a thread of its own. Built with sanitizers by live.test.ts.
 *
 * Reads events from stdin, a line each: an operation and its operands in decimal. Addresses begin at 0 and are placed in a
 * reserved stretch of memory. SHOW prints "all" and "raw" with blocks, bytes and both at the maximum, then "owner" with
 * kind, row and context before them for each owner that has or had any, then "flags".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "core/core.h"
#include "core/live.h"
#include "core/memory.h"

enum { REQUEST, CREATE, RESIZE, RELEASE, RAW_REQUEST, RAW_RESIZE, RAW_RELEASE, MODE, PATH, ZERO, SHOW, FOREIGN };
enum { MINOR = 13, PATHS = 4, TYPES = 4 };

static const uintptr_t SPAN = (uintptr_t)12 << 30;
static char *base;
static pa_path paths[PATHS];
static uint64_t types[TYPES][64];

bool pa_host_readable(uintptr_t address, size_t size)
{
    return address != 0 && size != 0;
}

static void *table_new(void *ctx, size_t count, size_t size)
{
    (void)ctx;
    return calloc(count, size);
}

static void table_drop(void *ctx, void *table)
{
    (void)ctx;
    free(table);
}

static uintptr_t no_thread_state(void)
{
    return 0;
}

static uint32_t root_of(pa_path *path)
{
    return pa_context_child(0, PA_CONTEXT_THREAD, (uint32_t)(path - paths));
}

static uintptr_t place(unsigned long long address)
{
    return (uintptr_t)base + (uintptr_t)address;
}

static void make_types(void)
{
    static const char *const names[TYPES] = {"A", "B", "C", "D"};
    for (int i = 0; i < TYPES; i++) {
        char *type = (char *)types[i];
        uintptr_t own = (uintptr_t)types[i];
        memcpy(type + PA_OB_TYPE, &own, sizeof own);
        memcpy(type + pa_layout_now->tp_name, &names[i], sizeof names[i]);
    }
}

/* The figures as a reader of the book has them. */
static void print_figures(const pa_live_figures *of, bool kept)
{
    printf(" %llu %llu %llu %llu\n", (unsigned long long)of->blocks, (unsigned long long)of->bytes,
           (unsigned long long)(kept ? of->peak_blocks : of->blocks), (unsigned long long)(kept ? of->peak_bytes : of->bytes));
}

static void show(void)
{
    const pa_live *live = pa_book_now.live;
    printf("all");
    print_figures(&live->all, true);
    printf("raw");
    print_figures(&live->raw, live->raw.epoch == live->epoch);
    for (uint64_t i = 1; i <= live->used; i++) {
        const pa_owner *owner = &live->owners[i];
        const pa_live_figures *of = &owner->figures;
        bool kept = of->epoch == live->epoch;
        if (of->blocks != 0 || (kept && of->peak_blocks != 0)) {
            printf("owner %u %s %u", owner->what & 15, pa_names[owner->what >> 4],
                   pa_book_now.contexts[owner->context].offset);
            print_figures(of, kept);
        }
    }
    printf("flags %u\n", (unsigned)pa.flags);
}

static void create(uintptr_t block, unsigned long long type)
{
    uintptr_t of = (uintptr_t)types[type];
    memset((void *)block, 0, 8);
    memcpy((void *)(block + PA_OB_TYPE), &of, sizeof of);
    pa_create(block);
}

static void event(unsigned operation, const unsigned long long v[3])
{
    size_t size;
    switch (operation) {
    case REQUEST:
        pa_request(PA_OBJ, place(v[0]), (size_t)v[1], (int)v[2]);
        break;
    case CREATE:
        create(place(v[0]), v[1]);
        break;
    case RESIZE:
        pa_resize(PA_OBJ, place(v[0]), place(v[1]), (size_t)v[2]);
        break;
    case RELEASE:
        pa_release(PA_OBJ, place(v[0]));
        break;
    case RAW_REQUEST:
        pa_live_raw_request(place(v[0]), (size_t)v[1]);
        break;
    case RAW_RESIZE:
        if (pa_live_raw_take(place(v[0]), &size)) {
            pa_live_raw_put(place(v[1]), size, (size_t)v[2]);
        }
        break;
    case RAW_RELEASE:
        if (pa_live_raw_take(place(v[0]), &size)) {
            pa_live_raw_gone(size);
        }
        break;
    case MODE:
        pa_sited = (uint8_t)v[0];
        break;
    case PATH:
        pa_path_now = &paths[v[0]];
        pa_site_event(PA_SITE_RAW, 0, 0); /* of that thread: what follows belongs to no request of another one */
        break;
    case FOREIGN: /* an object in memory that nobody asked for */
        create(place(v[0]), 0);
        pa_release(PA_OBJ, place(v[0]));
        break;
    case ZERO:
        pa_sites_zero();
        break;
    default:
        show();
    }
}

int main(void)
{
    base = mmap(NULL, SPAN, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    const pa_allocator of_tables = {NULL, NULL, table_new, NULL, table_drop};
    const pa_setup setup = {MINOR, 0, 0, of_tables};
    pa_live_wanted = true;
    pa_thread_state = no_thread_state;
    pa_path_root = root_of;
    pa_path_now = paths;
    if (base == MAP_FAILED || !pa_start(&setup) || !pa_sites_start(MINOR)) {
        fprintf(stderr, "cannot start\n");
        return 1;
    }
    make_types();
    pa_next_interval();
    unsigned operation;
    unsigned long long v[3];
    while (scanf("%u %llu %llu %llu", &operation, v, v + 1, v + 2) == 4) {
        event(operation, v);
    }
    pa_live_wanted = false;
    pa_start(&(pa_setup){0, 0, 0, of_tables}); /* no such version: everything is given back */
    return 0;
}
