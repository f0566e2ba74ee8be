/* An oracle for requests, resizes and releases under PYTHONMALLOC=malloc: LD_PRELOAD in front of the C library.

   Then every request of the three domains is one malloc or calloc, every resize one realloc, every release one free, so
   counting those of the C library counts CPython's, in static builds as well (interval `bracket`).

   Whose they are is told by the return address. CPython's allocator functions end in tail calls, so what comes back is the
   address behind the call of PyMem_Malloc and its like. Counted: calls from the executable, from libpython, from extension
   modules (the module's file is named *.cpython-*.so or lies in lib-dynload), and from the libraries that CPython hands
   its allocator functions to: zlib, bzip2, lzma, expat, mpdecimal. Not counted: any other library (the C library's own
   buffers, the dynamic linker, sqlite, OpenSSL), which takes its memory for itself; and places of libpython that call malloc
   without CPython's allocators (the parser of 3.8, hashes, thread starts), which oracle.py finds by disassembly and names
   in ORACLE_DIRECT. By library, all are reported. */
#include "interval.h"
#include <link.h>

void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t);
void __libc_free(void *);

enum { REQUESTS, RESIZES, RELEASES };
static const char *const kinds[] = {"requests", "resizes", "releases"};

struct module {
    uintptr_t base, from, to;
    int is_python;
    char name[64];
    long n[3];
};
static struct module modules[256];
static int module_count;
static struct module elsewhere = {.name = "(unknown)"}, direct = {.name = "(libpython, not its allocators)"};
static volatile char modules_lock;

static int is_python(const char *file) {
    static const char *const clients[] = {"libpython", "libz.so", "libbz2.so", "liblzma.so", "libexpat.so", "libmpdec.so"};
    const char *base = strrchr(file, '/');
    base = base ? base + 1 : file;
    if (!*file || strstr(file, "lib-dynload/") || strstr(base, ".cpython-") || strncmp(base, "python3", 7) == 0) return 1;
    for (size_t i = 0; i < sizeof clients / sizeof *clients; i++) {
        if (strncmp(base, clients[i], strlen(clients[i])) == 0) return 1;
    }
    return 0;
}

/* The segments of every file in the process; the main program has no name. */
static int add_modules(struct dl_phdr_info *info, size_t size, void *unused) {
    (void)size, (void)unused;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];
        if (header->p_type != PT_LOAD || !(header->p_flags & PF_X)) continue;
        uintptr_t from = info->dlpi_addr + header->p_vaddr;
        int known = 0;
        for (int k = 0; k < module_count; k++) known |= modules[k].from == from;
        if (known) continue;
        if (module_count == sizeof modules / sizeof *modules) oracle_die("more libraries than the oracle holds");
        struct module *module = &modules[module_count];
        module->base = info->dlpi_addr;
        module->from = from;
        module->to = from + header->p_memsz;
        module->is_python = is_python(info->dlpi_name);
        const char *base = strrchr(info->dlpi_name, '/');
        base = base ? base + 1 : info->dlpi_name;
        snprintf(module->name, sizeof module->name, "%s", *base ? base : "(executable)");
        module_count++;
    }
    return 0;
}

static struct module *module_of(uintptr_t address) {
    for (int again = 0; again < 2; again++) {
        for (int i = 0; i < module_count; i++) {
            if (modules[i].from <= address && address < modules[i].to) return &modules[i];
        }
        dl_iterate_phdr(add_modules, NULL); /* something was loaded since */
    }
    return &elsewhere;
}

/* Whether this return address stands in the list, like 1a0f,2043, of addresses as they are in libpython's file. */
static int is_direct(uintptr_t address) {
    static const char *list;
    if (!list && !(list = getenv("ORACLE_DIRECT"))) list = "";
    for (const char *at = list; *at;) {
        char *end;
        if (strtoul(at, &end, 16) == address) return 1;
        at = *end ? end + 1 : end;
    }
    return 0;
}

static struct module *owner_of(uintptr_t address) {
    struct module *module = module_of(address);
    int is_libpython = strncmp(module->name, "libpython", 9) == 0;
    return is_libpython && is_direct(address - module->base) ? &direct : module;
}

static void note(int kind, void *caller) {
    static ORACLE_TLS int noting;
    if (noting) return;
    noting = 1;
    while (__atomic_test_and_set(&modules_lock, __ATOMIC_ACQUIRE)) {}
    owner_of((uintptr_t)caller)->n[kind]++;
    __atomic_clear(&modules_lock, __ATOMIC_RELEASE);
    noting = 0;
}

#define CALLER __builtin_extract_return_addr(__builtin_return_address(0))

ORACLE_EXPORT void *malloc(size_t size) {
    void *p = __libc_malloc(size);
    if (oracle_on && p) note(REQUESTS, CALLER);
    return p;
}
ORACLE_EXPORT void *calloc(size_t n, size_t size) {
    void *p = __libc_calloc(n, size);
    if (oracle_on && p) note(REQUESTS, CALLER);
    return p;
}
ORACLE_EXPORT void *realloc(void *p, size_t size) {
    void *q = __libc_realloc(p, size);
    if (oracle_on && q) note(p ? RESIZES : REQUESTS, CALLER);
    return q;
}
ORACLE_EXPORT void free(void *p) {
    if (oracle_on && p) note(RELEASES, CALLER);
    __libc_free(p);
}

static void oracle_began(void) { dl_iterate_phdr(add_modules, NULL); }
static void oracle_ended(void) {}
static int oracle_skips(void *callable, void *caller) { (void)callable, (void)caller; return 0; }

static void oracle_report(void) {
    for (int kind = 0; kind < 3; kind++) {
        long sum = 0;
        for (int i = 0; i < module_count; i++) sum += modules[i].is_python ? modules[i].n[kind] : 0;
        say(", \"%s\": %ld", kinds[kind], sum);
    }
    say(", \"callers\": {");
    const char *separator = "";
    for (int i = 0; i < module_count + 2; i++) {
        struct module *module = i < module_count ? &modules[i] : i == module_count ? &elsewhere : &direct;
        if (!(module->n[REQUESTS] | module->n[RESIZES] | module->n[RELEASES])) continue;
        say("%s\n", separator);
        separator = ",";
        say_string(module->name);
        say(": {\"counted\": %s", module->is_python ? "true" : "false");
        for (int kind = 0; kind < 3; kind++) say(", \"%s\": %ld", kinds[kind], module->n[kind]);
        say("}");
    }
    say("}");
}
