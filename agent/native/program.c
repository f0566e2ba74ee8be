#include "native/program.h"

#include <dlfcn.h>
#include <string.h>

#include "native/allocators.h"
#include "native/creations.h"
#include "native/python.h"
#include "native/thread.h"

typedef void *(*evaluation)(void *state, void *frame, int throw);
typedef void *(*evaluation_38)(void *frame, int throw);

static uintptr_t main_globals;
static void *interpreter;
static evaluation_38 *slot_38; /* PyInterpreterState.eval_frame: 3.8 has no function to set it */

/* Callbacks of atexit run in the order opposite to that of their registration. Those that the program registered count;
   those of start-up do not. One of ours, registered when the program has ended, is called first, and counting goes on;
   if there are callbacks of start-up, another one, registered before the program began, is called between. */
static void *at_exit_begin(void *self, void *argument)
{
    (void)self;
    (void)argument;
    pa_phases_set(PA_PROGRAM, PA_PROGRAM);
    pa_phases_watch_end();
    py.Py_IncRef(py._Py_NoneStruct);
    return py._Py_NoneStruct;
}

static void *at_exit_end(void *self, void *argument)
{
    (void)self;
    (void)argument;
    pa_phases_set(PA_SHUTDOWN, PA_PROGRAM);
    py.Py_IncRef(py._Py_NoneStruct);
    return py._Py_NoneStruct;
}

static long callbacks_before;

static void *at_exit_module(void)
{
    return py.PyDict_GetItemString(py.PyImport_GetModuleDict(), "atexit");
}

/* How many callbacks there are; none when the module was never imported. */
static long at_exit_callbacks(void)
{
    void *module = at_exit_module();
    void *count = module == NULL ? NULL : pa_call_method(module, "_ncallbacks", NULL);
    long found = count == NULL ? 0 : py.PyLong_AsLong(count);
    if (count != NULL) {
        py.Py_DecRef(count);
    }
    py.PyErr_Clear();
    return found;
}

static void register_at_exit(pa_method *method)
{
    void *callback = py.PyCFunction_NewEx(method, NULL, NULL);
    void *result = callback == NULL ? NULL : pa_call_method(at_exit_module(), "register", callback);
    if (result != NULL) {
        py.Py_DecRef(result);
    }
    py.PyErr_Clear();
}

static void begin(void)
{
    static pa_method method = {"pyallocs", at_exit_end, PA_METH_NOARGS, NULL};
    pa_suspend();
    callbacks_before = at_exit_callbacks();
    if (callbacks_before > 0) {
        register_at_exit(&method);
        callbacks_before++;
    }
    pa_resume();
    pa_recorded->state = PA_RUNNING;
    pa_phases_set(PA_PROGRAM, PA_PROGRAM);
}

static void end(void)
{
    static pa_method method = {"pyallocs", at_exit_begin, PA_METH_NOARGS, NULL};
    pa_phases_set(PA_SHUTDOWN, PA_PROGRAM);
    pa_phases_watch_end();
    pa_recorded->state = PA_STOPPING;
    pa_suspend();
    void *type, *value, *traceback;
    py.PyErr_Fetch(&type, &value, &traceback);
    if (at_exit_callbacks() > callbacks_before) {
        register_at_exit(&method);
    }
    pa_program_check();
    py.PyErr_Restore(type, value, traceback);
    pa_resume();
}

static bool is_main(void *frame)
{
    return pa_word((uintptr_t)frame + pa_layout_now->frame_globals) == main_globals;
}

static void set_evaluation(evaluation function)
{
    void *pointer;
    memcpy(&pointer, &function, sizeof pointer);
    py._PyInterpreterState_SetEvalFrameFunc(interpreter, pointer);
}

static void *evaluate(void *state, void *frame, int throw)
{
    if (PA_LIKELY(!is_main(frame) || !pa_self.main)) {
        return py._PyEval_EvalFrameDefault(state, frame, throw);
    }
    set_evaluation(py._PyEval_EvalFrameDefault);
    begin();
    void *result = py._PyEval_EvalFrameDefault(state, frame, throw);
    end();
    return result;
}

static evaluation_38 default_38;

static void *evaluate_38(void *frame, int throw)
{
    if (PA_LIKELY(!is_main(frame) || !pa_self.main)) {
        return default_38(frame, throw);
    }
    *slot_38 = default_38;
    begin();
    void *result = default_38(frame, throw);
    end();
    return result;
}

/* PyInterpreterState of 3.8 is 4 to 8 KiB; eval_frame is the only word in it that is this function. */
static evaluation_38 *find_slot_38(void)
{
    memcpy(&default_38, &py._PyEval_EvalFrameDefault, sizeof default_38);
    for (size_t offset = 0; offset < 4096; offset += sizeof(void *)) {
        evaluation_38 *slot = (evaluation_38 *)(void *)((char *)interpreter + offset);
        if (*slot == default_38) {
            return slot;
        }
    }
    return NULL;
}

/* The count of interpreters that were ever made: struct pyinterpreters in _PyRuntimeState (head, main, next_id). */
static const int64_t unknown = 2;
const int64_t *pa_interpreters_made = &unknown;

static void find_interpreters_made(void)
{
    const uintptr_t *words = dlsym(RTLD_DEFAULT, "_PyRuntime");
    for (size_t i = 0; words != NULL && i < 256; i++) {
        if (words[i] == (uintptr_t)interpreter && words[i + 1] == (uintptr_t)interpreter && words[i + 2] == 1) {
            pa_interpreters_made = (const int64_t *)(words + i + 2);
            return;
        }
    }
}

bool pa_interpreters_find(void)
{
    void *(*get)(void) = py.PyInterpreterState_Get != NULL ? py.PyInterpreterState_Get : py._PyInterpreterState_Get;
    interpreter = get == NULL ? NULL : get();
    if (interpreter != NULL) {
        find_interpreters_made();
    }
    return pa_interpreters_made != &unknown;
}

bool pa_program_watch(void)
{
    pa_interpreters_find();
    void *module = py.PyImport_AddModule("__main__");
    if (interpreter == NULL || module == NULL) {
        return false;
    }
    main_globals = (uintptr_t)py.PyModule_GetDict(module);
    if (py.minor == 8) {
        slot_38 = find_slot_38();
        if (slot_38 == NULL) {
            return false;
        }
        *slot_38 = evaluate_38;
        return true;
    }
    if (py._PyInterpreterState_SetEvalFrameFunc == NULL) {
        return false;
    }
    set_evaluation(evaluate);
    return true;
}

void pa_program_check(void)
{
    if (!pa_allocators_in_place() || !pa_creations_in_place()) {
        pa_recorded->notes |= PA_NOTE_HOOKS_REPLACED;
    }
    if (pa_interpreters_made != &unknown && *pa_interpreters_made > 1 && py.minor >= 12) {
        pa_recorded->notes |= PA_NOTE_SUBINTERPRETERS;
    }
}
