#include "native/attach.h"

#include <pthread.h>
#include <string.h>

#include "core/core.h"
#include "native/allocators.h"
#include "native/creations.h"
#include "native/environment.h"
#include "native/program.h"
#include "native/python.h"
#include "native/refusal.h"
#include "native/thread.h"
#include "native/tracemalloc.h"

bool pa_attached;

const char *pa_refusal_sentence(uint64_t refused)
{
    static const char *const sentences[] = {
        [PA_COUNTED] = "pyallocs cannot count it",
        [PA_NOT_LISTED] = "pyallocs does not know the layout of this version",
        [PA_FREE_THREADED] = "it is a free-threaded build: these cannot be counted yet",
        [PA_OTHER_ALLOCATORS] = "its allocators were replaced before pyallocs came, perhaps by tracemalloc or another "
                                "profiler; run it without that",
        [PA_MIMALLOC] = "it uses mimalloc (PYTHONMALLOC=mimalloc), whose blocks cannot be told apart; run it without that "
                        "setting",
        [PA_NO_TRACE_TABLE] = "the table by which creations are seen up to 3.12 was not found in this build",
        [PA_NO_EVAL_HOOK] = "where a program begins cannot be seen in this build",
    };
    return sentences[refused < sizeof sentences / sizeof *sentences ? refused : PA_COUNTED];
}

/* Why not, as far as it can be told before anything is changed. */
static const char *obstacle(void)
{
    if (!pa_interpreters_find() && py.minor >= 12) {
        return "it has made interpreters of its own, which may run at once; count before the first of them is made";
    }
    void *(*get)(void) = py.PyInterpreterState_Get != NULL ? py.PyInterpreterState_Get : py._PyInterpreterState_Get;
    if (get == NULL || get() != py.PyInterpreterState_Main()) {
        return "this is a subinterpreter; only the main interpreter of a process can be counted";
    }
    void *data;
    if (py.PyRefTracer_GetTracer != NULL && py.PyRefTracer_GetTracer(&data) != NULL) {
        return "another tracer sees its objects (PyRefTracer_SetTracer), perhaps tracemalloc; run it without that";
    }
    return NULL;
}

/* Sees creations from now on. */
static bool see_creations(void)
{
    if (pa_layout_now->tracer) {
        pa_creations_trace();
        pa_tracemalloc_lead();
        return true;
    }
    pa_tracemalloc_prepare();
    bool seen = pa_tracemalloc_take() && pa_creations_divert();
    pa_tracemalloc_release();
    return seen;
}

/* Once. */
static uint64_t attach(const pa_heap *heap)
{
    unsigned minor = py.minor > 15 ? 15 : (unsigned)py.minor; /* newer ones must pass the self-check as the newest does */
    pa_setup setup = {minor, (uintptr_t)py.PyFrame_Type, UINTPTR_MAX, {0}};
    if (!pa_start(&setup) || !pa_phases_start()) {
        return PA_NOT_LISTED;
    }
    pa_suspend();
    pa_phases_set(PA_IDLE, PA_IDLE);
    pa_allocators_install(heap);
    bool seen = see_creations(); /* if not, what was put in stays, and does nothing */
    pa_resume();
    pthread_atfork(NULL, NULL, pa_threads_fork);
    return seen ? PA_COUNTED : PA_NO_TRACE_TABLE;
}

const char *pa_attach(void)
{
    if (pa_attached) {
        bool worker = pa_env.session[0] != '\0' && pa_env.worker >= 0;
        return worker ? "pyallocs counts its statements from outside; a statement cannot count itself as well" : NULL;
    }
    const char *why = obstacle();
    if (why != NULL) {
        return why;
    }
    if (pa_recorded == NULL && !pa_recording_open_private()) {
        return "there is no room in memory for its counters, 64 MiB of which little is used: raise ulimit -v";
    }
    static bool tried;
    if (!tried && pa_env.session[0] == '\0') { /* otherwise it was refused before it began */
        pa_heap heap;
        pa_recorded->refused = pa_refusal(&heap); /* what is in the way may be gone when it is asked again */
        if (pa_recorded->refused == PA_COUNTED) {
            tried = true;
            pa_recorded->refused = attach(&heap);
        }
        pa_attached = pa_recorded->refused == PA_COUNTED;
    }
    return pa_attached ? NULL : pa_refusal_sentence(pa_recorded->refused);
}

const char *pa_attached_problem(void)
{
    if (pa.flags & PA_NO_MEMORY) {
        return "events were lost: there was no memory for the tables";
    }
    if (pa.flags & PA_TOO_MANY) {
        return "events were lost: there were too many types";
    }
    if (pa.flags & ~(uint32_t)PA_LONG_NAME) {
        return "the interpreter did what pyallocs does not understand: a block was handed out twice, or an object was not found";
    }
    if (!pa_allocators_in_place() || !pa_creations_in_place()) {
        return "the allocators or the tracer of the interpreter were replaced, perhaps by another profiler";
    }
    if (py.minor >= 12 && *pa_interpreters_made > 1) {
        return "interpreters of its own were made, which may run at once";
    }
    return NULL;
}
