#include "core/contexts.h"

#include "core/core.h"
#include "core/memory.h"

enum { FIRST_EDGES = 4096, FIRST_CONTEXTS = 1024, FIRST_LABELS = 64, FIRST_FRAMES = 256 };

/* From a context to one below it: by the address of the instruction while its code lives (`live` is its number), and for
   good by what it is. Open addressing; at most two thirds are in use or were. */
typedef struct {
    uint64_t key; /* 0: empty, 1: was one */
    uint32_t parent, child;
    uint32_t live, next; /* next: of the same live code, index + 1; 0: the last */
} edge;

bool pa_callers = true, pa_whole_recursion;
uint32_t (*pa_path_root)(pa_path *path);

static const pa_frames *frames;
static edge *edges;
static uint64_t edges_mask, edges_used;
static uint64_t contexts_room, labels_room;
uint32_t pa_contexts_epoch;

/* The key of an instruction for good: never that of an address. */
static uint64_t lasting_key(uint32_t code, uint32_t offset)
{
    return (uint64_t)1 << 63 | (uint64_t)code << 24 | (offset & 0xffffff);
}

static uint64_t home_of(uint64_t key, uint32_t parent)
{
    uint64_t hash = (key ^ (uint64_t)parent << 40) * 0x9E3779B97F4A7C15u ^ parent * 0xC2B2AE3D27D4EB4Fu;
    return (hash ^ hash >> 32) & edges_mask;
}

static edge *find_edge(uint64_t key, uint32_t parent)
{
    for (uint64_t at = home_of(key, parent); edges[at].key != 0; at = (at + 1) & edges_mask) {
        if (edges[at].key == key && edges[at].parent == parent) {
            return &edges[at];
        }
    }
    return NULL;
}

/* Enters what is not there. Room was made. */
static void put_edge(uint64_t key, uint32_t parent, uint32_t child, uint32_t live)
{
    uint64_t at = home_of(key, parent);
    while (edges[at].key > 1) {
        at = (at + 1) & edges_mask;
    }
    edges_used += edges[at].key == 0;
    edges[at] = (edge){key, parent, child, live, live == 0 ? 0 : pa_live_codes[live].first_edge};
    if (live != 0) {
        pa_live_codes[live].first_edge = (uint32_t)at + 1;
    }
}

static bool grow_edges(void)
{
    edge *old = edges;
    uint64_t old_size = old == NULL ? 0 : edges_mask + 1, in_use = 0;
    for (uint64_t i = 0; i < old_size; i++) {
        in_use += old[i].key > 1;
    }
    uint64_t size = old == NULL ? FIRST_EDGES : in_use * 3 > old_size ? old_size * 2 : old_size;
    edge *grown = pa_memory_new(size, sizeof *grown);
    if (grown == NULL) {
        return false;
    }
    edges = grown;
    edges_mask = size - 1;
    edges_used = 0;
    for (uint64_t i = 0; i < old_size; i++) {
        if (old[i].live != 0) {
            pa_live_codes[old[i].live].first_edge = 0;
        }
    }
    for (uint64_t i = 0; i < old_size; i++) {
        if (old[i].key > 1) {
            put_edge(old[i].key, old[i].parent, old[i].child, old[i].live);
        }
    }
    if (old != NULL) {
        pa_memory_drop(old);
    }
    return true;
}

static bool add_edge(uint64_t key, uint32_t parent, uint32_t child, uint32_t live)
{
    if (edges_used * 3 >= edges_mask * 2 && (pa_book_full || !grow_edges())) {
        pa_book_overflow();
        return false;
    }
    put_edge(key, parent, child, live);
    return true;
}

/* A shared array with room for one more. */
static void *with_room(void *array, uint64_t used, uint64_t *room, uint64_t first, size_t size)
{
    if (used + 2 <= *room) {
        return array;
    }
    uint64_t more = *room == 0 ? first : *room * 2;
    void *grown = pa_book_full ? NULL : pa_book_new(more, size); /* what failed once is not tried again */
    if (grown == NULL) {
        return NULL;
    }
    if (array != NULL) {
        __builtin_memcpy(grown, array, (used + 1) * size);
        pa_book_drop(array);
    }
    *room = more;
    return grown;
}

/* The nearest context on the path that is this call site; 0: none. */
static uint32_t on_path(uint32_t from, uint32_t code, uint32_t offset)
{
    const pa_context *contexts = pa_book_now.contexts;
    for (uint32_t at = from; at != 0 && contexts[at].code < PA_CONTEXT_REGION; at = contexts[at].parent) {
        if (contexts[at].code == code && contexts[at].offset == offset) {
            return at;
        }
    }
    return 0;
}

uint32_t pa_context_child(uint32_t parent, uint32_t code, uint32_t offset)
{
    const uint64_t key = lasting_key(code, offset);
    const edge *known = find_edge(key, parent);
    if (known != NULL) {
        return known->child;
    }
    pa_book *book = &pa_book_now;
    uint32_t child = pa_whole_recursion || code >= PA_CONTEXT_REGION ? 0 : on_path(parent, code, offset);
    if (child == 0) {
        pa_context *grown =
            with_room(book->contexts, book->contexts_used, &contexts_room, FIRST_CONTEXTS, sizeof *grown);
        if (grown == NULL || book->contexts_used >= 0xfffffff0u) {
            pa_book_overflow();
            return 0;
        }
        book->contexts = grown;
        child = (uint32_t)book->contexts_used + 1;
        grown[child] = (pa_context){parent, code, offset};
        book->contexts_used = child;
        pa_book_changed();
    }
    return add_edge(key, parent, child, 0) ? child : 0;
}

void pa_label_name(uint32_t label, const char *text)
{
    size_t size = 0;
    while (text[size] != '\0') {
        size++;
    }
    char *copy = pa_book_new(size + 1, 1);
    if (copy == NULL) {
        pa_book_overflow();
        return;
    }
    __builtin_memcpy(copy, text, size);
    pa_book_now.labels[label] = copy;
}

uint32_t pa_label_new(const char *text)
{
    pa_book *book = &pa_book_now;
    const char **grown = with_room(book->labels, book->labels_used, &labels_room, FIRST_LABELS, sizeof *grown);
    if (grown == NULL) {
        pa_book_overflow();
        return 0;
    }
    const uint32_t label = (uint32_t)book->labels_used + 1;
    book->labels = grown;
    grown[label] = NULL;
    if (text != NULL) {
        pa_label_name(label, text);
    }
    book->labels_used = label;
    pa_book_changed();
    return label;
}

bool pa_frame_complete(const pa_frames *of, uintptr_t frame)
{
    if (of->first_traceable == 0) {
        return true;
    }
    uint8_t owner = *(const uint8_t *)(frame + of->owner);
    if (owner == PA_OWNED_BY_GENERATOR) {
        return true;
    }
    if (owner >= PA_OWNED_BY_C && of->minor >= 13) {
        return false;
    }
    int32_t units;
    uintptr_t code = pa_frame_code(of, frame);
    __builtin_memcpy(&units, (const void *)(code + of->first_traceable), sizeof units);
    return pa_word(frame + of->instruction) >= code + of->bytes + (uintptr_t)units * 2;
}

uint32_t pa_frame_offset(const pa_frames *of, uintptr_t frame)
{
    if (of->unit == 0) {
        return (uint32_t)(pa_word(frame + of->instruction) - (pa_frame_code(of, frame) + of->bytes));
    }
    int32_t last;
    __builtin_memcpy(&last, (const void *)(frame + of->instruction), sizeof last);
    return last < 0 ? 0 : (uint32_t)last * of->unit;
}

/* The context of a frame below another one. */
static uint32_t step(uint32_t parent, uintptr_t frame, uint64_t key)
{
    const edge *known = find_edge(key, parent);
    if (known != NULL) {
        return known->child;
    }
    uint32_t live = pa_code_live(pa_frame_code(frames, frame));
    if (live == 0) {
        return parent;
    }
    uint32_t number = pa_live_codes[live].number;
    uint32_t child = pa_context_child(parent, number, pa_code_instruction(number, pa_frame_offset(frames, frame)));
    return child != 0 && add_edge(key, parent, child, live) ? child : parent;
}

static bool path_room(pa_path *path, uint32_t depth)
{
    if (depth + 1 < path->room) {
        return true;
    }
    uint32_t room = path->room == 0 ? FIRST_FRAMES : path->room;
    while (room <= depth + 1) {
        room *= 2;
    }
    pa_seen_frame *seen = pa_memory_new(room, sizeof *seen + sizeof(uintptr_t)); /* and `walked` behind it */
    if (seen == NULL) {
        pa_book_overflow();
        return false;
    }
    uintptr_t *walked = (uintptr_t *)(void *)(seen + room);
    if (path->room > 0) {
        __builtin_memcpy(seen, path->seen, path->room * sizeof *seen);
        __builtin_memcpy(walked, path->walked, path->room * sizeof *walked);
        pa_memory_drop(path->seen);
    }
    path->seen = seen;
    path->walked = walked;
    path->room = room;
    return true;
}

void pa_path_clear(pa_path *path)
{
    if (path->room > 0) {
        pa_memory_drop(path->seen);
    }
    *path = (pa_path){0};
}

/* The context of a frame that is on the path, below the one before it. */
static uint32_t context_at(const pa_path *path, uint32_t at, uint32_t above)
{
    const pa_seen_frame *seen = &path->seen[at];
    return pa_frame_complete(frames, seen->frame) ? step(above, seen->frame, seen->key) : above;
}

/* Looks at all frames afresh, from the caller of an event to the outermost one. */
static uint32_t walk(pa_path *path, uintptr_t caller)
{
    uint32_t depth = 0, context = path->root;
    for (uintptr_t at = caller; at != 0; at = pa_word(at + frames->previous)) {
        if (!path_room(path, depth)) {
            return path->root;
        }
        path->walked[depth++] = at;
    }
    path->used = depth;
    for (uint32_t i = 1; i <= depth; i++) {
        uintptr_t at = path->walked[depth - i];
        path->seen[i] = (pa_seen_frame){at, pa_word(at + frames->previous), pa_frame_key(frames, at), 0};
        context = path->seen[i].context = context_at(path, i, context);
    }
    return context;
}

/* Puts frames that were called since on the path: from `caller` on, `more` of them, until one that is there. */
static uint32_t append(pa_path *path, uintptr_t caller, uint32_t more)
{
    uint32_t known = path->used, context = known == 0 ? path->root : path->seen[known].context;
    if (!path_room(path, known + more)) {
        return context;
    }
    uintptr_t at = caller;
    for (uint32_t i = known + more; i > known; i--) {
        uintptr_t previous = pa_word(at + frames->previous);
        path->seen[i] = (pa_seen_frame){at, previous, pa_frame_key(frames, at), 0};
        at = previous;
    }
    for (uint32_t i = known + 1; i <= known + more; i++) {
        context = path->seen[i].context = context_at(path, i, context);
    }
    path->used = known + more;
    return context;
}

uint32_t pa_context_of(pa_path *path, uintptr_t frame)
{
    if (PA_UNLIKELY(path->root == 0 || path->epoch != pa_contexts_epoch)) {
        path->used = 0;
        path->epoch = pa_contexts_epoch;
        if (path->root == 0) {
            path->root = pa_path_root(path);
        }
    }
    if (!pa_callers || frame == 0) {
        return path->root;
    }
    const uintptr_t caller = pa_word(frame + frames->previous);
    pa_seen_frame *seen = path->seen;
    uint32_t known = 0, more = 0;
    for (uintptr_t at = caller; at != 0; at = pa_word(at + frames->previous), more++) {
        known = path->used;
        while (known > 0 && seen[known].frame != at) {
            known--;
        }
        if (known > 0) {
            break;
        }
    }
    uint32_t moved = 0;
    for (uint32_t i = known; i > 0; i--) {
        const uint64_t key = pa_frame_key(frames, seen[i].frame);
        if (PA_UNLIKELY(key != seen[i].key)) {
            seen[i].key = key;
            moved = i;
        }
        if (PA_UNLIKELY(pa_word(seen[i].frame + frames->previous) != seen[i].previous)) {
            return walk(path, caller);
        }
    }
    path->used = known;
    if (PA_UNLIKELY(moved > 0)) {
        uint32_t context = moved == 1 ? path->root : seen[moved - 1].context;
        for (; moved <= known; moved++) {
            context = seen[moved].context = context_at(path, moved, context);
        }
    }
    if (PA_UNLIKELY(more > 0)) {
        return append(path, caller, more);
    }
    return known == 0 ? path->root : seen[known].context;
}

void pa_contexts_settle(pa_live_code *live)
{
    for (uint32_t at = live->first_edge; at != 0;) {
        edge *dead = &edges[at - 1];
        at = dead->next;
        *dead = (edge){.key = 1};
    }
    live->first_edge = 0;
    pa_contexts_epoch++;
}

bool pa_contexts_start(const pa_frames *of)
{
    frames = of;
    return grow_edges();
}

void pa_contexts_clear(void)
{
    pa_book *book = &pa_book_now;
    for (uint64_t label = 1; label <= book->labels_used; label++) {
        if (book->labels[label] != NULL) {
            pa_book_drop((void *)(uintptr_t)book->labels[label]);
        }
    }
    if (book->labels != NULL) {
        pa_book_drop(book->labels);
    }
    if (book->contexts != NULL) {
        pa_book_drop(book->contexts);
    }
    if (edges != NULL) {
        pa_memory_drop(edges);
    }
    edges = NULL;
    edges_mask = edges_used = contexts_room = labels_room = 0;
    pa_contexts_epoch++;
}
