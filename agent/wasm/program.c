/* A program inside a CPython that is WebAssembly: the code run as `__main__` is counted from its first instruction until it
 * returns or raises, and atexit callbacks from the first of them on. Python calls both functions, through a PyMethodDef that
 * the host makes; the host reads the counts in between, while nothing is counted.
 */
#include "wasm/recorder.h"

#include "core/core.h"

#define EXPORT __attribute__((visibility("default")))

typedef uintptr_t evaluate_code(uintptr_t code, uintptr_t globals, uintptr_t locals);

static evaluate_code *evaluate;
static uintptr_t runner_type, none;
static pa_counts before_main;
static enum { BEFORE_MAIN, IN_MAIN, AFTER_MAIN } stage;

/* `eval_code`: PyEval_EvalCode. `type`: what it makes to run code, &PyFunction_Type, up to 3.10 &PyFrame_Type. */
EXPORT void use_interpreter(evaluate_code *eval_code, uintptr_t type, uintptr_t none_object)
{
    evaluate = eval_code;
    runner_type = type;
    none = none_object;
}

/* exec(code, globals) as a METH_FASTCALL function of Python (Include/methodobject.h). */
static uintptr_t execute(uintptr_t self, const uintptr_t *args, intptr_t count)
{
    (void)self, (void)count;
    pa_end();
    before_main = pa.totals;
    pa_begin_after(runner_type, pa_recorded);
    stage = IN_MAIN;
    uintptr_t result = evaluate(args[0], args[1], args[1]);
    stage = AFTER_MAIN;
    if (!pa_begun()) {
        pa_begin();
        pa_raise(PA_NO_BEGIN);
    }
    pa_end();
    return result;
}

/* The same for the host, which cannot take the address of what is exported. */
EXPORT uintptr_t run_main(const uintptr_t *code_and_globals)
{
    return execute(0, code_and_globals, 2);
}

/* How far the program is: 0 not begun, 1 running, 2 ended. */
EXPORT int program_stage(void)
{
    return stage;
}

/* What was counted when run_main was called: pa_counts. */
EXPORT const pa_counts *counts_before_main(void)
{
    return &before_main;
}

/* The atexit callback before all others, METH_NOARGS: begins to count. */
static uintptr_t begin_callbacks(uintptr_t self, uintptr_t nothing)
{
    (void)self, (void)nothing;
    uintptr_t references = pa_word(none) + 1; /* Py_INCREF(None): where None is immortal, one more does no harm */
    __builtin_memcpy((void *)none, &references, sizeof references);
    pa_begin();
    pa_sited = pa_recorded;
    return none;
}

/* Both as pointers, for a PyMethodDef. */
EXPORT void *run_main_pointer(void)
{
    return (void *)(uintptr_t)execute;
}

EXPORT void *begin_callbacks_pointer(void)
{
    return (void *)(uintptr_t)begin_callbacks;
}
