#include "native/thread.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

#include "native/python.h"

__thread pa_thread pa_self __attribute__((tls_model("initial-exec")));
bool pa_divided;
uint8_t pa_main_phase, pa_other_phase;
unsigned pa_threads_in_regions;

static bool watching_end;
static unsigned suspensions;
static pthread_key_t thread_end;
static pa_tally *phase_lists[PA_PHASES][2];

/* Of all threads beyond PA_SLOTS - 1: written with atomic operations. */
static pa_slot *shared_slot(void)
{
    return &pa_recorded->slots[PA_SLOTS - 1];
}

static void give_back_slot(void *slot)
{
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

void pa_phases_update(void)
{
    pa_divided = pa_threads_in_regions > 0 || suspensions > 0 || watching_end || pa_main_phase != pa_other_phase;
    if (!pa_divided) {
        pa_now = phase_lists[pa_main_phase];
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
    if (self->suspended > 0) {
        pa_now = pa_nowhere;
        return;
    }
    int phase = self->main ? pa_main_phase : pa_other_phase;
    if (self->open == 0) {
        pa_now = phase_lists[phase];
        return;
    }
    if (phase == PA_IDLE) {
        pa_now = self->tallies + 1;
        return;
    }
    self->tallies[0] = phase_lists[phase][0];
    pa_now = self->tallies;
}

void pa_raw_event(pa_thread *self, int field, size_t bytes)
{
    if (PA_UNLIKELY(self->slot == NULL)) {
        pa_thread_begin(self);
    }
    if (PA_UNLIKELY(self->suspended > 0)) {
        return;
    }
    int phase = self->main ? pa_main_phase : pa_other_phase;
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
    for (unsigned i = 0; i < self->different; i++) {
        pa_region *region = (pa_region *)(void *)self->tallies[i + 1]; /* the tally is its first member */
        __atomic_fetch_add(&region->raw[field], 1, __ATOMIC_RELAXED);
        if (field < PA_RAW_RELEASES) {
            __atomic_fetch_add(&region->raw[field + 1], bytes, __ATOMIC_RELAXED);
        }
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
    pa_phases_update();
}

void pa_threads_fork(void)
{
    unsigned open = pa_self.open;
    pa_self.slot = NULL;
    pa_threads_in_regions = open > 0;
    suspensions = pa_self.suspended;
    pa_phases_update();
}
