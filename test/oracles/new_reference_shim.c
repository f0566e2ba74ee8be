/* An oracle for creations, requests, resizes, releases, pools and arenas: LD_PRELOAD in front of a shared libpython.

   It sees   _Py_NewReference (3.8: _PyTraceMalloc_NewReference, which the inlined _Py_NewReference calls while the flag
             `tracing` is set; 3.12+ also _Py_NewReferenceNoTotal), the twelve allocator functions PyMem_Raw*, PyMem_*,
             PyObject_*, PyObject_CallFinalizerFromDealloc, and mmap: all through the PLT.
   It needs  a libpython whose calls go through the PLT: shared, without LTO. Debian's static builds: see oracle.py.
   It shares nothing with pyallocs: no hook of CPython is set (3.8: one flag), no offset is tabulated (the headers of the
             interpreter it is built for give tp_name), and an object's block is found by containment, not by a pre-header
             rule: live blocks are disjoint, so at most one of them contains the object. Every block since the start of
             the process is known.

   Which events are creations:
     resurrection  PyObject_CallFinalizerFromDealloc(op) returned -1. A new reference to op from within it (up to 3.12) is
                   that resurrection: op is alive there, so nothing else can be made at its address.
     relocation    3.12+: _Py_NewReferenceNoTotal, which serves resized objects only (apart from a resurrection on 3.12).
                   Up to 3.11: the last allocator event of the block was a realloc and it carried an object before that;
                   except type frame up to 3.10, which is taken from the freelist, resized, and then set up as new.
                   Both rules are evaluated on 3.12+, and where they differ `conflicts` counts it.
     creation      everything else. Its origin: the block's first object: who served the request; else: a freelist. */
#include <Python.h>
#include "interval.h"

#if PY_VERSION_HEX < 0x030A0000
#  define POOL_SIZE 4096u
#else
#  define POOL_SIZE 16384u
#endif

/* ---- blocks ------------------------------------------------------------------------------------------------ */

enum { FRESH = 1, CARRIES_OBJECT, RESIZED };
enum { FROM_PYMALLOC, FROM_MALLOC };
struct block {
    uintptr_t start;
    size_t size;
    uint8_t state, from;
};

static struct block *blocks;
static size_t capacity, population;
static volatile char blocks_lock; /* the raw domain is called without the GIL */

static void lock(void) { while (__atomic_test_and_set(&blocks_lock, __ATOMIC_ACQUIRE)) {} }
static void unlock(void) { __atomic_clear(&blocks_lock, __ATOMIC_RELEASE); }

static void *pages(size_t size) { /* not through mmap(), which is interposed below */
    long p = syscall(SYS_mmap, NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0L);
    if (p < 0 && p > -4096) oracle_die("no memory");
    return (void *)p;
}

static size_t home(uintptr_t start) { return (size_t)((start >> 4) * 0x9E3779B97F4A7C15ull) & (capacity - 1); }

static struct block *find(uintptr_t start) {
    if (!capacity) return NULL;
    for (size_t i = home(start); blocks[i].start; i = (i + 1) & (capacity - 1)) {
        if (blocks[i].start == start) return &blocks[i];
    }
    return NULL;
}

static void put(struct block block) {
    if (population * 2 >= capacity) {
        struct block *old = blocks;
        size_t size = capacity;
        capacity = capacity ? capacity * 2 : 1 << 16;
        blocks = pages(capacity * sizeof *blocks);
        population = 0;
        for (size_t i = 0; i < size; i++) {
            if (old[i].start) put(old[i]);
        }
        if (old) syscall(SYS_munmap, old, size * sizeof *old);
    }
    size_t i = home(block.start);
    while (blocks[i].start && blocks[i].start != block.start) i = (i + 1) & (capacity - 1);
    if (!blocks[i].start) population++;
    blocks[i] = block;
}

static void drop(struct block *gone) {
    size_t hole = (size_t)(gone - blocks);
    blocks[hole].start = 0;
    population--;
    for (size_t i = (hole + 1) & (capacity - 1); blocks[i].start; i = (i + 1) & (capacity - 1)) {
        struct block moved = blocks[i]; /* closes the gap: everything up to the next empty slot is put again */
        blocks[i].start = 0;
        population--;
        put(moved);
    }
}

/* ---- pools: how many live blocks each has ------------------------------------------------------------------ */

static struct { uintptr_t base; uint32_t live; } pools[1 << 17];

static uint32_t *pool_of(uintptr_t p) {
    uintptr_t base = p & ~(uintptr_t)(POOL_SIZE - 1);
    size_t n = sizeof pools / sizeof *pools;
    for (size_t i = (base / POOL_SIZE) % n, tries = 0; tries < n; i = (i + 1) % n, tries++) {
        if (!pools[i].base) pools[i].base = base;
        if (pools[i].base == base) return &pools[i].live;
    }
    oracle_die("more pools than the oracle holds");
}

/* ---- counters ---------------------------------------------------------------------------------------------- */

enum { C_FREELIST, C_PYMALLOC, C_MALLOC, C_FOREIGN, C_RELOCATION, C_RESURRECTION };
static const char *const columns[] = {"freelist", "pymalloc", "malloc", "foreign", "relocations", "resurrections"};
enum { RAW, MEM, OBJ };
static const char *const domains[] = {"raw", "mem", "obj"};

static struct {
    long requests[3], resizes[3], releases[3], bytes, resize_bytes, events[6], pools, arenas, conflicts;
    long pools_emptied, arenas_returned;
    long unknown_frees, unknown_resizes, no_total, resurrection_events;
} counted;

#define COUNT(field, by) do { if (oracle_on) __atomic_fetch_add(&counted.field, (by), __ATOMIC_RELAXED); } while (0)

/* 3.8 beside a tool that starts tracemalloc itself (oracle.py watch): objects made before that went unnoticed, so every
   block older than the interval counts as one that carried an object. Nothing is half made when an interval begins. */
static void oracle_began(void) {
    if (PY_VERSION_HEX >= 0x03090000 || !getenv("ORACLE_WATCHES")) return;
    for (size_t i = 0; i < capacity; i++) {
        if (blocks[i].state == FRESH) blocks[i].state = CARRIES_OBJECT;
    }
}
static void oracle_ended(void) {}

/* ---- allocator functions ----------------------------------------------------------------------------------- */

static ORACLE_TLS int depth;         /* of allocator functions on this thread's C stack */
static ORACLE_TLS void *raw_served;  /* what the raw domain returned inside the outer call */

static int no_pymalloc(void) { /* PYTHONMALLOC=malloc puts malloc straight into all three domains */
    static int known = -1;
    if (known < 0) {
        const char *name = getenv("PYTHONMALLOC");
        known = name && strcmp(name, "malloc") == 0;
    }
    return known;
}

static int served_by(int domain, void *p) {
    return domain == RAW || p == raw_served || no_pymalloc() ? FROM_MALLOC : FROM_PYMALLOC;
}

static void arrives(int domain, void *p, size_t size, int state) {
    struct block block = {(uintptr_t)p, size ? size : 1, (uint8_t)state, (uint8_t)served_by(domain, p)};
    lock();
    put(block);
    if (block.from == FROM_PYMALLOC && (*pool_of(block.start))++ == 0) COUNT(pools, 1);
    unlock();
}

static void resized(int domain, struct block was, void *q, size_t size);

static struct block leaves(void *p) {
    struct block was = {0};
    lock();
    struct block *block = find((uintptr_t)p);
    if (block) {
        was = *block;
        drop(block);
        if (was.from == FROM_PYMALLOC && --*pool_of(was.start) == 0) COUNT(pools_emptied, 1);
    }
    unlock();
    return was;
}

/* Undoes leaves(). */
static void stays(struct block was) {
    put(was);
    if (was.from == FROM_PYMALLOC && (*pool_of(was.start))++ == 0) COUNT(pools_emptied, -1);
}

static void enter(void) { if (depth++ == 0) raw_served = NULL; }

static void *requested(int domain, void *p, size_t size) {
    if (--depth) { if (domain == RAW && p) raw_served = p; return p; }
    if (!p) return p;
    arrives(domain, p, size, FRESH);
    COUNT(requests[domain], 1);
    COUNT(bytes, (long)size);
    return p;
}

#define ALLOCATORS(domain, prefix) \
    ORACLE_EXPORT void *prefix##Malloc(size_t size) { \
        NEXT(prefix##Malloc); \
        enter(); \
        return requested(domain, next(size), size); \
    } \
    ORACLE_EXPORT void *prefix##Calloc(size_t n, size_t size) { \
        NEXT(prefix##Calloc); \
        enter(); \
        return requested(domain, next(n, size), n * size); \
    } \
    ORACLE_EXPORT void *prefix##Realloc(void *p, size_t size) { \
        NEXT(prefix##Realloc); \
        enter(); \
        if (!p || depth > 1) return requested(domain, next(p, size), size); \
        struct block was = leaves(p); \
        void *q = next(p, size); \
        depth--; \
        if (!q) { \
            lock(); \
            if (was.start) stays(was); \
            unlock(); \
            return q; \
        } \
        resized(domain, was, q, size); \
        return q; \
    } \
    ORACLE_EXPORT void prefix##Free(void *p) { \
        NEXT(prefix##Free); \
        enter(); \
        if (p && depth == 1) { \
            struct block was = leaves(p); \
            if (!was.start) COUNT(unknown_frees, 1); \
            COUNT(releases[domain], 1); \
        } \
        next(p); \
        depth--; \
    }

/* pymalloc keeps a block that still fits (no raw call), moves it between classes, or hands it to the C library. A block
   that stays where it was keeps who served it; a pool is new if it holds no live block at that moment, the old block's
   own not counted where both lie in one pool: within one pool there is one size class, so a move never stays there. */
static void resized(int domain, struct block was, void *q, size_t size) {
    int state = was.state == FRESH ? FRESH : RESIZED;
    if (!was.start) COUNT(unknown_resizes, 1);
    if (was.start && (uintptr_t)q == was.start) {
        was.size = size ? size : 1;
        was.state = (uint8_t)state;
        lock();
        stays(was);
        unlock();
    } else {
        arrives(domain, q, size, state);
    }
    COUNT(resizes[domain], 1);
    COUNT(resize_bytes, (long)size);
}

ALLOCATORS(RAW, PyMem_Raw)
ALLOCATORS(MEM, PyMem_)
ALLOCATORS(OBJ, PyObject_)

/* While a tool is watched: whether this address lies in a file that is preloaded beside this one. */
static int is_of_the_tool(const void *address) {
    Dl_info file;
    const char *preloaded = getenv("ORACLE_WATCHES");
    if (!preloaded || !dladdr(address, &file)) return 0;
    const char *base = strrchr(file.dli_fname, '/');
    return strstr(preloaded, base ? base + 1 : file.dli_fname) != NULL;
}

/* An arena is a mapping made inside an allocator function. (Data stack chunks are mapped outside of one, and the C
   library's own mappings do not come through the PLT.) */
static void *mapped(void *a, size_t n, int protection, int flags, int fd, off_t offset, const void *caller) {
    if (depth && !is_of_the_tool(caller)) COUNT(arenas, 1);
    long p = syscall(SYS_mmap, a, n, protection, flags, fd, offset);
    if (p < 0 && p > -4096) { errno = (int)-p; return MAP_FAILED; }
    return (void *)p;
}
ORACLE_EXPORT void *oracle_mmap(void *a, size_t n, int p, int f, int fd, off_t o) __asm__("mmap");
ORACLE_EXPORT void *oracle_mmap64(void *a, size_t n, int p, int f, int fd, off_t o) __asm__("mmap64");
void *oracle_mmap(void *a, size_t n, int p, int f, int fd, off_t o) {
    return mapped(a, n, p, f, fd, o, __builtin_return_address(0));
}
void *oracle_mmap64(void *a, size_t n, int p, int f, int fd, off_t o) {
    return mapped(a, n, p, f, fd, o, __builtin_return_address(0));
}

ORACLE_EXPORT int oracle_munmap(void *p, size_t n) __asm__("munmap");
int oracle_munmap(void *p, size_t n) {
    if (depth && !is_of_the_tool(__builtin_return_address(0))) COUNT(arenas_returned, 1);
    long failed = syscall(SYS_munmap, p, n);
    if (failed) errno = (int)-failed;
    return failed ? -1 : 0;
}

/* ---- objects ----------------------------------------------------------------------------------------------- */

static ORACLE_TLS struct finalizing { PyObject *op; struct finalizing *outer; } *finalizing;

ORACLE_EXPORT int PyObject_CallFinalizerFromDealloc(PyObject *op) {
    NEXT(PyObject_CallFinalizerFromDealloc);
    struct finalizing here = {op, finalizing};
    finalizing = &here;
    int result = next(op);
    finalizing = here.outer;
    if (result == -1 && oracle_on) { /* __del__ revived it */
        lock();
        counted.events[C_RESURRECTION]++;
        oracle_name(Py_TYPE(op)->tp_name)->n[C_RESURRECTION]++;
        unlock();
    }
    return result;
}

static int is_resurrected(PyObject *op) {
    for (struct finalizing *one = finalizing; one; one = one->outer) {
        if (one->op == op) return 1;
    }
    return 0;
}

static struct block *containing(uintptr_t op) {
    for (uintptr_t before = 0; before <= 64; before += 8) {
        struct block *block = find(op - before);
        if (block && before < block->size) return block;
    }
    return NULL;
}

static void new_reference(PyObject *op, int no_total) {
    const char *name = Py_TYPE(op)->tp_name;
    if (is_resurrected(op)) { /* counted where the finalizer returns */
        COUNT(resurrection_events, 1);
        return;
    }
    int event;
    lock();
    struct block *block = containing((uintptr_t)op);
    int by_state = block && block->state == RESIZED;
#if PY_VERSION_HEX < 0x030B0000
    if (by_state && strcmp(name, "frame") == 0) by_state = 0;
#endif
#if PY_VERSION_HEX < 0x030C0000
    int relocated = by_state;
#else
    int relocated = no_total;
    if (by_state != no_total) COUNT(conflicts, 1);
#endif
    if (relocated) event = C_RELOCATION;
    else if (!block) event = C_FOREIGN;
    else if (block->state != FRESH) event = C_FREELIST;
    else event = block->from == FROM_PYMALLOC ? C_PYMALLOC : C_MALLOC;
    if (block) {
        block->state = CARRIES_OBJECT;
    } else { /* known from now on: a second object here comes from a freelist */
        struct block foreign = {(uintptr_t)op, 1, CARRIES_OBJECT, FROM_MALLOC};
        put(foreign);
    }
    COUNT(no_total, no_total);
    COUNT(events[event], 1);
    if (oracle_on) oracle_name(name)->n[event]++;
    unlock();
}

#if PY_VERSION_HEX < 0x03090000
/* struct {enum {NOT_INITIALIZED, INITIALIZED, FINALIZED} initialized; int tracing; ...} */
static int *tracemalloc_config(void) {
    static int *config;
    if (!config) config = dlsym(RTLD_DEFAULT, "_Py_tracemalloc_config");
    return config;
}

ORACLE_EXPORT int _PyTraceMalloc_NewReference(PyObject *op) {
    NEXT(_PyTraceMalloc_NewReference);
    new_reference(op, 0);
    return tracemalloc_config()[0] == 1 ? next(op) : 0; /* a started tracemalloc wants to know as well */
}

/* From the start of the process, so that blocks are known by the objects they carry; off again before tracemalloc's own
   finalisation, which would put back allocators it never saved. Tearing down is not counted. */
__attribute__((constructor)) static void start(void) {
    if (tracemalloc_config() && !getenv("ORACLE_WATCHES")) tracemalloc_config()[1] = 1;
}
ORACLE_EXPORT void _PyTraceMalloc_Fini(void) {
    NEXT(_PyTraceMalloc_Fini);
    if (tracemalloc_config()[0] != 1) tracemalloc_config()[1] = 0;
    next();
}
#else
#undef _Py_NewReference
ORACLE_EXPORT void _Py_NewReference(PyObject *op) {
    NEXT(_Py_NewReference);
    new_reference(op, 0);
    next(op);
}
#  if PY_VERSION_HEX >= 0x030C0000
ORACLE_EXPORT void _Py_NewReferenceNoTotal(PyObject *op) {
    NEXT(_Py_NewReferenceNoTotal);
    new_reference(op, 1);
    next(op);
}
#  endif
#endif

/* What the tool calls, and what it has called at exit, is the tool's. */
static int oracle_skips(void *callable, void *caller) {
    if (is_of_the_tool(caller)) return 1;
    return PyCFunction_Check((PyObject *)callable) && is_of_the_tool((void *)PyCFunction_GetFunction(callable));
}

/* ---- the answer -------------------------------------------------------------------------------------------- */

static void oracle_report(void) {
    long requests = 0, resizes = 0, releases = 0;
    for (int d = 0; d < 3; d++) {
        requests += counted.requests[d];
        resizes += counted.resizes[d];
        releases += counted.releases[d];
    }
    long *e = counted.events;
    say(", \"creations\": {\"total\": %ld, \"freelist\": %ld, \"pymalloc\": %ld, \"malloc\": %ld, \"foreign\": %ld}",
        e[C_FREELIST] + e[C_PYMALLOC] + e[C_MALLOC] + e[C_FOREIGN], e[C_FREELIST], e[C_PYMALLOC], e[C_MALLOC], e[C_FOREIGN]);
    say(", \"relocations\": %ld, \"resurrections\": %ld, \"requests\": %ld, \"resizes\": %ld, \"releases\": %ld",
        e[C_RELOCATION], e[C_RESURRECTION], requests, resizes, releases);
    say(", \"bytes\": %ld, \"resizeBytes\": %ld, \"pools\": %ld, \"arenas\": %ld", counted.bytes, counted.resize_bytes,
        counted.pools, counted.arenas);
    say(", \"conflicts\": %ld, \"noTotal\": %ld, \"unknownFrees\": %ld, \"unknownResizes\": %ld", counted.conflicts,
        counted.no_total, counted.unknown_frees, counted.unknown_resizes);
    say(", \"poolsEmptied\": %ld, \"arenasReturned\": %ld", counted.pools_emptied, counted.arenas_returned);
    say(", \"resurrectionEvents\": %ld", counted.resurrection_events);
    say(", \"domains\": {");
    for (int d = 0; d < 3; d++) {
        say("%s\"%s\": {\"requests\": %ld, \"resizes\": %ld, \"releases\": %ld}", d ? ", " : "", domains[d],
            counted.requests[d], counted.resizes[d], counted.releases[d]);
    }
    say("}, \"byType\": {");
    const char *separator = "";
    for (int i = 0; i < ORACLE_NAMES; i++) {
        if (!oracle_names[i].name) continue;
        long *n = oracle_names[i].n;
        say("%s\n", separator);
        separator = ",";
        say_string(oracle_names[i].name);
        say(": {\"creations\": %ld", n[C_FREELIST] + n[C_PYMALLOC] + n[C_MALLOC] + n[C_FOREIGN]);
        for (int k = 0; k < 6; k++) say(", \"%s\": %ld", columns[k], n[k]);
        say("}");
    }
    say("}");
}
