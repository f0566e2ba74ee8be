#include "layout/layout.h"

/* One row per version and pointer size. To add a version, add its rows and run the self-check on it.
 *
 * Sources, by column:
 *   ob_type, tp_name, tp_flags   Include/object.h, Include/cpython/object.h; printed by a program built against the
 *                                headers of 3.8.18, 3.9.18, 3.10.13, 3.11.7, 3.12.1, 3.13.0, 3.14.10 and 3.15.2
 *                                (64-bit), by the same with -m32 and read live in Pyodide 3.10-3.15 (32-bit)
 *   gc_head                      PyGC_Head is two words: Include/internal/pycore_gc.h (3.9-3.15), Include/cpython/
 *                                objimpl.h (3.8)
 *   managed, managed_flags       3.11: Py_TPFLAGS_MANAGED_DICT (bit 4), two words, _PyType_PreHeaderSize in
 *                                Objects/typeobject.c; 3.12-3.15: Py_TPFLAGS_PREHEADER, bits 3 and 4, in
 *                                Include/internal/pycore_object.h
 *   tracer                       PyRefTracer_SetTracer, Objects/object.c, since 3.13
 *   key_has_managed              _PyTraceMalloc_NewReference: op minus PyGC_Head up to 3.11 (Modules/_tracemalloc.c),
 *                                op minus _PyType_PreHeaderSize in 3.12 (Python/tracemalloc.c)
 *   resurrects                   PyObject_CallFinalizerFromDealloc calls _Py_NewReference up to 3.12 (Objects/object.c)
 *   tp_finalize                  Include/cpython/object.h, printed as above; 3.13.0: _Py_ResurrectReference makes an event
 *                                before the finalizer is called (Objects/object.c)
 *   frame_globals                PyFrameObject up to 3.10 (Include/cpython/frameobject.h), _PyInterpreterFrame since
 *                                (Include/internal/pycore_frame.h; 3.14: pycore_interpframe_structs.h)
 *   frames_resize                _PyFrame_New_NoTrack, Objects/frameobject.c, up to 3.10
 */
static const pa_layout layouts[] = {
    /* minor bits type name flags gc  man  managed_flags       tracer key    resurr fin glob frames */
    {10, 32, 4, 12, 84, 8, 0, 0, false, false, true, 0, 0, true},
    {11, 32, 4, 12, 84, 8, 8, 1u << 4, false, false, true, 0, 0, false},
    {12, 32, 4, 12, 84, 8, 8, 1u << 4 | 1u << 3, false, true, true, 0, 0, false},
    {13, 32, 4, 12, 84, 8, 8, 1u << 4 | 1u << 3, true, false, false, 196, 0, false},
    {14, 32, 4, 12, 84, 8, 8, 1u << 4 | 1u << 3, true, false, false, 196, 0, false},
    {15, 32, 4, 12, 84, 8, 8, 1u << 4 | 1u << 3, true, false, false, 196, 0, false},

    {8, 64, 8, 24, 168, 16, 0, 0, false, false, true, 0, 48, true},
    {9, 64, 8, 24, 168, 16, 0, 0, false, false, true, 0, 48, true},
    {10, 64, 8, 24, 168, 16, 0, 0, false, false, true, 0, 48, true},
    {11, 64, 8, 24, 168, 16, 16, 1u << 4, false, false, true, 0, 8, false},
    {12, 64, 8, 24, 168, 16, 16, 1u << 4 | 1u << 3, false, true, true, 0, 24, false},
    {13, 64, 8, 24, 168, 16, 16, 1u << 4 | 1u << 3, true, false, false, 392, 24, false},
    {14, 64, 8, 24, 168, 16, 16, 1u << 4 | 1u << 3, true, false, false, 392, 24, false},
    {15, 64, 8, 24, 168, 16, 16, 1u << 4 | 1u << 3, true, false, false, 392, 24, false},
};

const pa_layout *pa_layout_of(unsigned minor)
{
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++) {
        if (layouts[i].minor == minor && layouts[i].bits == 8 * sizeof(void *)) {
            return &layouts[i];
        }
    }
    return NULL;
}
