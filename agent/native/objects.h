/* Objects of our own types, made without a header of Python. */
#ifndef PA_OBJECTS_H
#define PA_OBJECTS_H

#include "core/base.h"
#include "native/python.h"

/* PyType_Spec and PyType_Slot (Include/object.h), and the numbers of slots (Include/typeslots.h), 3.8-3.15. */
typedef struct {
    int slot;
    void *function;
} pa_slot_of_type;

enum {
    PA_TP_CALL = 50,
    PA_TP_DEALLOC = 52,
    PA_TP_DESCR_GET = 54,
    PA_TP_GETATTRO = 58,
    PA_TP_ITER = 62,
    PA_TP_ITERNEXT = 63,
    PA_TP_METHODS = 64,
    PA_AM_AWAIT = 77,
    PA_AM_AITER = 78,
    PA_AM_ANEXT = 79
};

typedef void *(*pa_vectorcall_function)(void *callable, void *const *arguments, size_t count, void *names);

/* PyObject. */
typedef struct {
    intptr_t references;
    void *type;
} pa_object;

/* PyModuleDef (Include/moduleobject.h, 3.8-3.15) and PyModuleDef_HEAD_INIT. */
typedef struct {
    intptr_t references;
    void *type;
    void *(*init)(void);
    ptrdiff_t index;
    void *copy;
    const char *name, *doc;
    ptrdiff_t size;
    pa_method *methods;
    void *slots, *traverse, *clear, *free;
} pa_module_def;

enum { PA_API_VERSION = 1013, PA_FILE_INPUT = 257 /* Include/compile.h */ };

/* None, with a reference. */
void *pa_none(void);
/* Gives a reference back, if there is an object. */
void pa_drop(void *value);

/* A type with these slots, the last of them zero. */
void *pa_type_new(const char *name, size_t size, pa_slot_of_type *slots);
/* Lets calls of a type's objects go to the function pointer that stands in them at `offset`. */
void pa_type_use_vectorcall(void *type, size_t offset, bool is_method);
/* `function` is the address of a function pointer of any type, which is stored by its bytes. */
void pa_method_set(pa_method *method, const char *name, const void *function, int flags);
void pa_slot_set(pa_slot_of_type *slot, int number, const void *function);

/* An object of such a type, zeroed but for its head. NULL with an exception set. */
void *pa_object_new(void *type);
/* Frees it: the last act of PA_TP_DEALLOC. */
void pa_object_free(void *value);

#endif
