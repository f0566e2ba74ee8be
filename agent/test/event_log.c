/* Stands in the place of the core behind the hooks of wasm/side_module.c and writes down what reaches it, so that what a
 * real interpreter did can be played again. It decides nothing: names are copied at every creation, and no type is
 * known from before.
 */
#include "core/core.h"

#define EXPORT __attribute__((visibility("default")))

enum { REQUEST, RESIZE, RELEASE, CREATION, BEGIN, END, MARK };

/* Wire format read by agent/test/recording.ts: 32-bit words and zero-terminated names, cut. */
typedef struct {
    uint32_t kind, domain;
    uintptr_t address; /* of the block; of the object for a creation */
    uintptr_t from;
    size_t size;
    uintptr_t references;
    uintptr_t type, type_flags, metatype, metatype_flags;
    char type_name[48], metatype_name[48];
} record;

pa_state pa;
const pa_layout *pa_layout_now;
/* Never used: the recorder copies no counters. */
const char **pa_names;
pa_tally pa_interval;
void (*pa_changed)(void);
void (*pa_add_raw)(pa_tally *tally);
pa_mark pa_marks[PA_MARKS];

static record *records;
static uint32_t used, capacity;

static record *append(uint32_t kind)
{
    static record nowhere;
    if (used == capacity) {
        pa_raise(PA_NO_MEMORY);
        return &nowhere;
    }
    records[used].kind = kind;
    return &records[used++];
}

/* Gives the recorder its memory, set to zero, before start(). */
EXPORT void record_into(record *memory, uint32_t room)
{
    records = memory;
    capacity = room;
    used = 0;
}

EXPORT uint32_t records_used(void)
{
    return used;
}

bool pa_start(const pa_setup *setup)
{
    pa_layout_now = pa_layout_of(setup->minor);
    return pa_layout_now != NULL;
}

void pa_raise(uint32_t flag)
{
    pa.flags |= flag;
}

void pa_begin(void)
{
    append(BEGIN);
}

void pa_end(void)
{
    append(END);
}

bool pa_mark_death(uintptr_t object)
{
    append(MARK)->address = object;
    return true;
}

bool pa_type_known(uintptr_t address)
{
    (void)address;
    return false;
}

void pa_request(int domain, uintptr_t block, size_t size, int origin)
{
    (void)origin; /* PA_MALLOC: these builds have no pymalloc */
    record *to = append(REQUEST);
    to->domain = (uint32_t)domain;
    to->address = block;
    to->size = size;
}

void pa_resize(int domain, uintptr_t from, uintptr_t block, size_t size)
{
    record *to = append(RESIZE);
    to->domain = (uint32_t)domain;
    to->from = from;
    to->address = block;
    to->size = size;
}

void pa_release(int domain, uintptr_t block)
{
    record *to = append(RELEASE);
    to->domain = (uint32_t)domain;
    to->address = block;
}

static void copy_name(char *to, size_t room, uintptr_t type)
{
    const char *name = (const char *)pa_word(type + pa_layout_now->tp_name);
    for (size_t i = 0; i + 1 < room && name[i] != '\0'; i++) {
        to[i] = name[i];
    }
}

void pa_create(uintptr_t object)
{
    record *to = append(CREATION);
    pa.seen++;
    to->address = object;
    to->references = pa_word(object);
    to->type = pa_word(object + pa_layout_now->ob_type);
    to->type_flags = pa_word(to->type + pa_layout_now->tp_flags);
    copy_name(to->type_name, sizeof to->type_name, to->type);
    to->metatype = pa_word(to->type + pa_layout_now->ob_type);
    to->metatype_flags = pa_word(to->metatype + pa_layout_now->tp_flags);
    copy_name(to->metatype_name, sizeof to->metatype_name, to->metatype);
}
