#include "native/recording.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/core.h"
#include "core/memory.h"

enum { SIZE = 256 << 20, PRIVATE_SIZE = 64 << 20, HEAD = 16384, NAME_ROOM = 4096, AHEAD = 1 << 20 };
_Static_assert(sizeof(pa_recording) <= HEAD, "the head of a recording has outgrown its place");
/* What src/engines/native/recording.ts takes for granted. */
_Static_assert(offsetof(pa_recording, waited) == 216 && offsetof(pa_recording, phases) == 4312, "wire format");
_Static_assert(offsetof(pa_recording, interval) == 4936 && offsetof(pa_recording, interval_rows) == 5544, "wire format");
_Static_assert(offsetof(pa_recording, book) == 5576 && sizeof(pa_book) == 64 && sizeof(pa_site) == 32, "wire format");
_Static_assert(sizeof(pa_code) == 56 && sizeof(pa_context) == 12 && sizeof(pa_place) == 8, "wire format");
_Static_assert(sizeof(pa_owner) == 56 && offsetof(pa_live, owners) == 96 && offsetof(pa_book, live) == 56, "wire format");
_Static_assert(offsetof(pa_recording, forks) == 5640 && offsetof(pa_recording, forked) == 5648, "wire format");
_Static_assert(sizeof(pa_tally) == 208 && sizeof(pa_state) == 152 && sizeof(pa_slot) == 128, "wire format");
_Static_assert(offsetof(pa_region, raw) == 208 && offsetof(pa_region, name) == 248, "wire format");

pa_recording *pa_recorded;
static char path[NAME_ROOM];
static size_t folder_length;
static uint64_t room = SIZE;
static uint64_t reserved; /* how much of the file has its place on the disk */

const char *pa_recording_path(void)
{
    return path;
}

/* A file of its own for this process; `path` names it. Where files may not be as large as ours, the kernel would end the
   program for trying. */
static int make_file(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur < SIZE) {
        errno = EFBIG;
        return -1;
    }
    for (int i = 0; i < 10000; i++) {
        snprintf(path + folder_length, sizeof path - folder_length, "/%ld-%d.pya", (long)getpid(), i);
        int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (file >= 0 || errno != EEXIST) {
            return file;
        }
    }
    return -1;
}

/* A page of the file that finds no place on the disk would end the program, so the place is taken before. False when the
   disk is full; elsewhere, or where the file was removed, there is nothing to do. */
static bool reserve(uint64_t size)
{
    if (size <= reserved) {
        return true;
    }
    int error = errno;
    uint64_t to = size + AHEAD < SIZE ? (size + AHEAD) & ~(uint64_t)(AHEAD - 1) : SIZE;
    int file = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    bool full = file >= 0 && fallocate(file, 0, (off_t)reserved, (off_t)(to - reserved)) != 0 &&
                (errno == ENOSPC || errno == EDQUOT);
    if (file >= 0) {
        close(file);
    }
    errno = error;
    reserved = full ? reserved : to;
    return !full;
}

/* The last thing that is written when a recording is made: it may be read. */
static void show(void)
{
    uint64_t magic;
    memcpy(&magic, "pyallocs", sizeof magic);
    __atomic_store_n((uint64_t *)(void *)pa_recorded->magic, magic, __ATOMIC_RELEASE);
}

/* Says why there is no recording by the name of an empty file, for which a full disk has room: unrecorded() of
   src/engines/native/worker-process.ts. */
static bool give_up(int error)
{
    const char *why = error == EFBIG                        ? "limited"
                      : error == ENOSPC || error == EDQUOT ? "full"
                      : error == ENOMEM                     ? "memory"
                                                            : "failed";
    snprintf(path + folder_length, sizeof path - folder_length, "/%ld.%s", (long)getpid(), why);
    int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file >= 0) {
        close(file);
    }
    return false;
}

bool pa_recording_open(const char *folder, uint64_t parent)
{
    folder_length = strlen(folder);
    if (folder_length + 64 > sizeof path) {
        return false;
    }
    memcpy(path, folder, folder_length);
    int file = make_file();
    if (file < 0) {
        return give_up(errno);
    }
    void *memory = MAP_FAILED;
    int error = 0;
    if (ftruncate(file, SIZE) != 0) {
        error = errno;
    }
    else if (!reserve(HEAD)) {
        error = ENOSPC;
    }
    else if ((memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0)) == MAP_FAILED) {
        error = errno;
    }
    close(file);
    if (error != 0) {
        unlink(path);
        return give_up(error);
    }
    pa_recorded = memory;
    pa_recorded->version = PA_RECORDING_VERSION;
    pa_recorded->base = (uintptr_t)memory;
    pa_recorded->size = SIZE;
    pa_recorded->used = HEAD;
    pa_recorded->pid = (uint64_t)getpid();
    pa_recorded->parent = parent;
    pa_recorded->slots = pa_shared_new(PA_SLOTS, sizeof(pa_slot));
    show();
    return true;
}

bool pa_recording_open_private(void)
{
    void *memory = mmap(NULL, PRIVATE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
        return false;
    }
    room = reserved = PRIVATE_SIZE;
    pa_recorded = memory;
    pa_recorded->used = HEAD;
    pa_recorded->slots = pa_shared_new(PA_SLOTS, sizeof(pa_slot));
    return true;
}

void *pa_shared_new(size_t count, size_t size)
{
    size_t bytes = (count * size + 15) & ~(size_t)15;
    if (pa_recorded == NULL || bytes > room - pa_recorded->used || !reserve(pa_recorded->used + bytes)) {
        return NULL;
    }
    void *memory = (char *)pa_recorded + pa_recorded->used;
    pa_recorded->used += bytes;
    return memory;
}

/* The file only grows: a reader may be looking at what was dropped. */
void pa_shared_drop(void *block)
{
    (void)block;
}

const char *pa_recording_text(const char *text, size_t size)
{
    char *copy = pa_shared_new(size + 1, 1);
    if (copy != NULL) {
        memcpy(copy, text, size);
    }
    return copy;
}

void pa_recording_update(void)
{
    pa_recorded->names = pa_names;
    pa_recorded->names_used = pa_names_used;
    pa_recorded->flags = pa.flags;
    if (!pa_book_apart) {
        pa_recorded->book = pa_book_now;
    }
}

static bool write_all(int file, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t written = write(file, bytes, size);
        if (written <= 0) {
            return false;
        }
        bytes += written;
        size -= (size_t)written;
    }
    return true;
}

/* All rows there is room for: the parent goes on while its recording is copied, and may have named more types. */
static void clear_all(pa_tally *tally)
{
    memset(tally->rows, 0, pa_names_capacity * sizeof *tally->rows);
    pa_tally_clear(tally);
}

/* Where there can be no file: what is counted is seen by nobody, rather than with the parent's. */
static void move_to_memory(void)
{
    const size_t used = pa_recorded->used;
    void *copy = mmap(NULL, used, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (copy == MAP_FAILED) {
        _exit(127); /* a process that has no memory left */
    }
    memcpy(copy, pa_recorded, used);
    mmap(pa_recorded, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
    memcpy(pa_recorded, copy, used);
    munmap(copy, used);
    reserved = SIZE;
}

/* The head as it was at the fork, in memory of this process alone: the parent may end while its recording is copied. */
static pa_recording at_fork;

void pa_recording_before_fork(void)
{
    __atomic_fetch_add(&pa_recorded->forks, 1, __ATOMIC_RELAXED);
    memcpy(&at_fork, pa_recorded, sizeof at_fork);
    memset(at_fork.magic, 0, sizeof at_fork.magic);
}

/* Only calls that are safe in the child of a program with threads. The file has no magic until all in it is the child's. */
void pa_recording_fork(void)
{
    static const char nothing[sizeof pa_recorded->magic];
    int file = make_file();
    __atomic_fetch_add(&pa_recorded->forked, 1, __ATOMIC_RELEASE); /* of the parent */
    bool moved = file >= 0 && ftruncate(file, SIZE) == 0 && write_all(file, nothing, sizeof nothing) &&
                 write_all(file, (char *)pa_recorded + sizeof nothing, pa_recorded->used - sizeof nothing) &&
                 mmap(pa_recorded, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file, 0) != MAP_FAILED;
    int error = errno;
    if (file >= 0) {
        close(file);
    }
    if (moved) {
        reserved = pa_recorded->used;
    }
    else {
        if (file >= 0) {
            unlink(path);
        }
        give_up(error);
        move_to_memory();
    }
    at_fork.used = pa_recorded->used; /* room in the file, whoever took it */
    memcpy(pa_recorded, &at_fork, sizeof at_fork);
    pa_recorded->pid = (uint64_t)getpid();
    pa_recorded->parent = at_fork.pid;
    pa_recorded->threads = 0;
    pa_recorded->waited_used = 0;
    pa_recorded->forks = pa_recorded->forked = 0;
    pa_recording_update(); /* its own names, not those that the parent has added since */
    if (!pa_book_apart) {
        pa_sites_zero();
    }
    memset(pa_recorded->slots, 0, PA_SLOTS * sizeof(pa_slot));
    for (pa_region *region = pa_recorded->regions; region != NULL; region = region->next) {
        clear_all(&region->tally);
        memset(region->raw, 0, sizeof region->raw);
        region->entries = region->disorder = 0;
        region->label = region->label > pa_book_now.labels_used ? 0 : region->label; /* given by the parent since */
    }
    for (int phase = 0; phase < PA_PHASES - 1; phase++) {
        clear_all(&pa_recorded->phases[phase]);
    }
    show();
}
