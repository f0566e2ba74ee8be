/* Threads that make events of the raw domain at once, beside one that holds the GIL and makes events of the obj domain: what
 * the slots and the tally have in the end must be what was done. Built with ThreadSanitizer by native.test.ts.
 *
 *   threads FOLDER THREADS EVENTS      prints "raw REQUESTS BYTES RELEASES object REQUESTS RELEASES threads COUNT"
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/core.h"
#include "core/diverted.h"
#include "native/python.h"
#include "native/recording.h"
#include "native/thread.h"

static long events;

bool pa_host_readable(uintptr_t address, size_t size)
{
    return address != 0 && size != 0;
}

static void *raw_thread(void *size)
{
    for (long i = 0; i < events; i++) {
        pa_raw_event(&pa_self, PA_RAW_REQUESTS, (size_t)size);
        pa_raw_event(&pa_self, PA_RAW_RELEASES, 0);
    }
    return NULL;
}

int main(int count, char **arguments)
{
    int threads = count == 4 ? atoi(arguments[2]) : 0;
    events = count == 4 ? atol(arguments[3]) : 0;
    pa_setup setup = {13, 0, 0, {0}};
    if (threads < 1 || threads > 2000 || !pa_recording_open(arguments[1], 0) || !pa_start(&setup) || !pa_phases_start()) {
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
    return 0;
}
