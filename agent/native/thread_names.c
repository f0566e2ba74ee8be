#include "native/thread_names.h"

#include "core/text.h"
#include "core/thread_name.h"
#include "native/python.h"

enum { LONGEST = 256 };

/* The first local variable of a frame: PyFrameObject.f_localsplus (Include/frameobject.h, Include/cpython/frameobject.h, up
   to 3.10), _PyInterpreterFrame.localsplus (Include/internal/pycore_frame.h; 3.14: pycore_interpframe_structs.h), where it
   is a _PyStackRef with two bits from 3.14 on. */
static uintptr_t first_local(uintptr_t frame)
{
    const uintptr_t offset = py.minor < 10 ? 360 : py.minor == 10 ? 352 : py.minor < 14 ? 72 : 80;
    return pa_word(frame + offset) & ~(uintptr_t)3;
}

void pa_name_by_frame(pa_path *path, uintptr_t outermost)
{
    const unsigned minor = py.minor > 15 ? 15 : (unsigned)py.minor;
    const pa_frames *frames = pa_frames_of(minor);
    char name[LONGEST];
    if (outermost == 0) {
        return;
    }
    const uintptr_t function = pa_word(pa_frame_code(frames, outermost) + frames->name);
    const char *bootstrap = minor < 11 ? "_bootstrap" : "Thread._bootstrap"; /* Lib/threading.py, 3.8-3.15 */
    if (!pa_text_same(frames, function, bootstrap)) {
        return;
    }
    const uintptr_t self = first_local(outermost);
    if (self != 0 && pa_thread_name(minor, self, name, sizeof name) && name[0] != '\0') {
        pa_label_name(path->label, name);
    }
}
