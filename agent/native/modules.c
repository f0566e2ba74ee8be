#include "native/modules.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "native/attach.h"
#include "native/counting.h"
#include "native/environment.h"
#include "native/objects.h"
#include "native/recording.h"
#include "native/regions.h"
#include "native/thread.h"

/* Not freed with the last reference: the interpreter does not ask who holds a definition. */
enum { MANY_REFERENCES = 1 << 28 };

static void *attach(void *module, void *unused)
{
    (void)module;
    (void)unused;
    const char *why = pa_attach();
    if (why != NULL) {
        return py.PyUnicode_FromString(why);
    }
    pa_suspend();
    bool made = pa_counting_prepare();
    pa_resume();
    return made ? pa_none() : NULL;
}

static void *agent_module(void)
{
    static pa_method methods[9];
    static pa_module_def def = {.references = MANY_REFERENCES, .name = "_pyallocs", .size = -1, .methods = methods};
    void *(*one[])(void *, void *) = {pa_region_of, attach,  pa_interval_of, pa_uncounted_of,
                                      pa_measure,   pa_warm, pa_call_in,     pa_sites_of};
    static const char *const names[] = {"region", "attach", "interval", "uncounted", "measure", "warm", "call_in", "sites"};
    static const int flags[] = {PA_METH_O,       PA_METH_NOARGS,  PA_METH_VARARGS, PA_METH_O,
                                PA_METH_VARARGS, PA_METH_VARARGS, PA_METH_VARARGS, PA_METH_VARARGS};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        pa_method_set(&methods[i], names[i], &one[i], flags[i]);
    }
    void *module = py.PyModule_Create2(&def, PA_API_VERSION);
    if (module != NULL) {
        py.PyModule_AddObject(module, "protocol", py.PyLong_FromLong(PA_REGION_PROTOCOL));
        py.PyModule_AddObject(module, "counting_protocol", py.PyLong_FromLong(PA_COUNTING_PROTOCOL));
    }
    return module;
}

static void *init_agent_module(void)
{
    pa_suspend();
    void *module = pa_regions_prepare() ? agent_module() : NULL;
    pa_resume();
    return module;
}

/* The same module where a running interpreter imports it from this file. A free-threaded one has larger objects. */
__attribute__((visibility("default"))) void *PyInit__pyallocs(void)
{
    static bool found;
    found = found || pa_python_find();
    if (!found) {
        if (py.PyErr_SetString != NULL && py.PyExc_ImportError != NULL) {
            py.PyErr_SetString(*(void **)py.PyExc_ImportError, "it has not all the functions of CPython 3.8 and later");
        }
        return NULL;
    }
    if (strstr(py.Py_GetVersion(), "free-threading build") != NULL) {
        py.PyErr_SetString(*(void **)py.PyExc_ImportError, pa_refusal_sentence(PA_FREE_THREADED));
        return NULL;
    }
    return agent_module();
}

/* The text of python/pyallocs/__init__.py, zero-terminated; NULL when it cannot be read. */
static char *module_source(const char *path)
{
    static char text[1 << 16];
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t size = file < 0 ? -1 : read(file, text, sizeof text - 1);
    if (file >= 0) {
        close(file);
    }
    if (size < 0) {
        return NULL;
    }
    text[size] = '\0';
    return text;
}

/* pyallocs, for a program in whose environment it is not installed: the same text, from beside the agent. */
static void *init_python_module(void)
{
    static pa_module_def def = {.references = MANY_REFERENCES, .name = "pyallocs", .size = -1};
    char path[4200];
    snprintf(path, sizeof path, "%s/__init__.py", pa_env.module);
    pa_suspend();
    char *source = module_source(path);
    void *module = source == NULL ? NULL : py.PyModule_Create2(&def, PA_API_VERSION);
    if (module != NULL) {
        void *globals = py.PyModule_GetDict(module), *folders = py.PyList_New(1);
        py.PyList_SetItem(folders, 0, py.PyUnicode_FromString(pa_env.module));
        py.PyModule_AddObject(module, "__path__", folders);
        py.PyModule_AddObject(module, "__file__", py.PyUnicode_FromString(path));
        py.PyDict_SetItemString(globals, "__builtins__", py.PyEval_GetBuiltins());
        void *code = py.Py_CompileString(source, path, PA_FILE_INPUT);
        void *result = code == NULL ? NULL : py.PyEval_EvalCode(code, globals, globals);
        pa_drop(code);
        if (result == NULL) {
            pa_drop(module);
            module = NULL;
        }
        pa_drop(result);
    }
    else {
        py.PyErr_SetString(*(void **)py.PyExc_ImportError, "pyallocs cannot be read");
    }
    pa_resume();
    return module;
}

void pa_modules_register(void)
{
    if (pa_env.worker < 0) { /* a worker counts statements: a region in one would take what it does away from it */
        py.PyImport_AppendInittab("_pyallocs", init_agent_module);
    }
    if (pa_env.module[0] != '\0') {
        py.PyImport_AppendInittab("pyallocs", init_python_module);
    }
}
