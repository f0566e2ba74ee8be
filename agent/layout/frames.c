#include "layout/frames.h"

/* One row per version and pointer size. The 64-bit rows were printed by programs built against the installed headers of
 * each version, and by ctypes in it; the 32-bit rows computed from the same declarations and read live in Pyodide.
 *
 * Sources, by column:
 *   state_frame, cframe_frame    PyThreadState: Include/cpython/pystate.h
 *   code … owner                 PyFrameObject: Include/cpython/frameobject.h (3.8, 3.9), Include/cpython/frameobject.h
 *                                (3.10); _PyInterpreterFrame: Include/internal/pycore_frame.h (3.11-3.13),
 *                                pycore_interpframe_structs.h (3.14, 3.15)
 *   unit                         f_lasti is in bytes up to 3.9 (Python/ceval.c, INSTR_OFFSET), in code units in 3.10
 *   bytes … name                 PyCodeObject: Include/code.h (3.8), Include/cpython/code.h
 *   tuple_items                  PyTupleObject: Include/cpython/tupleobject.h; 3.14 added ob_hash
 *   wide_text                    PyASCIIObject: Include/cpython/unicodeobject.h; wstr went with 3.12 (PEP 623)
 */
const pa_frames pa_frame_rows[PA_FRAME_ROWS] = {
    /* minor bits state cframe code instr prev owner unit bytes trace line table names file name items wstr */
#if UINTPTR_MAX > 0xffffffffu
    {8, 64, 24, -1, 32, 104, 24, 0, 1, 48, 0, 40, 120, 64, 104, 112, 24, true},
    {9, 64, 24, -1, 32, 104, 24, 0, 1, 48, 0, 40, 120, 64, 104, 112, 24, true},
    {10, 64, 24, -1, 32, 96, 24, 0, 2, 48, 0, 40, 120, 64, 104, 112, 24, true},
    {11, 64, 56, 8, 32, 56, 48, 69, 0, 184, 168, 72, 136, 32, 112, 128, 24, true},
    {12, 64, 56, 0, 0, 56, 8, 70, 0, 192, 176, 68, 136, 32, 112, 128, 24, false},
    {13, 64, 72, -1, 0, 56, 8, 70, 0, 200, 184, 68, 136, 32, 112, 128, 24, false},
    {14, 64, 72, -1, 0, 56, 8, 74, 0, 208, 192, 68, 136, 32, 112, 128, 32, false},
    {15, 64, 72, -1, 0, 56, 8, 74, 0, 208, 192, 68, 136, 32, 112, 128, 32, false},
#else
    {10, 32, 12, -1, 16, 52, 12, 0, 2, 36, 0, 32, 72, 44, 64, 68, 12, true},
    {11, 32, 40, 4, 16, 28, 24, 37, 0, 116, 108, 48, 92, 16, 80, 88, 12, true},
    {12, 32, 40, 0, 0, 28, 4, 38, 0, 124, 116, 44, 92, 16, 80, 88, 12, false},
    {13, 32, 52, -1, 0, 28, 4, 38, 0, 124, 116, 44, 92, 16, 80, 88, 12, false},
    {14, 32, 52, -1, 0, 28, 4, 38, 0, 128, 120, 44, 92, 16, 80, 88, 16, false},
    {15, 32, 56, -1, 0, 28, 4, 38, 0, 128, 120, 44, 92, 16, 80, 88, 16, false},
#endif
};

const pa_frames *pa_frames_of(unsigned minor)
{
    for (size_t i = 0; i < PA_FRAME_ROWS; i++) {
        if (pa_frame_rows[i].minor == minor && pa_frame_rows[i].bits == 8 * sizeof(void *)) {
            return &pa_frame_rows[i];
        }
    }
    return NULL;
}
