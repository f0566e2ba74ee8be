/* Calling contexts: the tree of call paths, shared prefixes stored once, and how the path of this moment is found.
 *
 * Each thread remembers the frames it had at its last event, with the instruction each stood at. A frame whose address and
 * instruction are the same as then, and whose callers are, has the same context: so an event usually costs one comparison
 * per frame, and no look-up. Frames that are not Python code (shims, incomplete ones) add nothing to the path.
 *
 * Unless recursion is to be kept, a call site that is already on the path is not appended again: the path goes back to where
 * it first occurred.
 */
#ifndef PA_CONTEXTS_H
#define PA_CONTEXTS_H

#include "core/blocks.h"
#include "core/codes.h"

/* A frame that was there at the last event. */
typedef struct {
    uintptr_t frame, previous;
    uint64_t key;
    uint32_t context;
} pa_seen_frame;

/* What belongs to one thread. */
typedef struct {
    uintptr_t state;         /* of the interpreter for this thread; 0: to be asked for */
    uint32_t root;           /* context of the thread and its open regions; 0: not known yet, or changed */
    uint32_t label;          /* of the thread, 0: none yet */
    uint32_t epoch;          /* see pa_contexts_settle */
    uint32_t used, room;
    pa_seen_frame *seen;     /* from 1 on, the outermost first */
    uintptr_t *walked;       /* as many, for a moment */
} pa_path;

/* Whether callers are recorded, and recursion whole. Set before pa_contexts_start. */
extern bool pa_callers, pa_whole_recursion;

bool pa_contexts_start(const pa_frames *frames);
void pa_contexts_clear(void);

/* Gives the root of a thread's path, from the host: pa_context_child from 0 on. */
extern uint32_t (*pa_path_root)(pa_path *path);
/* The context of something below another one; 0: there is no memory (a flag is raised). */
uint32_t pa_context_child(uint32_t parent, uint32_t code, uint32_t offset);
/* A new label, its text a copy; NULL: not known yet. 0: there is no memory. */
uint32_t pa_label_new(const char *text);
/* The text of a label that was not known. */
void pa_label_name(uint32_t label, const char *text);


/* The instruction a frame stands at, as one number that is never below 2. */
static inline uint64_t pa_frame_key(const pa_frames *frames, uintptr_t frame)
{
    if (frames->unit == 0) {
        return pa_word(frame + frames->instruction);
    }
    int32_t last;
    __builtin_memcpy(&last, (const void *)(frame + frames->instruction), sizeof last);
    uint32_t at = last < 0 ? 0 : (uint32_t)last;
    return (uint64_t)(pa_word(frame + frames->code) / PA_GRANULE) << 20 | (at < 1u << 20 ? at : (1u << 20) - 1);
}

static inline uintptr_t pa_frame_code(const pa_frames *frames, uintptr_t frame)
{
    return pa_word(frame + frames->code) & ~(uintptr_t)3; /* 3.14 and 3.15: a _PyStackRef with two bits */
}

/* Changes when an address may be used again. */
extern uint32_t pa_contexts_epoch;

/* The context of the callers of a frame, from `previous` of it on. */
uint32_t pa_context_of(pa_path *path, uintptr_t frame);

/* The same, quickly where nothing has changed since the last event but what was called returned. A caller stays where it is
   while what it called goes on. Addresses come from what is remembered, so that no load waits for another; a frame that is
   the caller of a live one is alive. */
static inline uint32_t pa_context_quick(const pa_frames *frames, pa_path *path, uintptr_t frame)
{
    if (!pa_callers && PA_LIKELY(path->root != 0)) {
        return path->root;
    }
    const uintptr_t caller = pa_word(frame + frames->previous);
    const pa_seen_frame *seen = path->seen;
    uint32_t known = path->used;
    if (PA_UNLIKELY(path->root == 0 || path->epoch != pa_contexts_epoch || caller == 0)) {
        return pa_context_of(path, frame);
    }
    while (known > 0 && seen[known].frame != caller) {
        known--;
    }
    if (known == 0) {
        return pa_context_of(path, frame);
    }
    for (uint32_t i = known; i > 0; i--) {
        if (PA_UNLIKELY(pa_frame_key(frames, seen[i].frame) != seen[i].key ||
                        pa_word(seen[i].frame + frames->previous) != seen[i].previous)) {
            return pa_context_of(path, frame);
        }
    }
    path->used = known;
    return seen[known].context;
}

/* Whether a frame is one of Python code that has begun: _PyFrame_IsIncomplete (Include/internal/pycore_frame.h, 3.11-3.13;
   pycore_interpframe.h, 3.14 and 3.15). */
bool pa_frame_complete(const pa_frames *frames, uintptr_t frame);
/* Where it stands, in bytes into the bytecode of its code object. */
uint32_t pa_frame_offset(const pa_frames *frames, uintptr_t frame);

/* A code object dies: its addresses may be used again. */
void pa_contexts_settle(pa_live_code *live);

/* Forgets the frames of a path, whose thread has ended. */
void pa_path_clear(pa_path *path);

#endif
