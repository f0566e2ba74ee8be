#include "core/sites.h"

#include "core/core.h"
#include "core/live.h"
#include "core/memory.h"

enum { FIRST_SITES = 4096 };

/* Outside of any Python code, and the key of a place for good. */
#define LASTING ((uint64_t)1 << 63)

uint8_t pa_sited;
pa_path *pa_path_now;
uintptr_t (*pa_thread_state)(void);
void (*pa_name_thread)(pa_path *path, uintptr_t outermost);
pa_book pa_book_now;
bool pa_book_full, pa_book_apart;

void pa_book_overflow(void)
{
    pa_book_full = true;
    if (!pa_book_apart) {
        pa_raise(PA_NO_MEMORY);
    }
}

void pa_book_changed(void)
{
    if (pa_changed != NULL) {
        pa_changed();
    }
}

static const pa_frames *frames;
static unsigned row; /* where it stands in pa_frame_rows */

/* Of the book's table; open addressing, at most two thirds are in use or were. */
static pa_site *sites;
static uint64_t mask, used;
/* Beside it: the live code whose address a site was entered under, and the next such site (index + 1). 0: none. */
typedef struct {
    uint32_t live, next;
} link;
static link *links;

/* The table before this one, if it is as large: where code objects come and go, the two take turns. A host that only ever
   takes more memory would come to an end of it. */
static pa_site_table *spare;
static link *spare_links;

static void drop_table(pa_site_table *table, link *beside)
{
    if (table != NULL) {
        pa_book_drop(table->sites);
        pa_book_drop(table->places);
        pa_book_drop(table);
        pa_memory_drop(beside);
    }
}

/* An empty table of this size, from the spare one if that fits. */
static pa_site_table *new_table(uint64_t size, link **beside)
{
    pa_site_table *table = spare;
    *beside = spare_links;
    spare = NULL;
    if (table != NULL && table->mask == size - 1) {
        __builtin_memset(table->sites, 0, size * sizeof *table->sites);
        __builtin_memset(*beside, 0, size * sizeof **beside);
        return table;
    }
    drop_table(table, *beside);
    table = pa_book_new(1, sizeof *table);
    pa_site *empty = pa_book_new(size, sizeof *empty);
    pa_place *places = pa_book_new(size, sizeof *places);
    *beside = pa_memory_new(size, sizeof **beside);
    if (table != NULL && empty != NULL && places != NULL && *beside != NULL) {
        *table = (pa_site_table){size - 1, empty, places};
        return table;
    }
    void *const made[] = {table, empty, places};
    for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
        if (made[i] != NULL) {
            pa_book_drop(made[i]);
        }
    }
    if (*beside != NULL) {
        pa_memory_drop(*beside);
    }
    return NULL;
}

/* Where the event before was charged, and the block that it was a request for. */
static struct {
    uint64_t key;
    uint32_t context;
    uintptr_t block;
} last;

static inline uint64_t home_of(uint64_t key, uint32_t what, uint32_t context)
{
    /* What is known before the frame is read is multiplied, so that nothing waits for it. */
    const uint64_t hash = key >> 1 ^ (((uint64_t)context << 32 | what) * 0x9E3779B97F4A7C15u) >> 20;
    return (hash ^ hash >> 14) & mask;
}

static inline pa_site *find(uint64_t key, uint32_t what, uint32_t context)
{
    for (uint64_t at = home_of(key, what, context);; at = (at + 1) & mask) {
        pa_site *site = &sites[at];
        if (PA_LIKELY(site->key == key && site->what == what && site->context == context)) {
            return site;
        }
        if (site->key == 0) {
            return NULL;
        }
    }
}

/* Enters what is not there. Room was made. The key comes last: a reader takes a site without one for empty. */
static void put(const pa_site *what, pa_place place, uint32_t live)
{
    uint64_t at = home_of(what->key, what->what, what->context);
    while (sites[at].key > 1) {
        at = (at + 1) & mask;
    }
    used += sites[at].key == 0;
    pa_book_now.table->places[at] = place;
    links[at] = (link){live, live == 0 ? 0 : pa_live_codes[live].first_site};
    if (live != 0) {
        pa_live_codes[live].first_site = (uint32_t)at + 1;
    }
    uint64_t key = what->key;
    sites[at] = *what;
    sites[at].key = 0;
    __atomic_store_n(&sites[at].key, key, __ATOMIC_RELEASE);
}

/* A table twice as large, or as large without what is no more. The book shows the old one until this one is whole. */
static bool grow(void)
{
    pa_site_table *old = pa_book_now.table;
    link *old_links = links;
    uint64_t old_size = old == NULL ? 0 : old->mask + 1, in_use = 0;
    for (uint64_t i = 0; i < old_size; i++) {
        in_use += old->sites[i].key > 1;
    }
    uint64_t size = old == NULL ? FIRST_SITES : in_use * 3 > old_size ? old_size * 2 : old_size;
    link *more;
    pa_site_table *table = new_table(size, &more);
    if (table == NULL) {
        return false;
    }
    pa_site *grown = table->sites;
    pa_place *places = table->places;
    for (uint64_t i = 0; i < old_size; i++) {
        if (old_links[i].live != 0) {
            pa_live_codes[old_links[i].live].first_site = 0;
        }
    }
    sites = grown;
    links = more;
    mask = size - 1;
    used = 0;
    for (uint64_t i = 0; i < old_size; i++) {
        const pa_site *site = &old->sites[i];
        if (site->key <= 1) {
            continue;
        }
        uint64_t at = home_of(site->key, site->what, site->context);
        while (grown[at].key != 0) {
            at = (at + 1) & mask;
        }
        grown[at] = *site;
        places[at] = old->places[i];
        used++;
        uint32_t live = old_links[i].live;
        links[at] = (link){live, live == 0 ? 0 : pa_live_codes[live].first_site};
        if (live != 0) {
            pa_live_codes[live].first_site = (uint32_t)at + 1;
        }
    }
    pa_book_now.table = table;
    pa_book_changed();
    if (old_size == size) {
        spare = old;
        spare_links = old_links;
    }
    else {
        drop_table(old, old_links);
    }
    return true;
}

/* Room for one more. */
static bool has_room(void)
{
    /* What failed once is not tried at every event. */
    if ((used + 1) * 3 < mask * 2 || (!pa_book_full && grow())) {
        return true;
    }
    pa_book_overflow();
    return false;
}

static inline uintptr_t current_frame(const pa_frames *of)
{
    uintptr_t state = pa_path_now->state;
    if (PA_UNLIKELY(state == 0)) {
        state = pa_thread_state();
        if (state == 0) {
            return 0;
        }
    }
    uintptr_t frame = pa_word(state + of->state_frame);
    return of->cframe_frame < 0 || frame == 0 ? frame : pa_word(frame + (uintptr_t)of->cframe_frame);
}

/* The key of a frame as a site: a generator's frame may stand at an instruction at which another one is not complete. */
static inline uint64_t key_of(const pa_frames *of, uintptr_t frame)
{
    uint64_t key = pa_frame_key(of, frame);
    return of->owner == 0 ? key : key + (*(const uint8_t *)(frame + of->owner) == PA_OWNED_BY_GENERATOR);
}

static uintptr_t outermost_of(uintptr_t frame)
{
    uintptr_t outermost = 0;
    for (uintptr_t at = frame; at != 0; at = pa_word(at + frames->previous)) {
        if (pa_frame_complete(frames, at)) {
            outermost = at;
        }
    }
    return outermost;
}

/* Whether the code object of a frame is being freed: up to 3.11.1 a frame that ends drops it while it is still the current
   one (gh-99729). Its parts are gone before itself. */
static bool has_dead_code(uintptr_t frame)
{
    uint32_t references;
    __builtin_memcpy(&references, (const void *)pa_frame_code(frames, frame), sizeof references);
    return references == 0;
}

/* An event whose site is not there yet, or whose frame is not one of Python code. */
static __attribute__((noinline)) void charge_slowly(uintptr_t frame, uint32_t what, size_t bytes)
{
    pa_path *path = pa_path_now;
    while (frame != 0 && (!pa_frame_complete(frames, frame) || has_dead_code(frame))) {
        frame = pa_word(frame + frames->previous);
    }
    last.context = pa_context_of(path, frame);
    last.key = frame == 0 ? LASTING : key_of(frames, frame);
    if (pa_name_thread != NULL && path->label != 0 && pa_book_now.labels[path->label] == NULL) {
        pa_name_thread(path, outermost_of(frame));
    }
    pa_site *site = find(last.key, what, last.context);
    if (site != NULL) {
        site->count++;
        site->bytes += bytes;
        return;
    }
    pa_place place = {0, 0};
    uint32_t live = 0;
    if (frame != 0) {
        live = pa_code_live(pa_frame_code(frames, frame));
        if (live == 0) {
            return; /* the flag is raised */
        }
        uint32_t number = pa_live_codes[live].number;
        place = (pa_place){number, pa_code_instruction(number, pa_frame_offset(frames, frame))};
    }
    if (has_room()) {
        put(&(pa_site){last.key, what, last.context, 1, bytes}, place, live);
    }
}

static inline __attribute__((always_inline)) void charge_in(const pa_frames *of, uint32_t what, size_t bytes)
{
    const uintptr_t frame = current_frame(of);
    if (PA_LIKELY(frame != 0 && (of->minor < 13 || *(const uint8_t *)(frame + of->owner) < PA_OWNED_BY_C))) {
        last.key = key_of(of, frame);
        last.context = pa_context_quick(of, pa_path_now, frame);
        pa_site *site = find(last.key, what, last.context);
        if (PA_LIKELY(site != NULL)) {
            site->count++;
            site->bytes += bytes;
            return;
        }
    }
    charge_slowly(frame, what, bytes);
}

/* Once for each row, with its numbers in the code. */
static void charge(uint32_t what, size_t bytes)
{
    switch (row) {
#define ROW(i) \
    case i: \
        charge_in(&pa_frame_rows[i], what, bytes); \
        break;
        ROW(0)
        ROW(1)
        ROW(2)
        ROW(3)
        ROW(4)
        ROW(5)
#if UINTPTR_MAX > 0xffffffffu
        ROW(6)
        ROW(7)
#endif
#undef ROW
    default:
        break;
    }
}

/* Whom a block belongs to from the event on that was charged just now; 0: there was no memory, and a flag is raised. */
static uint32_t owner_of(uint32_t what)
{
    const pa_site *site = find(last.key, what, last.context);
    return site == NULL ? 0 : pa_live_owner(pa_book_now.table->places[site - sites], what, last.context);
}

void pa_site_event(unsigned kind, uint32_t row, size_t bytes)
{
    last.block = 0;
    charge(row << 4 | kind, bytes);
}

static inline void event_if_charged(unsigned kind, uint32_t row, size_t bytes)
{
    if (PA_LIKELY(pa_sited & PA_SITED)) {
        pa_site_event(kind, row, bytes);
    }
}

static __attribute__((noinline)) void request_followed(unsigned kind, uintptr_t block, size_t bytes)
{
    if (pa_sited & PA_SITED) {
        charge(kind, bytes);
    }
    last.block = pa_sited & PA_SITED ? block : 0;
    pa_live_request(block, bytes, pa_sited & PA_SITED ? owner_of(kind) : 0);
}

void pa_site_request(unsigned kind, uintptr_t block, size_t bytes)
{
    if (PA_UNLIKELY(pa_sited != PA_SITED)) {
        request_followed(kind, block, bytes);
        return;
    }
    charge(kind, bytes);
    last.block = block;
}

/* No Python code ran since the request, unless it has returned again: the frame is the same. */
static inline void charge_claim(uint32_t what, uintptr_t block, size_t bytes)
{
    pa_site *site = PA_LIKELY(last.block == block) ? find(last.key, what, last.context) : NULL;
    last.block = 0;
    if (PA_LIKELY(site != NULL)) {
        site->count++;
        site->bytes += bytes;
        return;
    }
    charge(what, bytes);
}

/* Creations beside the count leave the block with whom it was. */
static __attribute__((noinline)) void claim_followed(uint32_t what, uintptr_t block, size_t bytes)
{
    if (pa_sited & PA_SITED) {
        charge_claim(what, block, bytes);
        pa_live_move(block, owner_of(what));
    }
}

void pa_site_claim(unsigned kind, uint32_t row, uintptr_t block, size_t bytes)
{
    if (PA_UNLIKELY(pa_sited != PA_SITED)) {
        claim_followed(row << 4 | kind, block, bytes);
        return;
    }
    charge_claim(row << 4 | kind, block, bytes);
}

void pa_site_create(unsigned kind, uint32_t row, uintptr_t block)
{
    event_if_charged(kind, row, 0);
    if (PA_UNLIKELY(pa_sited == (PA_SITED | PA_LIVE))) {
        pa_live_move(block, owner_of(row << 4 | kind));
    }
}

void pa_site_resize(uint32_t row, uintptr_t from, uintptr_t to, size_t bytes)
{
    event_if_charged(PA_SITE_RESIZED, row, bytes);
    if (PA_UNLIKELY(pa_sited & PA_LIVE)) {
        pa_live_resize(from, to, bytes, pa_sited & PA_SITED ? owner_of(row << 4 | PA_SITE_RESIZED) : 0);
    }
    else if (PA_UNLIKELY(pa_sited & PA_LIVE_OVER)) {
        pa_live_forget(from);
    }
}

void pa_site_release(uint32_t row, uintptr_t block)
{
    event_if_charged(PA_SITE_RELEASED, row, 0);
    if (PA_UNLIKELY(pa_sited & PA_LIVE)) {
        pa_live_release(block);
    }
    else if (PA_UNLIKELY(pa_sited & PA_LIVE_OVER)) {
        pa_live_forget(block);
    }
}

void pa_sites_settle(pa_live_code *live)
{
    while (live->first_site != 0 && has_room()) {
        uint64_t at = live->first_site - 1;
        pa_site site = sites[at];
        pa_place place = pa_book_now.table->places[at];
        live->first_site = links[at].next;
        links[at] = (link){0, 0};
        site.key = LASTING | (uint64_t)place.code << 24 | (place.offset & 0xffffff);
        pa_site *settled = find(site.key, site.what, site.context);
        /* A reader may come in between: it sees a site twice rather than not at all, and sums that do not agree. */
        if (settled != NULL) {
            settled->count += site.count;
            settled->bytes += site.bytes;
        }
        else {
            put(&site, place, 0);
        }
        sites[at].key = 1;
        sites[at].count = sites[at].bytes = 0;
    }
    last.block = 0;
}

void pa_sites_part(void)
{
    last.block = 0;
}

void pa_sites_zero(void)
{
    for (uint64_t i = 0; sites != NULL && i <= mask; i++) {
        if (links[i].live != 0) {
            pa_live_codes[links[i].live].first_site = 0;
        }
        links[i] = (link){0, 0};
        sites[i] = (pa_site){0};
    }
    used = 0;
    last.block = 0;
    pa_live_zero();
}

bool pa_sites_start(unsigned minor)
{
    pa_sites_clear();
    frames = pa_frames_of(minor);
    row = frames == NULL ? PA_FRAME_ROWS : (unsigned)(frames - pa_frame_rows);
    return frames != NULL && pa_codes_start(frames) && pa_contexts_start(frames) && grow() &&
           (!pa_live_wanted || pa_live_start());
}

void pa_sites_clear(void)
{
    drop_table(pa_book_now.table, links);
    drop_table(spare, spare_links);
    spare = NULL;
    pa_codes_clear();
    pa_contexts_clear();
    pa_live_clear();
    pa_book_now = (pa_book){0};
    sites = NULL;
    links = NULL;
    mask = used = 0;
    pa_sited = 0;
    pa_book_full = false;
}
