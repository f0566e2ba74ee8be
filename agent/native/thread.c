#include "native/thread.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/live.h"
#include "native/program.h"
#include "native/python.h"
#include "native/thread_names.h"

__thread pa_thread pa_self __attribute__((tls_model("initial-exec")));
bool pa_divided;
uint8_t pa_main_phase, pa_other_phase;
unsigned pa_threads_in_regions;

static bool watching_end;
static bool recorded; /* there is a book */
static void *(*current_state)(void);
static unsigned suspensions;
static pthread_key_t thread_end;
static pa_tally *phase_lists[PA_PHASES][2];

/* Of all threads beyond PA_SLOTS - 1: written with atomic operations. */
static pa_slot *shared_slot(void)
{
    return &pa_recorded->slots[PA_SLOTS - 1];
}

/* Who has which scope; one of a thread that ends is given back without the GIL. */
enum { SCOPES = 512 };
static const pa_thread *scopes[SCOPES];

bool pa_scopes_in_use(void)
{
    for (size_t i = 0; i < SCOPES; i++) {
        if (__atomic_load_n(&scopes[i], __ATOMIC_ACQUIRE) != NULL) {
            return true;
        }
    }
    return false;
}

bool pa_scope_take(pa_thread *self)
{
    for (uint16_t i = 0; i < SCOPES; i++) {
        if (__atomic_load_n(&scopes[i], __ATOMIC_ACQUIRE) == NULL) {
            __atomic_store_n(&scopes[i], self, __ATOMIC_RELEASE);
            self->scope = i + 1;
            self->path.root = 0;
            return true;
        }
    }
    return false;
}

void pa_scope_give(pa_thread *self)
{
    __atomic_store_n(&scopes[self->scope - 1], NULL, __ATOMIC_RELEASE);
    self->scope = 0;
    self->path.root = 0;
}

/* Those of a thread that has ended, or of all others, which a fork has left behind. */
static void give_back_scopes(const pa_thread *self, bool own)
{
    for (size_t i = 0; i < SCOPES; i++) {
        const pa_thread *owner = __atomic_load_n(&scopes[i], __ATOMIC_ACQUIRE);
        if (owner != NULL && (owner == self) == own) {
            __atomic_store_n(&scopes[i], NULL, __ATOMIC_RELEASE);
        }
    }
}

static void give_back_slot(void *slot)
{
    pa_path_clear(&pa_self.path);
    pa_self.open = pa_self.different = 0; /* a region it was in when it ended */
    pa_self.sited = pa_self.scope = 0;
    give_back_scopes(&pa_self, true);
    free(pa_self.entered);
    pa_self.entered = NULL;
    __atomic_store_n(&((pa_slot *)slot)->in_use, 0, __ATOMIC_RELEASE);
    pa_self.slot = NULL;
}

bool pa_phases_start(void)
{
    if (pthread_key_create(&thread_end, give_back_slot) != 0) {
        return false;
    }
    for (int phase = PA_STARTUP; phase < PA_PHASES; phase++) {
        pa_tally *tally = &pa_recorded->phases[phase - 1];
        if (!pa_tally_add(tally)) {
            return false;
        }
        phase_lists[phase][0] = tally;
    }
    return true;
}

/* What becomes of events that belong to a phase (core/sites.h). */
static uint8_t sited_in(int phase)
{
    if (!recorded || phase < PA_PROGRAM) {
        return 0;
    }
    uint8_t live = !pa_live_wanted ? 0 : phase == PA_PROGRAM ? PA_LIVE : PA_LIVE_OVER;
    return (uint8_t)(live | (phase == PA_PROGRAM ? PA_SITED : 0));
}

void pa_phases_update(void)
{
    pa_divided = pa_threads_in_regions > 0 || suspensions > 0 || watching_end || pa_main_phase != pa_other_phase;
    if (!pa_divided) {
        pa_now = phase_lists[pa_main_phase];
        pa_sited = sited_in(pa_main_phase);
    }
}

/* A thread and its open regions, the outermost first. */
static uint32_t path_root(pa_path *path)
{
    const pa_thread *self = &pa_self;
    if (path->label == 0) {
        path->label = pa_label_new(self->main ? "MainThread" : NULL);
    }
    uint32_t root = pa_context_child(0, PA_CONTEXT_THREAD, path->label);
    for (unsigned i = 0; i < self->different; i++) {
        pa_region *region = (pa_region *)(void *)self->entered->tallies[i + 1]; /* the tally is its first member */
        if (region->name == NULL) { /* an interval that the program counts by itself */
            continue;
        }
        if (region->label == 0) {
            region->label = pa_label_new(region->name);
        }
        root = pa_context_child(root, PA_CONTEXT_REGION, (uint32_t)region->label);
    }
    return root;
}

/* A thread keeps its state until that is freed (pa_thread_released), unless there are several interpreters. From 3.12 on
   these may run at once (PEP 684), and nothing guards the tables of sites: from then on events are at no instruction, so
   that no site is new. */
static uintptr_t thread_state(void)
{
    if (PA_UNLIKELY(*pa_interpreters_made != 1 && py.minor >= 12)) {
        return 0;
    }
    uintptr_t state = (uintptr_t)current_state();
    pa_self.path.state = *pa_interpreters_made == 1 ? state : 0;
    return state;
}

void pa_thread_released(pa_thread *self, uintptr_t block)
{
    if (block == self->path.state) {
        self->path.state = 0;
    }
}

static bool see_sites(uint32_t (*root)(pa_path *path))
{
    current_state = py.PyThreadState_GetUnchecked != NULL ? py.PyThreadState_GetUnchecked : py._PyThreadState_UncheckedGet;
    pa_thread_state = thread_state;
    pa_path_root = root;
    return current_state != NULL && pa_sites_start(pa_layout_now->minor);
}

bool pa_book_start(void)
{
    pa_name_thread = pa_name_by_frame;
    recorded = see_sites(path_root);
    return recorded;
}

static uint32_t scope_root(pa_path *path)
{
    (void)path;
    return pa_context_child(0, PA_CONTEXT_THREAD, pa_self.scope);
}

bool pa_scopes_start(void)
{
    pa_callers = false;
    return see_sites(scope_root);
}

/* Whether this thread may touch what the GIL guards. From 3.12 on the current state is a variable of each thread. */
static bool holds_gil(void)
{
    void *state = current_state();
    return state != NULL && (py.minor >= 12 || state == py.PyGILState_GetThisThreadState());
}

/* A request, resize or release of the raw domain, at the site of a thread that holds the GIL. */
static void charge_raw(pa_thread *self, int field, size_t bytes)
{
    static const unsigned kinds[PA_RAW_FIELDS] = {[PA_RAW_RESIZES] = 1, [PA_RAW_RELEASES] = 2};
    if (PA_UNLIKELY(*pa_interpreters_made != 1)) { /* making one makes such events */
        self->path.state = 0;
    }
    if (holds_gil()) {
        pa_path_now = &self->path;
        pa_site_event(PA_SITE_RAW + kinds[field], 0, bytes);
    }
}

uint64_t pa_monotonic(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void pa_phases_set(int main, int others)
{
    if (main == PA_PROGRAM && pa_main_phase != PA_PROGRAM) {
        pa_next_interval();
        if (pa_recorded->began == 0) {
            pa_recorded->began = pa_monotonic();
        }
    }
    if (main != PA_PROGRAM && pa_main_phase == PA_PROGRAM) {
        pa_recorded->ended = pa_monotonic();
    }
    pa_main_phase = (uint8_t)main;
    pa_other_phase = (uint8_t)others;
    pa_phases_update();
}

void pa_phases_watch_end(void)
{
    watching_end = true;
    pa_phases_update();
}

static bool finalizing(void)
{
    return py.Py_IsFinalizing != NULL ? py.Py_IsFinalizing() : py._Py_IsFinalizing != NULL && py._Py_IsFinalizing();
}

void pa_thread_begin(pa_thread *self)
{
    uint64_t free = 0;
    for (int i = 0; i < PA_SLOTS - 1 && self->slot == NULL; i++) {
        pa_slot *slot = &pa_recorded->slots[i];
        if (__atomic_load_n(&slot->in_use, __ATOMIC_RELAXED) == 0 &&
            __atomic_compare_exchange_n(&slot->in_use, &free, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
            self->slot = slot;
        }
        free = 0;
    }
    __atomic_fetch_add(&pa_recorded->threads, 1, __ATOMIC_RELAXED);
    if (self->slot == NULL) {
        self->slot = shared_slot();
    }
    else if (!self->main) {
        pthread_setspecific(thread_end, self->slot);
    }
}

void pa_thread_choose(pa_thread *self)
{
    if (watching_end && finalizing()) {
        watching_end = false;
        pa_phases_set(PA_SHUTDOWN, PA_SHUTDOWN);
        if (!pa_divided) {
            return;
        }
    }
    int phase = self->main ? pa_main_phase : pa_other_phase;
    pa_sited = sited_in(phase);
    if (self->suspended > 0) {
        pa_sited &= (uint8_t)~PA_SITED;
        pa_now = pa_nowhere;
        return;
    }
    if (self->alone) {
        pa_sited &= (uint8_t)~PA_SITED;
        phase = PA_IDLE;
    }
    if (PA_UNLIKELY(self->sited > 0)) {
        pa_sited |= PA_SITED;
    }
    if (self->open == 0) {
        pa_now = phase_lists[phase];
        return;
    }
    if (phase == PA_IDLE) {
        pa_now = self->entered->tallies + 1;
        return;
    }
    self->entered->tallies[0] = phase_lists[phase][0];
    pa_now = self->entered->tallies;
}

void pa_raw_event(pa_thread *self, int field, size_t bytes)
{
    if (PA_UNLIKELY(self->slot == NULL)) {
        pa_thread_begin(self);
    }
    if (PA_UNLIKELY(self->suspended > 0)) {
        return;
    }
    int phase = self->alone ? PA_IDLE : self->main ? pa_main_phase : pa_other_phase;
    if (PA_LIKELY(phase != PA_IDLE)) {
        uint64_t *raw = self->slot->raw[phase - 1];
        if (PA_LIKELY(self->slot != shared_slot())) {
            raw[field]++;
            if (field < PA_RAW_RELEASES) {
                raw[field + 1] += bytes;
            }
        }
        else {
            __atomic_fetch_add(&raw[field], 1, __ATOMIC_RELAXED);
            if (field < PA_RAW_RELEASES) {
                __atomic_fetch_add(&raw[field + 1], bytes, __ATOMIC_RELAXED);
            }
        }
    }
    if (PA_UNLIKELY(recorded) && phase == PA_PROGRAM) {
        charge_raw(self, field, bytes);
    }
    for (unsigned i = 0; i < self->different; i++) {
        pa_region *region = (pa_region *)(void *)self->entered->tallies[i + 1]; /* the tally is its first member */
        __atomic_fetch_add(&region->raw[field], 1, __ATOMIC_RELAXED);
        if (field < PA_RAW_RELEASES) {
            __atomic_fetch_add(&region->raw[field + 1], bytes, __ATOMIC_RELAXED);
        }
    }
}

static pthread_mutex_t raw_live = PTHREAD_MUTEX_INITIALIZER;

static uint8_t followed_in(const pa_thread *self)
{
    return sited_in(self->main ? pa_main_phase : pa_other_phase) & (PA_LIVE | PA_LIVE_OVER);
}

void pa_raw_live_request(const pa_thread *self, uintptr_t block, size_t size)
{
    if (self->suspended == 0 && followed_in(self) == PA_LIVE) {
        pthread_mutex_lock(&raw_live);
        pa_live_raw_request(block, size);
        pthread_mutex_unlock(&raw_live);
    }
}

void pa_raw_live_release(const pa_thread *self, uintptr_t block)
{
    uint8_t followed = followed_in(self);
    size_t size;
    if (followed != 0) {
        pthread_mutex_lock(&raw_live);
        if (pa_live_raw_take(block, &size) && followed == PA_LIVE) {
            pa_live_raw_gone(size);
        }
        pthread_mutex_unlock(&raw_live);
    }
}

pa_raw_block pa_raw_live_take(uintptr_t block)
{
    pa_raw_block taken = {false, 0};
    pthread_mutex_lock(&raw_live);
    taken.followed = pa_live_raw_take(block, &taken.size);
    pthread_mutex_unlock(&raw_live);
    return taken;
}

void pa_raw_live_put(const pa_thread *self, const pa_raw_block *taken, uintptr_t from, uintptr_t to, size_t size)
{
    if (taken->followed) {
        bool changes = to != 0 && followed_in(self) == PA_LIVE;
        pthread_mutex_lock(&raw_live);
        pa_live_raw_put(to == 0 ? from : to, taken->size, changes ? size : taken->size);
        pthread_mutex_unlock(&raw_live);
    }
}

void pa_suspend(void)
{
    pa_self.suspended++;
    suspensions++;
    pa_divided = true;
}

void pa_resume(void)
{
    pa_self.suspended--;
    suspensions--;
    pa_sites_part();
    pa_phases_update();
}

void pa_threads_fork(void)
{
    unsigned open = pa_self.open;
    pa_self.slot = NULL;
    pa_threads_in_regions = open > 0;
    suspensions = pa_self.suspended;
    give_back_scopes(&pa_self, false);
    pthread_mutex_init(&raw_live, NULL);
    pa_phases_update();
}
