/* The layout of each Python version: the only numbers of the interpreter that the core knows. */
#ifndef PA_LAYOUT_H
#define PA_LAYOUT_H

#include "core/base.h"

/* offsetof(PyObject, ob_type) in every build with a GIL (Include/object.h, 3.8-3.15). */
#define PA_OB_TYPE sizeof(uintptr_t)

typedef struct {
    uint8_t minor;           /* 3.minor */
    uint8_t bits;            /* 32 or 64: size of a pointer */
    uint8_t ob_type;         /* offsetof(PyObject, ob_type) */
    uint8_t tp_name;         /* offsetof(PyTypeObject, tp_name) */
    uint8_t tp_flags;        /* offsetof(PyTypeObject, tp_flags) */
    uint8_t gc_head;         /* bytes before an object whose type has Py_TPFLAGS_HAVE_GC */
    uint8_t managed;         /* bytes before that, for a type with one of managed_flags */
    uint32_t managed_flags;  /* Py_TPFLAGS_MANAGED_DICT, Py_TPFLAGS_MANAGED_WEAKREF: slots in front of the GC head */
    bool tracer;             /* creations come by PyRefTracer; otherwise by the diverted table of tracemalloc */
    bool key_has_managed;    /* the key tracemalloc looks up is the block itself; otherwise object minus GC head */
    bool resurrects;         /* a __del__ that revives its object makes a creation event */
    uint16_t tp_finalize;    /* offsetof(PyTypeObject, tp_finalize), where a finalizer may make a creation event; 0: not needed */
    uint8_t frame_globals;   /* offset of f_globals in a frame as the evaluation function gets it; 0: not needed */
    bool frames_resize;      /* a frame from its freelist may be resized before it is registered */
} pa_layout;

/* Flags of a type, the same numbers in all versions (Include/object.h, 3.8-3.15). */
enum { PA_TPFLAGS_HEAPTYPE = 1 << 9, PA_TPFLAGS_HAVE_GC = 1 << 14 };
#define PA_TPFLAGS_TYPE_SUBCLASS (1u << 31)

/* The row of a version for pointers of this build's size; NULL when the version is not listed. */
const pa_layout *pa_layout_of(unsigned minor);

#endif
