#include "wasm/recorder.h"

#include "core/core.h"
#include "core/live.h"
#include "core/sites.h"

#define EXPORT __attribute__((visibility("default")))

uint8_t pa_recorded;

static pa_path path; /* of the one thread */

/* Regions are not counted here. */
static uint32_t path_root(pa_path *of)
{
    if (of->label == 0) {
        of->label = pa_label_new("MainThread");
    }
    return pa_context_child(0, PA_CONTEXT_THREAD, of->label);
}

/* 256 bytes each, to be written before record_sites (core/codes.h). */
EXPORT uint8_t *opcode_base(void)
{
    return pa_opcode_base;
}

EXPORT uint8_t *opcode_caches(void)
{
    return pa_opcode_caches;
}

/* Opens the book, for the program that runs next. `state`: PyThreadState_GetUnchecked. False when the version has no row
   or there is no memory. */
EXPORT bool record_sites(uintptr_t (*state)(void), bool callers, bool whole_recursion, bool live)
{
    pa_thread_state = state;
    pa_path_root = path_root;
    pa_path_now = &path;
    pa_callers = callers;
    pa_whole_recursion = whole_recursion;
    pa_live_wanted = live;
    if (!pa_sites_start(pa_layout_now->minor)) {
        return false;
    }
    pa_recorded = live ? PA_SITED | PA_LIVE : PA_SITED;
    return true;
}

/* begin(), with the sites of a statement. */
EXPORT void begin_recorded(void)
{
    pa_begin();
    pa_sited = pa_recorded;
}

EXPORT const pa_book *book(void)
{
    return &pa_book_now;
}
