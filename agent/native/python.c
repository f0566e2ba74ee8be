#include "native/python.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

pa_python py;

/* A function pointer is stored by its bytes: C knows no other way to get one from dlsym. */
static bool find(void *slot, const char *name)
{
    void *found = dlsym(RTLD_DEFAULT, name);
    memcpy(slot, &found, sizeof found);
    return found != NULL;
}

bool pa_python_find(void)
{
    bool all = true;
#define FIND(type, name, arguments) all = find(&py.name, #name) && all;
    PA_PYTHON_REQUIRED(FIND)
#undef FIND
#define FIND(type, name, arguments) find(&py.name, #name);
    PA_PYTHON_OPTIONAL(FIND)
#undef FIND
#define FIND(name) all = find(&py.name, #name) && all;
    PA_PYTHON_DATA(FIND)
#undef FIND
    if (!all) {
        return false;
    }
    const char *version = py.Py_GetVersion(); /* "3.13.0 (main, …) [GCC …]" */
    char *end;
    long major = strtol(version, &end, 10);
    if (major != 3 || *end != '.') {
        return false;
    }
    py.minor = (int)strtol(end + 1, &end, 10);
    py.patch = *end == '.' ? (int)strtol(end + 1, NULL, 10) : 0;
    return true;
}

void *pa_call_method(void *object, const char *name, void *argument)
{
    void *method = py.PyObject_GetAttrString(object, name);
    void *args = py.PyTuple_New(argument == NULL ? 0 : 1);
    if (argument != NULL) {
        py.PyTuple_SetItem(args, 0, argument);
    }
    void *result = method == NULL ? NULL : py.PyObject_Call(method, args, NULL);
    py.Py_DecRef(args);
    if (method != NULL) {
        py.Py_DecRef(method);
    }
    return result;
}

void *pa_vectorcall(void *callable, void *const *arguments, size_t count, void *names)
{
    if (py.PyObject_Vectorcall != NULL) {
        return py.PyObject_Vectorcall(callable, arguments, count, names);
    }
    if (py._PyObject_Vectorcall != NULL) {
        return py._PyObject_Vectorcall(callable, arguments, count, names);
    }
    /* As the inline function of Include/cpython/abstract.h does, 3.8-3.10. */
    uintptr_t type = pa_word((uintptr_t)callable + sizeof(intptr_t));
    if (pa_word(type + 168) & PA_TPFLAGS_HAVE_VECTORCALL) {
        void *(*call)(void *, void *const *, size_t, void *);
        memcpy(&call, (char *)callable + pa_word(type + PA_TP_VECTORCALL_OFFSET), sizeof call);
        if (call != NULL) { /* 3.9 and 3.10: most classes have none */
            return call(callable, arguments, count, names);
        }
    }
    size_t positional = count & ~((size_t)1 << (8 * sizeof count - 1)); /* PY_VECTORCALL_ARGUMENTS_OFFSET */
    if (py.minor == 8) {
        void *(*call)(void *, void *const *, ptrdiff_t, void *);
        memcpy(&call, &py._PyObject_MakeTpCall, sizeof call);
        return call(callable, arguments, (ptrdiff_t)positional, names);
    }
    void *(*call)(void *, void *, void *const *, ptrdiff_t, void *); /* from 3.9 on with the thread state first */
    memcpy(&call, &py._PyObject_MakeTpCall, sizeof call);
    return call(py.PyThreadState_Get(), callable, arguments, (ptrdiff_t)positional, names);
}
