/* Where the current instruction stands in each Python version, and what a code object says of itself. */
#ifndef PA_FRAMES_H
#define PA_FRAMES_H

#include "core/base.h"

typedef struct {
    uint8_t minor;          /* 3.minor */
    uint8_t bits;           /* 32 or 64: size of a pointer */
    uint8_t state_frame;    /* in PyThreadState: the current frame, or (3.11, 3.12) the _PyCFrame that names it */
    int8_t cframe_frame;    /* in _PyCFrame; -1: there is none */
    /* In a frame: PyFrameObject up to 3.10, _PyInterpreterFrame since. */
    uint8_t code;           /* the code object */
    uint8_t instruction;    /* up to 3.10 f_lasti, a number; since a pointer to the instruction */
    uint8_t previous;       /* the caller's frame */
    uint8_t owner;          /* who owns it, one byte; 0: there is none */
    uint8_t unit;           /* bytes that f_lasti counts in; 0: it is a pointer */
    /* In a code object. */
    uint8_t bytes;          /* the bytecode: up to 3.10 a bytes object, since the code units themselves */
    uint8_t first_traceable;/* _co_firsttraceable: no frame is complete before this code unit; 0: there is none */
    uint8_t first_line, line_table, names, file, name; /* name: co_qualname; up to 3.10 co_name */
    /* In objects that a code object refers to. */
    uint8_t tuple_items;    /* PyTupleObject.ob_item */
    bool wide_text;         /* PyASCIIObject has wstr: up to 3.11 */
} pa_frames;

/* enum _frameowner (Include/internal/pycore_frame.h, 3.13; pycore_interpframe_structs.h, 3.14 and 3.15): frames from
   PA_OWNED_BY_C on are shims on the C stack, and no code of theirs runs. 3.11 and 3.12 number the first two the same. */
enum { PA_OWNED_BY_GENERATOR = 1, PA_OWNED_BY_C = 3 };

/* Those for pointers of this build's size. */
#if UINTPTR_MAX > 0xffffffffu
enum { PA_FRAME_ROWS = 8 };
#else
enum { PA_FRAME_ROWS = 6 };
#endif
extern const pa_frames pa_frame_rows[PA_FRAME_ROWS];

/* The row of a version for pointers of this build's size; NULL when the version is not listed. */
const pa_frames *pa_frames_of(unsigned minor);

#endif
