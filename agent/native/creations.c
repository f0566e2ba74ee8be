#include "native/creations.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "core/core.h"
#include "core/diverted.h"
#include "native/python.h"
#include "native/thread.h"
#include "native/tracemalloc.h"

/* The tracer that the program's tracemalloc.start() installs (3.13+), called after ours. */
static int (*next_tracer)(void *, int, void *);
static void *next_data;

static int on_reference(void *object, int event, void *data)
{
    (void)data;
    if (PA_LIKELY(event == 0)) {
        pa_thread_moment(&pa_self);
        pa_created((uintptr_t)object);
    }
    return 0;
}

static int on_reference_too(void *object, int event, void *data)
{
    on_reference(object, event, data);
    return next_tracer == NULL ? 0 : next_tracer(object, event, next_data);
}

void pa_creations_forget_next(void)
{
    next_tracer = NULL;
}

void pa_creations_trace(void)
{
    if (!pa_creations_in_place()) {
        void *tracer = py.PyRefTracer_GetTracer(&next_data); /* that of tracemalloc, if it is on */
        memcpy(&next_tracer, &tracer, sizeof next_tracer);
        py.PyRefTracer_SetTracer(next_tracer == NULL ? on_reference : on_reference_too, NULL);
    }
}

/* _Py_hashtable_t: 3.9-3.12 as in Include/internal/pycore_hashtable.h, in words: nentries, nbuckets, buckets,
   get_entry_func, hash_func, compare_func, key_destroy. 3.8 (Include/internal/pycore_hashtable.h): num_buckets, entries,
   buckets, key_size, data_size, hash_func, compare_func. */
enum { GET_ENTRY = 3, HASH = 4, COMPARE = 5, KEY_DESTROY = 6, KEY_SIZE_38 = 3, DATA_SIZE_38 = 4, HASH_38 = 5 };

static uintptr_t *table;
static void *(*true_lookup)(void *table, const void *key);
static uint64_t (*true_hash_38)(void *table, const void *key);

/* The table is asked by _PyTraceMalloc_NewReference, and while the program itself traces also for its blocks: that
   happens inside of an allocator. */
static void created(const void *key)
{
    pa_thread *self = &pa_self;
    if (!self->inside) {
        pa_thread_event(self);
        pa_diverted_lookup(NULL, key);
    }
}

static void *lookup(void *of, const void *key)
{
    created(key);
    return PA_UNLIKELY(pa_tracemalloc_used_by_program()) ? true_lookup(of, key) : NULL;
}

/* 3.8: the key is where a pointer_t stands, an address and a domain; extensions have domains of their own. A copy of the
   table, made for a snapshot, has this function too. */
static uint64_t hash_38(void *of, const void *key)
{
    if (of == (void *)table && ((const uint32_t *)key)[2] == 0) {
        created((const void *)pa_word((uintptr_t)key));
    }
    return true_hash_38(of, key);
}

/* Ranges of addresses that can be read. */
enum { RANGES = 4096 };
static struct {
    uintptr_t from, to;
    bool writable;
} ranges[RANGES];
static size_t ranges_used;

static void read_ranges(void)
{
    FILE *maps = fopen("/proc/self/maps", "re");
    char line[512], mode[8];
    unsigned long from, to;
    ranges_used = 0;
    while (maps != NULL && ranges_used < RANGES && fgets(line, sizeof line, maps) != NULL) {
        if (sscanf(line, "%lx-%lx %7s", &from, &to, mode) == 3 && mode[0] == 'r') {
            ranges[ranges_used].from = from;
            ranges[ranges_used].to = to;
            ranges[ranges_used++].writable = mode[1] == 'w';
        }
    }
    if (maps != NULL) {
        fclose(maps);
    }
}

static bool in_writable_range(uintptr_t address, size_t size)
{
    size_t low = 0, high = ranges_used; /* the kernel lists them in order */
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (ranges[middle].to <= address) {
            low = middle + 1;
        }
        else {
            high = middle;
        }
    }
    return low < ranges_used && ranges[low].writable && ranges[low].from <= address && size <= ranges[low].to - address;
}

/* Copies memory that may not be there: the kernel looks. */
static bool copy_from(uintptr_t address, void *bytes, size_t size)
{
    struct iovec here = {bytes, size}, there = {(void *)address, size};
    return process_vm_readv(getpid(), &here, 1, &there, 1, 0) == (ssize_t)size;
}

/* Asked for the few words that look like a type that is not known yet. */
bool pa_host_readable(uintptr_t address, size_t size)
{
    char bytes[512];
    return size <= sizeof bytes && copy_from(address, bytes, size);
}

static uintptr_t address_of(const char *name)
{
    return (uintptr_t)dlsym(RTLD_DEFAULT, name);
}

static bool is_traces(uintptr_t address)
{
    uintptr_t words[7];
    if (!copy_from(address, words, sizeof words)) {
        return false;
    }
    if (py.minor == 8) { /* pointer_t, packed, and trace_t: there is no other such table */
        uintptr_t buckets = words[0];
        return words[KEY_SIZE_38] == 12 && words[DATA_SIZE_38] == 16 && buckets >= 16 && (buckets & (buckets - 1)) == 0 &&
               words[HASH_38] != 0 && words[1] < 1u << 30;
    }
    return words[HASH] == address_of("_Py_hashtable_hash_ptr") &&
           words[COMPARE] == address_of("_Py_hashtable_compare_direct") && words[KEY_DESTROY] == 0;
}

/* Searches the writable data of the image that has PyMem_GetAllocator for a pointer to the table. */
static int search_image(struct dl_phdr_info *image, size_t size, void *found)
{
    (void)size;
    uintptr_t inside = address_of("PyMem_GetAllocator");
    bool ours = false;
    for (int i = 0; i < image->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &image->dlpi_phdr[i];
        uintptr_t from = image->dlpi_addr + part->p_vaddr;
        ours = ours || (part->p_type == PT_LOAD && inside >= from && inside - from < part->p_memsz);
    }
    for (int i = 0; ours && i < image->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &image->dlpi_phdr[i];
        if (part->p_type != PT_LOAD || (part->p_flags & PF_W) == 0) {
            continue;
        }
        uintptr_t from = (image->dlpi_addr + part->p_vaddr + 7) & ~(uintptr_t)7;
        uintptr_t to = image->dlpi_addr + part->p_vaddr + part->p_memsz;
        for (uintptr_t at = from; at + sizeof at <= to; at += sizeof at) {
            uintptr_t word = pa_word(at);
            if (word % sizeof word == 0 && word > 65536 && in_writable_range(word, 10 * sizeof word) && is_traces(word)) {
                *(uintptr_t **)found = (uintptr_t *)word;
                return 1;
            }
        }
    }
    return ours;
}

bool pa_creations_divert(void)
{
    pa_diverted_use((uintptr_t)py.PyType_Type);
    if (!pa_tracemalloc_start()) {
        return false;
    }
    read_ranges();
    dl_iterate_phdr(search_image, &table);
    if (table == NULL) {
        return false;
    }
    pa_forget_creations();
    if (py.minor == 8) {
        uint64_t (*hook)(void *, const void *) = hash_38;
        memcpy(&true_hash_38, &table[HASH_38], sizeof true_hash_38);
        memcpy(&table[HASH_38], &hook, sizeof hook);
    }
    else {
        void *(*hook)(void *, const void *) = lookup;
        memcpy(&true_lookup, &table[GET_ENTRY], sizeof true_lookup);
        memcpy(&table[GET_ENTRY], &hook, sizeof hook);
    }
    return true;
}

bool pa_creations_in_place(void)
{
    if (py.PyRefTracer_GetTracer != NULL) {
        void *data;
        int (*alone)(void *, int, void *) = on_reference, (*first)(void *, int, void *) = on_reference_too;
        void *now = py.PyRefTracer_GetTracer(&data);
        return memcmp(&now, &alone, sizeof now) == 0 || memcmp(&now, &first, sizeof now) == 0;
    }
    uintptr_t hook;
    if (py.minor == 8) {
        uint64_t (*ours)(void *, const void *) = hash_38;
        memcpy(&hook, &ours, sizeof hook);
        return table[HASH_38] == hook;
    }
    void *(*ours)(void *, const void *) = lookup;
    memcpy(&hook, &ours, sizeof hook);
    return table[GET_ENTRY] == hook;
}
