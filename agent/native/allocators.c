#include "native/allocators.h"

#include "core/live.h"
#include "native/python.h"
#include "native/thread.h"

pa_heap pa_heap_of_python;

/* What our allocator of a domain passes on to. The second set serves when the program's own tracemalloc has put its
   allocators in front of the first: it counts, and the first then sees that it is inside. */
static pa_allocator inner[2][PA_DOMAINS];
static pa_arena_allocator inner_arena;
static int sets;

/* Whether the raw domain gave this block to the allocator we were in: pymalloc passes on what is too large for it.
   Debug allocators return an address a little behind. */
static inline bool from_raw(const pa_thread *self, uintptr_t block)
{
    return self->nested != 0 && block - self->nested <= 64;
}

/* pool_header.ref.count (Include/internal/pycore_obmalloc.h; Objects/obmalloc.c up to 3.11): 1 after the first block of a
   pool was handed out. The pool begins at a multiple of its size. */
static inline bool first_of_pool(uintptr_t block)
{
    uint32_t count;
    __builtin_memcpy(&count, (const void *)(block & ~(pa_heap_of_python.pool_size - 1)), sizeof count);
    return count == 1;
}

static inline bool from_pymalloc(const pa_thread *self, uintptr_t block)
{
    return pa_heap_of_python.pymalloc && !from_raw(self, block);
}

static inline void requested(pa_thread *self, int domain, uintptr_t block, size_t size)
{
    if (domain == PA_RAW) {
        pa_raw_event(self, PA_RAW_REQUESTS, size);
        if (PA_UNLIKELY(pa_live_wanted)) {
            pa_raw_live_request(self, block, size);
        }
        return;
    }
    pa_thread_event(self);
    if (PA_LIKELY(from_pymalloc(self, block))) {
        if (PA_UNLIKELY(size <= pa_heap_of_python.small && first_of_pool(block))) {
            pa_pool();
        }
        pa_request(domain, block, size, PA_PYMALLOC);
    }
    else {
        pa_request(domain, block, size, PA_MALLOC);
    }
}

static inline void enter(pa_thread *self)
{
    self->inside = true;
    self->nested = 0;
    self->served = false;
}

/* Inside of an allocator of ours: only what the raw domain gives to that of mem or obj tells where the block is from. When
   the program traces, its tracemalloc stands between our two sets, and asks the raw domain for its own tables later. */
static inline void was_inside(pa_thread *self, int domain, const void *block)
{
    if (domain != PA_RAW) {
        self->served = true;
    }
    else if (!self->served) {
        self->nested = (uintptr_t)block;
    }
}

static inline void *on_malloc(const pa_allocator *to, int domain, size_t size)
{
    pa_thread *self = &pa_self;
    if (PA_UNLIKELY(self->inside)) {
        void *block = to->malloc(to->ctx, size);
        was_inside(self, domain, block);
        return block;
    }
    enter(self);
    void *block = to->malloc(to->ctx, size);
    self->inside = false;
    if (PA_LIKELY(block != NULL)) {
        requested(self, domain, (uintptr_t)block, size);
    }
    return block;
}

static inline void *on_calloc(const pa_allocator *to, int domain, size_t count, size_t size)
{
    pa_thread *self = &pa_self;
    if (PA_UNLIKELY(self->inside)) {
        void *block = to->calloc(to->ctx, count, size);
        was_inside(self, domain, block);
        return block;
    }
    enter(self);
    void *block = to->calloc(to->ctx, count, size);
    self->inside = false;
    if (PA_LIKELY(block != NULL)) {
        requested(self, domain, (uintptr_t)block, count * size);
    }
    return block;
}

static inline void *on_realloc(const pa_allocator *to, int domain, void *from, size_t size)
{
    pa_thread *self = &pa_self;
    uintptr_t before = (uintptr_t)from;
    if (PA_UNLIKELY(self->inside)) {
        void *block = to->realloc(to->ctx, from, size);
        was_inside(self, domain, block);
        return block;
    }
    pa_raw_block taken = {false, 0};
    if (domain == PA_RAW && PA_UNLIKELY(pa_live_wanted) && before != 0) {
        taken = pa_raw_live_take(before);
    }
    enter(self);
    void *block = to->realloc(to->ctx, from, size);
    self->inside = false;
    uintptr_t after = (uintptr_t)block;
    if (domain == PA_RAW && PA_UNLIKELY(taken.followed)) {
        pa_raw_live_put(self, &taken, before, after, size);
    }
    if (block == NULL) {
        return NULL;
    }
    if (before == 0) {
        requested(self, domain, after, size);
    }
    else if (domain == PA_RAW) {
        pa_raw_event(self, PA_RAW_RESIZES, size);
    }
    else {
        pa_thread_event(self);
        if (after != before && from_pymalloc(self, after) && size <= pa_heap_of_python.small && first_of_pool(after)) {
            pa_pool();
        }
        pa_resize(domain, before, after, size);
    }
    return block;
}

static inline void on_free(const pa_allocator *to, int domain, void *block)
{
    pa_thread *self = &pa_self;
    if (PA_UNLIKELY(self->inside)) {
        to->free(to->ctx, block);
        return;
    }
    if (PA_LIKELY(block != NULL)) {
        if (domain == PA_RAW) {
            pa_raw_event(self, PA_RAW_RELEASES, 0);
            pa_thread_released(self, (uintptr_t)block);
            if (PA_UNLIKELY(pa_live_wanted)) {
                pa_raw_live_release(self, (uintptr_t)block);
            }
        }
        else {
            pa_thread_event(self);
            pa_release(domain, (uintptr_t)block);
        }
    }
    self->inside = true;
    to->free(to->ctx, block);
    self->inside = false;
}

/* The functions of a domain in a set. Their context is that of the functions they stand in front of: another thread may be
   about to call the raw domain while they are put there, with a function and a context of which only one is new. */
#define DOMAIN_FUNCTIONS(name, set, domain) \
    static void *name##_malloc(void *context, size_t size) \
    { \
        (void)context; \
        return on_malloc(&inner[set][domain], domain, size); \
    } \
    static void *name##_calloc(void *context, size_t count, size_t size) \
    { \
        (void)context; \
        return on_calloc(&inner[set][domain], domain, count, size); \
    } \
    static void *name##_realloc(void *context, void *block, size_t size) \
    { \
        (void)context; \
        return on_realloc(&inner[set][domain], domain, block, size); \
    } \
    static void name##_free(void *context, void *block) \
    { \
        (void)context; \
        on_free(&inner[set][domain], domain, block); \
    }
DOMAIN_FUNCTIONS(raw, 0, PA_RAW)
DOMAIN_FUNCTIONS(mem, 0, PA_MEM)
DOMAIN_FUNCTIONS(obj, 0, PA_OBJ)
DOMAIN_FUNCTIONS(raw_again, 1, PA_RAW)
DOMAIN_FUNCTIONS(mem_again, 1, PA_MEM)
DOMAIN_FUNCTIONS(obj_again, 1, PA_OBJ)

static pa_allocator ours(int set, int domain)
{
    static const pa_allocator functions[2][PA_DOMAINS] = {
        {
            {NULL, raw_malloc, raw_calloc, raw_realloc, raw_free},
            {NULL, mem_malloc, mem_calloc, mem_realloc, mem_free},
            {NULL, obj_malloc, obj_calloc, obj_realloc, obj_free},
        },
        {
            {NULL, raw_again_malloc, raw_again_calloc, raw_again_realloc, raw_again_free},
            {NULL, mem_again_malloc, mem_again_calloc, mem_again_realloc, mem_again_free},
            {NULL, obj_again_malloc, obj_again_calloc, obj_again_realloc, obj_again_free},
        },
    };
    pa_allocator allocator = functions[set][domain];
    allocator.ctx = inner[set][domain].ctx;
    return allocator;
}

/* pymalloc asks for an arena from inside a request; chunks of the stack of Python frames (3.11+) come from outside. */
static void *arena_alloc(void *ctx, size_t size)
{
    (void)ctx;
    void *arena = inner_arena.alloc(inner_arena.ctx, size);
    pa_thread *self = &pa_self;
    if (arena != NULL && self->inside) {
        if (size != 1u << 20 && size != 1u << 21 && size != 1u << 18) {
            pa_recorded->notes |= PA_NOTE_POOL_SIZE;
        }
        else if ((size == 1u << 18) != (pa_heap_of_python.pool_size == 4096)) {
            pa_recorded->notes |= PA_NOTE_POOL_SIZE;
        }
        pa_thread_event(self);
        pa_arena();
    }
    return arena;
}

static void arena_free(void *ctx, void *arena, size_t size)
{
    (void)ctx;
    inner_arena.free(inner_arena.ctx, arena, size);
}

void pa_allocators_install(const pa_heap *heap)
{
    pa_heap_of_python = *heap;
    sets = 1;
    for (int domain = 0; domain < PA_DOMAINS; domain++) {
        py.PyMem_GetAllocator(domain, &inner[0][domain]);
    }
    py.PyObject_GetArenaAllocator(&inner_arena);
    pa_arena_allocator arena = {NULL, arena_alloc, arena_free};
    py.PyObject_SetArenaAllocator(&arena);
    pa_allocators_restore();
}

void pa_allocators_install_again(void)
{
    sets = 2;
    for (int domain = 0; domain < PA_DOMAINS; domain++) {
        py.PyMem_GetAllocator(domain, &inner[1][domain]);
        pa_allocator allocator = ours(1, domain);
        py.PyMem_SetAllocator(domain, &allocator);
    }
}

void pa_allocators_restore(void)
{
    sets = 1;
    for (int domain = 0; domain < PA_DOMAINS; domain++) {
        pa_allocator allocator = ours(0, domain);
        py.PyMem_SetAllocator(domain, &allocator);
    }
}

bool pa_allocators_in_place(void)
{
    for (int domain = 0; domain < PA_DOMAINS; domain++) {
        pa_allocator now, expected = ours(sets - 1, domain);
        py.PyMem_GetAllocator(domain, &now);
        if (now.malloc != expected.malloc || now.free != expected.free) {
            return false;
        }
    }
    return true;
}
