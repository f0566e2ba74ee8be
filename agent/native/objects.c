#include "native/objects.h"

#include <string.h>

/* PyType_Spec. */
typedef struct {
    const char *name;
    int size, item_size;
    unsigned flags;
    pa_slot_of_type *slots;
} type_spec;

/* Py_TPFLAGS_DEFAULT without Py_TPFLAGS_BASETYPE; Py_TPFLAGS_METHOD_DESCRIPTOR (Include/object.h, 3.8-3.15). */
enum { DEFAULT_FLAGS = 1 << 18, METHOD_DESCRIPTOR = 1 << 17 };
/* offsetof(PyTypeObject, tp_flags) on 64 bits in every build with a GIL (layout/layout.c, 3.8-3.15). */
enum { TP_FLAGS = 168 };

void *pa_none(void)
{
    py.Py_IncRef(py._Py_NoneStruct);
    return py._Py_NoneStruct;
}

void pa_drop(void *value)
{
    if (value != NULL) {
        py.Py_DecRef(value);
    }
}

void *pa_type_new(const char *name, size_t size, pa_slot_of_type *slots)
{
    type_spec spec = {name, (int)size, 0, DEFAULT_FLAGS, slots};
    return py.PyType_FromSpec(&spec);
}

void pa_type_use_vectorcall(void *type, size_t offset, bool is_method)
{
    size_t value = offset;
    memcpy((char *)type + PA_TP_VECTORCALL_OFFSET, &value, sizeof value);
    uint64_t flags;
    memcpy(&flags, (char *)type + TP_FLAGS, sizeof flags);
    flags |= PA_TPFLAGS_HAVE_VECTORCALL | (is_method ? METHOD_DESCRIPTOR : 0);
    memcpy((char *)type + TP_FLAGS, &flags, sizeof flags);
}

void pa_method_set(pa_method *method, const char *name, const void *function, int flags)
{
    method->name = name;
    memcpy(&method->function, function, sizeof method->function);
    method->flags = flags;
}

void pa_slot_set(pa_slot_of_type *slot, int number, const void *function)
{
    slot->slot = number;
    memcpy(&slot->function, function, sizeof slot->function);
}

/* Heap types are referenced by their objects from 3.8 on (PyType_GenericAlloc does that), and dropped with them. */
void *pa_object_new(void *type)
{
    return py.PyType_GenericAlloc(type, 0);
}

void pa_object_free(void *value)
{
    void *type = ((pa_object *)value)->type;
    py.PyObject_Free(value);
    py.Py_DecRef(type);
}
