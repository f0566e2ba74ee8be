#include "core/diverted.h"

enum { METACLASSES = 8 }; /* how deep a metaclass of metaclasses is followed */

static uintptr_t type_type;

void pa_diverted_use(uintptr_t type_of_types)
{
    type_type = type_of_types;
}

/* Whether a chain of metaclasses leads from here to `type`. What only has a known type is an object like any other: in the
   GC head of a recycled one may be left the address of another object, by which the trashcan linked those it put off
   (_PyTrash_thread_deposit_object of Objects/object.c, 3.8-3.12). */
static bool looks_like_type(uintptr_t address)
{
    const size_t span = pa_layout_now->tp_flags + sizeof(uintptr_t);
    for (int level = 0; level < METACLASSES; level++) {
        if (address < 1024 || address % sizeof(void *) != 0) {
            return false;
        }
        const bool known = pa_type_known(address);
        if (known && level == 0) {
            return true;
        }
        if (!known && !pa_host_readable(address, span)) {
            return false;
        }
        if (level > 0 && (pa_word(address + pa_layout_now->tp_flags) & PA_TPFLAGS_TYPE_SUBCLASS) == 0) {
            return false;
        }
        address = pa_word(address + pa_layout_now->ob_type);
        if (address == type_type) {
            return true;
        }
    }
    return false;
}

/* What stands between the key and an object of this type. */
static uintptr_t distance(uintptr_t type)
{
    uint32_t flags = (uint32_t)pa_word(type + pa_layout_now->tp_flags);
    return pa_layout_now->key_has_managed ? pa_pre_header(pa_layout_now, type)
                                          : (flags & PA_TPFLAGS_HAVE_GC ? pa_layout_now->gc_head : 0u);
}

/* Whether a block that is live begins here, as far as that is quickly found: its memory can be read. An object is at least
   two words, and behind a GC head more, so that what is read of one lies in its block. Natively it saves a system call. */
static inline bool is_live(uintptr_t block)
{
#if UINTPTR_MAX > 0xffffffffu
    const pa_block *leaf = pa_leaf_recent(block);
    return leaf != NULL && (leaf[(block & ((1u << PA_LEAF_SHIFT) - 1)) / PA_GRANULE] & PA_STATE) != PA_NONE;
#else
    (void)block; /* WebAssembly: the host is asked for nothing but the size of the memory */
    return false;
#endif
}

void *pa_diverted_lookup(void *table, const void *key)
{
    (void)table;
    const uintptr_t start = (uintptr_t)key, step = 2 * sizeof(void *);
    /* 3.11: the key lies behind the slots of a managed dict, with which the block begins. */
    const bool live = is_live(start) || (pa_layout_now->managed != 0 && is_live(start - pa_layout_now->managed));
    for (uintptr_t offset = 0; offset <= 2 * step; offset += step) {
        uintptr_t object = start + offset;
        if (PA_UNLIKELY(!live) && !pa_host_readable(object, 2 * sizeof(void *))) {
            break;
        }
        uintptr_t type = pa_word(object + pa_layout_now->ob_type);
        if (looks_like_type(type) && distance(type) == offset) {
            pa.seen++;
            pa_create(object);
            return NULL;
        }
    }
    pa_raise(PA_LOST);
    return NULL;
}
