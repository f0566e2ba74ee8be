#include "native/refusal.h"

#include <string.h>

#include "native/python.h"
#include "native/recording.h"

uint64_t pa_refusal(pa_heap *heap)
{
    const char *allocator = py._PyMem_GetCurrentAllocatorName();
    bool debug = allocator != NULL && strstr(allocator, "debug") != NULL;
    heap->pymalloc = allocator != NULL && strstr(allocator, "pymalloc") != NULL;
    heap->small = debug ? 480 : 512; /* debug allocators add up to 32 bytes */
    heap->pool_size = py.minor < 10 ? 4096 : 16384;
    pa_recorded->pymalloc = heap->pymalloc;
    pa_recorded->pool_size = heap->pool_size;
    pa_recorded->minor = (uint64_t)py.minor;
    pa_recorded->allocator = allocator == NULL ? NULL : pa_recording_text(allocator, strlen(allocator));
    if (strstr(py.Py_GetVersion(), "free-threading build") != NULL) {
        return PA_FREE_THREADED;
    }
    if (allocator == NULL) {
        return PA_OTHER_ALLOCATORS;
    }
    return strstr(allocator, "mimalloc") != NULL ? PA_MIMALLOC : PA_COUNTED;
}
