/* The recording: a file mapped into memory that holds all counters and names, so that another process can read them
 * while the program runs and after it ended, however it ended.
 *
 * Version 3, read by src/engines/native/recording.ts. Little-endian, 64-bit words. Pointers are addresses in the
 * process that writes: the offset in the file is the pointer less `base`. A reader checks every one of them.
 *
 *   0  magic "pyallocs"       ┌─────────────────────────────────────────────┐
 *   8  version                │ pa_recording: the head, one page            │
 *  16  base                   │ thread slots: PA_SLOTS × pa_slot            │
 *  24  size                   │ heap: names, rows of tallies, regions       │
 *  32  used                   │ the book (core/book.h)                      │
 *                             │ (grows from `used`; the rest is a hole)     │
 *  …   as pa_recording        └─────────────────────────────────────────────┘
 */
#ifndef PA_RECORDING_H
#define PA_RECORDING_H

#include "core/core.h"

enum { PA_RECORDING_VERSION = 3, PA_SLOTS = 1024, PA_WAITED = 256 };

/* What a process is doing. */
enum { PA_STARTING, PA_RUNNING, PA_STOPPING, PA_EXITED };

/* Where events of a moment belong. */
enum { PA_IDLE, PA_STARTUP, PA_PROGRAM, PA_SHUTDOWN, PA_PHASES };

/* Why a process was not counted, or not exactly. Numbers are part of the format. */
enum {
    PA_COUNTED,
    PA_NOT_LISTED,        /* no layout for this version */
    PA_FREE_THREADED,
    PA_OTHER_ALLOCATORS,  /* somebody else's allocators were there first */
    PA_MIMALLOC,
    PA_NO_TRACE_TABLE,    /* 3.8-3.12: the table of tracemalloc was not found */
    PA_NO_EVAL_HOOK       /* where the program begins cannot be seen */
};

/* Bits of `notes`: what made counts inexact while the program ran. */
enum {
    PA_NOTE_SUBINTERPRETERS = 1 << 0, /* interpreters of their own were made */
    PA_NOTE_HOOKS_REPLACED = 1 << 1,  /* allocators or tracer were not ours any more at the end */
    PA_NOTE_POOL_SIZE = 1 << 3,       /* an arena of a size that does not fit the version: pools are not known */
    PA_NOTE_INTERACTIVE = 1 << 4      /* more than one piece of code ran as __main__ */
};

/* Requests, their bytes, resizes, their bytes and releases of the raw domain. */
enum { PA_RAW_REQUESTS, PA_RAW_BYTES, PA_RAW_RESIZES, PA_RAW_RESIZE_BYTES, PA_RAW_RELEASES, PA_RAW_FIELDS };

/* The counters of a thread that need no lock, because only it writes them. */
typedef struct {
    uint64_t in_use; /* 1 while a thread has it; its counts stay when the thread ends */
    uint64_t raw[PA_PHASES - 1][PA_RAW_FIELDS];
} pa_slot;

/* A tally with what the raw domain adds to it: pa_phase_tally has that in the slots, regions have it here. */
typedef struct pa_region {
    pa_tally tally;
    uint64_t raw[PA_RAW_FIELDS];
    const char *name;
    uint64_t entries, disorder; /* disorder: 1 when it was left in the wrong order or in another thread */
    struct pa_region *next;
    uint64_t label; /* in the book; 0: none yet */
} pa_region;

typedef struct {
    char magic[8];
    uint64_t version, base, size, used;
    uint64_t pid, parent; /* 0: no counted process started it */
    uint64_t state;
    uint64_t exit_code;   /* in state PA_EXITED */
    uint64_t refused;     /* PA_COUNTED or the reason */
    uint64_t flags;       /* of the core (base.h) */
    uint64_t notes;
    uint64_t began, ended; /* of the program, CLOCK_MONOTONIC in nanoseconds */
    uint64_t minor, pymalloc, pool_size;
    uint64_t threads;     /* that made an event */
    const char *python_version, *allocator;
    const char *command;  /* the arguments, each ended by a zero byte */
    uint64_t command_size;
    const char **names;
    uint64_t names_used;
    pa_slot *slots;
    pa_region *regions;
    uint64_t waited_used, waited[PA_WAITED][2]; /* children that were waited for: pid and status */
    pa_tally phases[PA_PHASES - 1];             /* startup, program, shutdown */
    /* Of a worker: the interval that was counted last, and its marks. */
    pa_state interval, marks[PA_MARKS];
    const pa_counts *interval_rows, *mark_rows[PA_MARKS];
    pa_book book; /* where events of the program came from; all zero: that is not recorded */
    uint64_t forks, forked; /* forks that were begun; children that have a file, or will have none */
} pa_recording;

extern pa_recording *pa_recorded;

/* Makes the recording of this process in a folder. False when there is none to be had. */
bool pa_recording_open(const char *folder, uint64_t parent);
/* Makes one that is in the memory of this process alone, for what it counts by itself. False when there is no memory. */
bool pa_recording_open_private(void);
/* Before a fork. */
void pa_recording_before_fork(void);
/* In a forked child: a recording of its own at the same address, all counters zero. */
void pa_recording_fork(void);
/* Where the recording of this process lies. */
const char *pa_recording_path(void);
/* A copy of some text in the recording. */
const char *pa_recording_text(const char *text, size_t size);

/* Set once there is a recording: what the names and flags of the core come to. */
void pa_recording_update(void);

#endif
