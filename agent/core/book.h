/* The book of a recording: where events came from, beside the tallies that say how many there were. It lies in memory that
 * another process can read while the program runs and after it was killed (memory.h); wire format of
 * src/engines/book.ts, pointers as addresses of the process that writes.
 *
 *   sites     one per (instruction, context, type, kind of event) with an event: how many, and their bytes
 *   codes     what code objects are: name, file, lines, bytecode
 *   contexts  a tree: thread, open regions, then the instructions of callers from the outermost in
 *   live      where wanted: the blocks that live, by the site they belong to (live.h)
 */
#ifndef PA_BOOK_H
#define PA_BOOK_H

#include "core/base.h"

/* Kinds of events; the first four are the origins of a creation (base.h). */
enum {
    PA_SITE_CREATED,              /* + origin; of the last two, the request was of the same interval, and `bytes` are its */
    PA_SITE_CREATED_LATER = 4,    /* + origin - PA_PYMALLOC: on a block that was requested before the interval */
    PA_SITE_REQUESTED = 6,        /* + origin - PA_PYMALLOC, in the mem and obj domains */
    PA_SITE_RESIZED = 8,
    PA_SITE_RELOCATED,
    PA_SITE_RELEASED,
    PA_SITE_RAW,                  /* + 0: requested, 1: resized, 2: released, in the raw domain, by a thread with the GIL */
    PA_SITE_KINDS = 14
};

/* 32 bytes: two in a cache line. */
typedef struct {
    uint64_t key;     /* 0: empty, 1: was one */
    uint32_t what;    /* row << 4 | kind */
    uint32_t context;
    uint64_t count, bytes;
} pa_site;

typedef struct {
    uint32_t code, offset; /* number of the code, 0: none; bytes into its bytecode */
} pa_place;

typedef struct {
    uint64_t mask;
    pa_site *sites;
    pa_place *places; /* of each site */
} pa_site_table;

/* A code object. Two that are equal in all of this are one. Texts are UTF-8 (a lone surrogate as three bytes), ended by zero. */
typedef struct {
    const char *file, *name;
    const char *names;        /* co_names, each ended by zero */
    const uint8_t *bytecode, *line_table;
    uint32_t names_size, bytecode_size, line_table_size, first_line;
} pa_code;

/* `code` of a context that is no instruction: then `offset` is the number of a label. */
#define PA_CONTEXT_THREAD 0xffffffffu
#define PA_CONTEXT_REGION 0xfffffffeu

typedef struct {
    uint32_t parent; /* 0: it is outermost */
    uint32_t code, offset;
} pa_context;

/* Blocks, and the bytes that were asked for. */
typedef struct {
    uint64_t blocks, bytes;           /* that live */
    uint64_t peak_blocks, peak_bytes; /* that lived at the maximum, if the epoch is that of the maximum; else those above did */
    uint64_t epoch;
} pa_live_figures;

/* Whom blocks belong to: a site, as what it is for good. */
typedef struct {
    pa_place place;
    uint32_t what, context; /* as of a pa_site */
    pa_live_figures figures;
} pa_owner;

typedef struct {
    uint64_t epoch;           /* of the maximum */
    pa_live_figures all;      /* of the owners; its peak is the maximum, whatever the epoch */
    pa_live_figures raw;      /* of the raw domain, which is no part of the maximum */
    uint64_t used;
    pa_owner *owners;         /* from 1 on */
} pa_live;

typedef struct {
    pa_site_table *table;
    pa_code *codes;         /* from 1 on */
    uint64_t codes_used;
    pa_context *contexts;   /* from 1 on */
    uint64_t contexts_used;
    const char **labels;    /* names of threads and regions, from 1 on; NULL: not known */
    uint64_t labels_used;
    pa_live *live;          /* NULL: live blocks are not wanted */
} pa_book;

/* The book that is written, in memory of the process alone: a host that shows it to others copies it when it has changed. */
extern pa_book pa_book_now;
/* An event could not be entered, because there was no memory. That makes no count exact any more, unless nobody shows the
   book with the counts: then only the book is not whole. */
extern bool pa_book_full, pa_book_apart;
void pa_book_overflow(void);
/* After a change of a field of it; sites change without. */
void pa_book_changed(void);

#endif
