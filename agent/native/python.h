/* The functions of the interpreter that the native host calls, found by name at run time: one shared object serves
 * CPython 3.8 to 3.15, and no header of Python is needed. A PyObject * is a void * here.
 */
#ifndef PA_PYTHON_H
#define PA_PYTHON_H

#include "core/base.h"

/* PyStatus (Include/cpython/initconfig.h, 3.8-3.15). */
typedef struct {
    enum { PA_STATUS_OK, PA_STATUS_ERROR, PA_STATUS_EXIT } type;
    const char *function, *message;
    int exit_code;
} pa_status;

/* PyMethodDef (Include/methodobject.h, 3.8-3.15). */
typedef struct {
    const char *name;
    void *(*function)(void *self, void *argument);
    int flags;
    const char *doc;
} pa_method;

enum { PA_METH_VARARGS = 1, PA_METH_KEYWORDS = 2, PA_METH_NOARGS = 4, PA_METH_O = 8, PA_METH_FASTCALL = 0x80 };

/* PyObjectArenaAllocator (Include/cpython/objimpl.h, 3.8-3.15). */
typedef struct {
    void *ctx;
    void *(*alloc)(void *ctx, size_t size);
    void (*free)(void *ctx, void *block, size_t size);
} pa_arena_allocator;

/* struct _inittab (Include/cpython/import.h, 3.8-3.15). */
typedef struct {
    const char *name;
    void *(*init)(void);
} pa_inittab;

/* Functions and data that every version has. */
#define PA_PYTHON_REQUIRED(X) \
    X(void, PyConfig_InitPythonConfig, (void *config)) \
    X(pa_status, PyConfig_SetBytesArgv, (void *config, ptrdiff_t argc, char *const *argv)) \
    X(void, PyConfig_Clear, (void *config)) \
    X(pa_status, Py_InitializeFromConfig, (const void *config)) \
    X(void, Py_ExitStatusException, (pa_status status)) \
    X(int, Py_RunMain, (void)) \
    X(const char *, Py_GetVersion, (void)) \
    X(const char *, _PyMem_GetCurrentAllocatorName, (void)) \
    X(void, PyMem_GetAllocator, (int domain, pa_allocator *allocator)) \
    X(void, PyMem_SetAllocator, (int domain, pa_allocator *allocator)) \
    X(void, PyObject_GetArenaAllocator, (pa_arena_allocator *allocator)) \
    X(void, PyObject_SetArenaAllocator, (pa_arena_allocator *allocator)) \
    X(int, PyImport_AppendInittab, (const char *name, void *(*init)(void))) \
    X(void *, PyImport_AddModule, (const char *name)) \
    X(void *, PyImport_GetModuleDict, (void)) \
    X(void *, PyModule_GetDict, (void *module)) \
    X(void *, PyModule_GetDef, (void *module)) \
    X(void *, PyModule_Create2, (void *def, int api_version)) \
    X(int, PyModule_AddObject, (void *module, const char *name, void *value)) \
    X(void *, PyDict_New, (void)) \
    X(void, PyDict_Clear, (void *dict)) \
    X(void, PyObject_GC_Del, (void *object)) \
    X(void *, PyDict_GetItemString, (void *dict, const char *key)) \
    X(int, PyDict_SetItemString, (void *dict, const char *key, void *value)) \
    X(void *, PyEval_GetBuiltins, (void)) \
    X(void *, PyEval_EvalCode, (void *code, void *globals, void *locals)) \
    X(void *, PyEval_SaveThread, (void)) \
    X(void *, PyGILState_GetThisThreadState, (void)) \
    X(void, PyEval_RestoreThread, (void *state)) \
    X(void *, Py_CompileString, (const char *text, const char *file, int start)) \
    X(void *, PyObject_Call, (void *callable, void *args, void *kwargs)) \
    X(void *, PyObject_CallObject, (void *callable, void *args)) \
    X(void *, PyObject_GetAttrString, (void *object, const char *name)) \
    X(int, PyObject_SetAttrString, (void *object, const char *name, void *value)) \
    X(void *, PyObject_GetAttr, (void *object, void *name)) \
    X(void *, PyTuple_New, (ptrdiff_t size)) \
    X(int, PyTuple_SetItem, (void *tuple, ptrdiff_t index, void *item)) \
    X(void *, PyList_New, (ptrdiff_t size)) \
    X(int, PyList_SetItem, (void *list, ptrdiff_t index, void *item)) \
    X(void *, PyList_GetItem, (void *list, ptrdiff_t index)) \
    X(void *, PyUnicode_FromStringAndSize, (const char *text, ptrdiff_t size)) \
    X(void *, PyUnicode_FromString, (const char *text)) \
    X(const char *, PyUnicode_AsUTF8AndSize, (void *text, ptrdiff_t *size)) \
    X(void *, PyBytes_FromStringAndSize, (const char *bytes, ptrdiff_t size)) \
    X(void *, PyLong_FromLong, (long value)) \
    X(void *, PyLong_FromUnsignedLongLong, (unsigned long long value)) \
    X(long, PyLong_AsLong, (void *number)) \
    X(void *, PyUnicode_DecodeUTF8, (const char *text, ptrdiff_t size, const char *errors)) \
    X(int, PyList_Append, (void *list, void *item)) \
    X(void *, PyInterpreterState_Main, (void)) \
    X(void *, PyCFunction_NewEx, (pa_method *method, void *self, void *module)) \
    X(void *, PyType_FromSpec, (void *spec)) \
    X(void *, PyType_GenericAlloc, (void *type, ptrdiff_t items)) \
    X(void, PyErr_Fetch, (void **type, void **value, void **traceback)) \
    X(void, PyErr_NormalizeException, (void **type, void **value, void **traceback)) \
    X(void, PyErr_Restore, (void *type, void *value, void *traceback)) \
    X(void, PyErr_SetString, (void *type, const char *message)) \
    X(int, PyErr_ExceptionMatches, (void *type)) \
    X(void *, PyErr_Occurred, (void)) \
    X(void, PyErr_Clear, (void)) \
    X(void, PyErr_Print, (void)) \
    X(void, Py_IncRef, (void *object)) \
    X(void, Py_DecRef, (void *object)) \
    X(void *, _PyEval_EvalFrameDefault, (void *state, void *frame, int throw)) \
    X(void *, PyMethod_New, (void *function, void *of)) \
    X(void *, PyVectorcall_Call, (void *callable, void *tuple, void *keywords)) \
    X(void *, PyObject_GenericGetAttr, (void *object, void *name)) \
    X(int, PyCallable_Check, (void *object)) \
    X(void, PyEval_SetProfile, (int (*function)(void *, void *, int, void *), void *object)) \
    X(ptrdiff_t, PyTuple_Size, (void *tuple)) \
    X(void *, PyTuple_GetItem, (void *tuple, ptrdiff_t index)) \
    X(void, PyObject_Free, (void *block))

/* Those that some versions have. */
#define PA_PYTHON_OPTIONAL(X) \
    X(void *, PyInterpreterState_Get, (void)) \
    X(void *, _PyInterpreterState_Get, (void)) \
    X(void, _PyInterpreterState_SetEvalFrameFunc, (void *interpreter, void *function)) \
    X(int, _Py_IsFinalizing, (void)) \
    X(int, Py_IsFinalizing, (void)) \
    X(int, PyTraceMalloc_Track, (unsigned domain, uintptr_t address, size_t size)) \
    X(int, PyTraceMalloc_Untrack, (unsigned domain, uintptr_t address)) \
    X(int, PyRefTracer_SetTracer, (int (*tracer)(void *, int, void *), void *data)) \
    X(void *, PyRefTracer_GetTracer, (void **data)) \
    X(void *, PyObject_Vectorcall, (void *callable, void *const *args, size_t count, void *names)) \
    X(void *, _PyObject_Vectorcall, (void *callable, void *const *args, size_t count, void *names)) \
    X(void *, _PyObject_MakeTpCall, (void *first, ...)) \
    X(void *, PyThreadState_Get, (void)) \
    X(void *, PyThreadState_GetUnchecked, (void)) \
    X(void *, _PyThreadState_UncheckedGet, (void)) \
    X(uint64_t, _Py_hashtable_hash_ptr, (const void *key))

#define PA_PYTHON_DATA(X) \
    X(PyType_Type) \
    X(PyFrame_Type) \
    X(PyModuleDef_Type) \
    X(PyExc_StopIteration) \
    X(PyExc_TypeError) \
    X(PyExc_ValueError) \
    X(PyExc_RuntimeError) \
    X(PyExc_ImportError) \
    X(_Py_NoneStruct) \
    X(_Py_TrueStruct) \
    X(PyImport_Inittab)

typedef struct {
#define FIELD(type, name, arguments) type(*name) arguments;
    PA_PYTHON_REQUIRED(FIELD)
    PA_PYTHON_OPTIONAL(FIELD)
#undef FIELD
#define FIELD(name) void *name;
    PA_PYTHON_DATA(FIELD)
#undef FIELD
    int minor, patch;
} pa_python;

/* offsetof(PyTypeObject, tp_vectorcall_offset) on 64 bits; _Py_TPFLAGS_HAVE_VECTORCALL (Include/cpython/object.h and
   Include/object.h, 3.8-3.15). */
enum { PA_TP_VECTORCALL_OFFSET = 56, PA_TPFLAGS_HAVE_VECTORCALL = 1 << 11 };

extern pa_python py;

/* Looks everything up. False when this is no CPython that has all that every version has. */
bool pa_python_find(void);

/* PyObject_Vectorcall, which 3.8 to 3.10 do not export. */
void *pa_vectorcall(void *callable, void *const *arguments, size_t count, void *names);

/* Calls a method with one argument or none (NULL); the argument's reference is taken. NULL with an exception set. */
void *pa_call_method(void *object, const char *name, void *argument);

#endif
