#include "native/tracemalloc.h"

#include <dlfcn.h>
#include <string.h>

#include "core/core.h"
#include "native/allocators.h"
#include "native/creations.h"
#include "native/python.h"
#include "native/recording.h"
#include "native/thread.h"

/* struct _PyTraceMalloc_Config (Include/internal/pycore_pymem.h 3.8, pycore_tracemalloc.h 3.12). 3.8 and 3.9 have an int
   use_domain behind these. */
typedef struct {
    int initialized, tracing, max_nframe, use_domain;
} config;

static void *module;
static bool program_traces;

/* What can be led through ours. */
typedef void *(*no_arguments)(void *self, void *argument);
typedef void *(*fast)(void *self, void *const *arguments, ptrdiff_t count);

static struct {
    no_arguments is_tracing, get_object_traceback, get_traces, get_traced_memory, clear_traces, reset_peak, stop;
    fast start;
} true_methods;

bool pa_tracemalloc_used_by_program(void)
{
    return program_traces;
}

/* Up to 3.12 the program's tracemalloc is off while ours is on: its functions see the flag as it would be. Objects they
   make meanwhile are reported afterwards. */
static config *shared_config(void)
{
    static config *found;
    if (found == NULL) {
        found = dlsym(RTLD_DEFAULT, "_Py_tracemalloc_config"); /* 3.8-3.11 */
        char *runtime = dlsym(RTLD_DEFAULT, "_PyRuntime");
        if (found == NULL && py.minor == 12 && runtime != NULL) {
            found = (config *)(void *)(runtime + 2768); /* tracemalloc.config of _PyRuntimeState, 3.12 */
        }
    }
    return found;
}

static void *as_if_off(no_arguments method, void *self, void *argument, bool makes)
{
    if (program_traces) {
        return method(self, argument);
    }
    config *shared = shared_config();
    shared->tracing = 0;
    void *result = method(self, argument);
    shared->tracing = 1;
    if (makes && result != NULL) {
        pa_thread_event(&pa_self);
        pa_create((uintptr_t)result);
    }
    return result;
}

static void *is_tracing(void *self, void *argument)
{
    return as_if_off(true_methods.is_tracing, self, argument, false);
}

static void *get_object_traceback(void *self, void *argument)
{
    return as_if_off(true_methods.get_object_traceback, self, argument, false);
}

static void *get_traces(void *self, void *argument)
{
    return as_if_off(true_methods.get_traces, self, argument, true);
}

static void *get_traced_memory(void *self, void *argument)
{
    return as_if_off(true_methods.get_traced_memory, self, argument, true);
}

static void *clear_traces(void *self, void *argument)
{
    return as_if_off(true_methods.clear_traces, self, argument, false);
}

static void *reset_peak(void *self, void *argument)
{
    return as_if_off(true_methods.reset_peak, self, argument, false);
}

static void call_true_stop(void *self)
{
    void *none = true_methods.stop(self, NULL);
    if (none != NULL) {
        py.Py_DecRef(none);
    }
}

/* 3.8 has two kinds of tables. Where the module was there before us, the first block of a domain of its own replaces the one
   for plain addresses (tracemalloc_use_domain, Modules/_tracemalloc.c). */
static void use_domains(void)
{
    enum { NO_DOMAIN_OF_ANYBODY = 0x70616c6c };
    if (py.minor == 8 && !shared_config()->use_domain) {
        py.PyTraceMalloc_Track(NO_DOMAIN_OF_ANYBODY, 4096, 1);
        py.PyTraceMalloc_Untrack(NO_DOMAIN_OF_ANYBODY, 4096);
    }
}

/* Tracing for us alone: with one frame, and without its allocators. */
static bool start_for_us(void *self)
{
    void *one = py.PyLong_FromLong(1);
    void *arguments[1] = {one};
    void *none = true_methods.start(self, arguments, 1);
    py.Py_DecRef(one);
    pa_allocators_restore();
    if (none == NULL) {
        return false;
    }
    py.Py_DecRef(none);
    use_domains();
    return true;
}

/* tracemalloc.start(): its allocators stand in front of ours, so ours stand in front of them once more. */
static void *start(void *self, void *const *arguments, ptrdiff_t count)
{
    if (program_traces) {
        void *again = true_methods.start(self, arguments, count);
        if (py.PyRefTracer_SetTracer != NULL) {
            pa_creations_trace(); /* 3.13 sets its tracer anew (_PyTraceMalloc_Start, Python/tracemalloc.c) */
        }
        return again;
    }
    if (py.PyRefTracer_SetTracer == NULL) {
        call_true_stop(self);
    }
    void *result = true_methods.start(self, arguments, count);
    if (result == NULL) { /* a wrong number of frames */
        if (py.PyRefTracer_SetTracer == NULL) {
            void *type, *value, *traceback;
            py.PyErr_Fetch(&type, &value, &traceback);
            start_for_us(self);
            py.PyErr_Restore(type, value, traceback);
        }
        return NULL;
    }
    program_traces = true;
    pa_allocators_install_again();
    if (py.PyRefTracer_SetTracer != NULL) {
        pa_creations_trace();
    }
    return result;
}

static void *stop(void *self, void *argument)
{
    if (!program_traces) {
        return shared_config() == NULL ? true_methods.stop(self, argument) : as_if_off(true_methods.stop, self, argument, false);
    }
    pa_creations_forget_next();
    void *result = true_methods.stop(self, argument); /* puts back the allocators it found: ours, the first set */
    program_traces = false;
    pa_allocators_restore();
    if (py.PyRefTracer_SetTracer != NULL) {
        py.PyRefTracer_SetTracer(NULL, NULL); /* 3.13.0 leaves its own there */
        pa_creations_trace();
    }
    else {
        start_for_us(self);
    }
    return result;
}

/* Replaces a method by ours and remembers it. */
static void lead(pa_method *methods, const char *name, no_arguments ours, no_arguments *original)
{
    for (pa_method *method = methods; method->name != NULL; method++) {
        if (strcmp(method->name, name) == 0) {
            *original = method->function;
            method->function = ours;
        }
    }
}

static void lead_fast(pa_method *methods, const char *name, fast ours, fast *original)
{
    for (pa_method *method = methods; method->name != NULL; method++) {
        if (strcmp(method->name, name) == 0) {
            memcpy(original, &method->function, sizeof *original);
            memcpy(&method->function, &ours, sizeof ours);
        }
    }
}

/* PyModuleDef.m_methods (Include/moduleobject.h, 3.8-3.15). */
enum { METHODS_OF_DEF = 64 };

static bool lead_methods(void *made)
{
    bool is_def = pa_word((uintptr_t)made + PA_OB_TYPE) == (uintptr_t)py.PyModuleDef_Type;
    uintptr_t def = (uintptr_t)(is_def ? made : py.PyModule_GetDef(made));
    pa_method *methods = (pa_method *)pa_word(def + METHODS_OF_DEF);
    if (methods == NULL || true_methods.start != NULL) {
        return methods != NULL;
    }
    lead_fast(methods, "start", start, &true_methods.start);
    lead(methods, "stop", stop, &true_methods.stop);
    if (py.PyRefTracer_SetTracer == NULL) {
        lead(methods, "is_tracing", is_tracing, &true_methods.is_tracing);
        lead(methods, "_get_object_traceback", get_object_traceback, &true_methods.get_object_traceback);
        lead(methods, "_get_traces", get_traces, &true_methods.get_traces);
        lead(methods, "get_traced_memory", get_traced_memory, &true_methods.get_traced_memory);
        lead(methods, "clear_traces", clear_traces, &true_methods.clear_traces);
        lead(methods, "reset_peak", reset_peak, &true_methods.reset_peak);
    }
    return true_methods.start != NULL && true_methods.stop != NULL;
}

static void *(*true_init)(void);

/* In the place of PyInit__tracemalloc. */
static void *init_module(void)
{
    void *made = true_init();
    if (made != NULL) {
        lead_methods(made);
    }
    return made;
}

/* The entry of the module in the table of built-in modules: a copy on the heap, since our own modules were added to it. */
static pa_inittab *find_entry(void)
{
    pa_inittab *entry = *(pa_inittab **)py.PyImport_Inittab;
    while (entry->name != NULL && strcmp(entry->name, "_tracemalloc") != 0) {
        entry++;
    }
    return entry->name == NULL ? NULL : entry;
}

void pa_tracemalloc_prepare(void)
{
    pa_inittab *entry = find_entry();
    if (py.minor == 8 && shared_config()->initialized == 0) {
        shared_config()->use_domain = 1;
    }
    if (entry != NULL && py.PyRefTracer_SetTracer != NULL) {
        true_init = entry->init;
        entry->init = init_module;
    }
}

void pa_tracemalloc_lead(void)
{
    pa_inittab *entry = find_entry();
    void *made = entry == NULL ? NULL : entry->init();
    if (made == NULL) {
        py.PyErr_Clear();
        return; /* there is none: what replaces our tracer is noticed (pa_creations_in_place) */
    }
    lead_methods(made);
    if (pa_word((uintptr_t)made + PA_OB_TYPE) != (uintptr_t)py.PyModuleDef_Type) {
        py.Py_DecRef(made);
    }
}

/* The collector counts the objects it knows, and dicts wait in a freelist: what is made here for a moment must leave both as
   they were, or the program's own collections would come at other moments. */
static bool dict_is_fresh, function_is_fresh;

static uint64_t object_requests(void)
{
    const pa_tally *startup = &pa_recorded->phases[PA_STARTUP - 1];
    return startup->requested[PA_OBJ][0] + startup->requested[PA_OBJ][1];
}

/* Whether making such an object asks the allocator: its freelist is empty, or there is none. It is dropped again. */
static bool asks(void *(*make)(void))
{
    pa_resume();
    uint64_t before = object_requests();
    void *made = make();
    bool asked = object_requests() > before;
    pa_suspend();
    py.Py_DecRef(made);
    return asked;
}

static void *some_function(void)
{
    static pa_method method = {"pyallocs", is_tracing, PA_METH_NOARGS, NULL};
    return py.PyCFunction_NewEx(&method, NULL, NULL);
}

bool pa_tracemalloc_take(void)
{
    pa_inittab *entry = find_entry();
    if (entry == NULL) {
        return false;
    }
    dict_is_fresh = asks(py.PyDict_New);
    function_is_fresh = py.minor == 8 && asks(some_function);
    module = entry->init();
    return module != NULL && lead_methods(module);
}

bool pa_tracemalloc_start(void)
{
    void *tracing = true_methods.is_tracing(module, NULL);
    program_traces = tracing != (void *)NULL && tracing == py._Py_TrueStruct;
    if (tracing != NULL) {
        py.Py_DecRef(tracing);
    }
    if (program_traces) { /* PYTHONTRACEMALLOC, -X tracemalloc */
        pa_allocators_install_again();
        return true;
    }
    return start_for_us(module);
}

void pa_tracemalloc_join(void)
{
    program_traces = true;
    pa_allocators_install_again();
}

void pa_tracemalloc_release(void)
{
    if (module == NULL) {
        return;
    }
    ptrdiff_t functions = 0;
    for (const pa_method *method = (pa_method *)pa_word((uintptr_t)py.PyModule_GetDef(module) + METHODS_OF_DEF);
         method->name != NULL; method++) {
        functions++;
    }
    py.PyDict_Clear(py.PyModule_GetDict(module)); /* the functions hold the module */
    py.Py_DecRef(module);
    module = NULL;
    if (dict_is_fresh) { /* its dict is in the freelist now: taken from there and freed for good */
        py.PyObject_GC_Del(py.PyDict_New());
    }
    for (; function_is_fresh && functions > 0; functions--) { /* 3.8 has a freelist of functions as well */
        py.PyObject_GC_Del(some_function());
    }
}
