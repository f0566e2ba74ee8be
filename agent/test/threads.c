/* Threads that make events of the raw domain at once, beside one that holds the GIL and makes events of the obj domain: what
 * the slots and the tally have in the end must be what was done. Built with ThreadSanitizer by native.test.ts.
 *
 *   threads FOLDER THREADS EVENTS      prints "raw REQUESTS BYTES RELEASES object REQUESTS RELEASES threads COUNT", then
 *                                      "live" and blocks and bytes of the raw domain, and those of the others at the maximum
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/core.h"
#include "core/diverted.h"
#include "core/live.h"
#include "native/python.h"
#include "native/recording.h"
#include "native/thread.h"

static long events;
static const int64_t interpreters = 1;
const int64_t *pa_interpreters_made = &interpreters;

/* No event is at a site of Python code. */
static void *no_state(void)
{
    return NULL;
}

bool pa_host_readable(uintptr_t address, size_t size)
{
    return address != 0 && size != 0;
}

/* Each keeps one block of its own size. */
static void *raw_thread(void *size)
{
    static char memory[2048][2];
    const uintptr_t from = (uintptr_t)&memory[(intptr_t)size][0], to = from + 1;
    for (long i = 0; i < events; i++) {
        pa_raw_event(&pa_self, PA_RAW_REQUESTS, (size_t)size);
        pa_raw_live_request(&pa_self, from, 1);
        pa_raw_block taken = pa_raw_live_take(from);
        pa_raw_live_put(&pa_self, &taken, from, to, (size_t)size);
        pa_raw_event(&pa_self, PA_RAW_RELEASES, 0);
        if (i + 1 < events) {
            pa_raw_live_release(&pa_self, to);
        }
    }
    return NULL;
}

int main(int count, char **arguments)
{
    int threads = count == 4 ? atoi(arguments[2]) : 0;
    events = count == 4 ? atol(arguments[3]) : 0;
    pa_setup setup = {13, 0, 0, {0}};
    py.PyThreadState_GetUnchecked = no_state;
    pa_live_wanted = true;
    if (threads < 1 || threads > 2000 || !pa_recording_open(arguments[1], 0) || !pa_start(&setup) || !pa_phases_start() ||
        !pa_book_start()) {
        fprintf(stderr, "usage: threads FOLDER THREADS EVENTS\n");
        return 2;
    }
    pa_self.main = true;
    pa_phases_set(PA_PROGRAM, PA_PROGRAM);
    static pthread_t all[2000];
    for (intptr_t i = 0; i < threads; i++) {
        if (pthread_create(&all[i], NULL, raw_thread, (void *)(i + 1)) != 0) {
            perror("pthread_create");
            return 2;
        }
    }
    static char block[64];
    for (long i = 0; i < events; i++) {
        pa_thread_event(&pa_self);
        pa_request(PA_OBJ, (uintptr_t)block, 48, PA_PYMALLOC);
        pa_release(PA_OBJ, (uintptr_t)block);
    }
    for (int i = 0; i < threads; i++) {
        pthread_join(all[i], NULL);
    }
    uint64_t raw[PA_RAW_FIELDS] = {0};
    for (int i = 0; i < PA_SLOTS; i++) {
        for (int field = 0; field < PA_RAW_FIELDS; field++) {
            raw[field] += pa_recorded->slots[i].raw[PA_PROGRAM - 1][field];
        }
    }
    const pa_tally *tally = &pa_recorded->phases[PA_PROGRAM - 1];
    printf("raw %llu %llu %llu object %llu %llu threads %llu\n", (unsigned long long)raw[PA_RAW_REQUESTS],
           (unsigned long long)raw[PA_RAW_BYTES], (unsigned long long)raw[PA_RAW_RELEASES],
           (unsigned long long)tally->requested[PA_OBJ][0], (unsigned long long)tally->totals.releases,
           (unsigned long long)pa_recorded->threads);
    const pa_live *live = pa_book_now.live;
    printf("live %llu %llu others %llu %llu\n", (unsigned long long)live->raw.blocks, (unsigned long long)live->raw.bytes,
           (unsigned long long)live->all.peak_blocks, (unsigned long long)live->all.peak_bytes);
    return 0;
}
