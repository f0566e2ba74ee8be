#include "native/interval_sites.h"

#include <stdlib.h>
#include <string.h>

#include "core/core.h"
#include "native/book_memory.h"
#include "native/objects.h"
#include "native/program.h"
#include "native/python.h"

enum { TOLD = 8 };

/* An empty book. */
static bool begin_book(void)
{
    if (pa_book_apart) {
        pa_sites_clear();
    }
    return pa_book_memory_begin() && pa_scopes_start();
}

static uint32_t context_of(const pa_thread *self)
{
    return pa_context_child(0, PA_CONTEXT_THREAD, self->scope);
}

/* Creations so far in the scope of this thread. NULL when there is no memory. */
static pa_creation_sites *sites_now(const pa_thread *self)
{
    const pa_site_table *table = pa_book_now.table;
    const uint32_t context = context_of(self);
    pa_creation_sites *found = NULL;
    for (int pass = 0; pass < 2; pass++) { /* how many there are, then which */
        size_t used = 0;
        for (uint64_t i = 0; i <= table->mask; i++) {
            const pa_site *site = &table->sites[i];
            if (site->key <= 1 || site->context != context || (site->what & 15) >= PA_SITE_REQUESTED || site->count == 0) {
                continue;
            }
            if (found != NULL) {
                const pa_place place = table->places[i];
                found->sites[used] = (pa_creation_site){place.code, place.offset, site->what >> 4, site->count};
            }
            used++;
        }
        if (found == NULL && (found = malloc(sizeof *found + used * sizeof found->sites[0])) == NULL) {
            return NULL;
        }
        found->used = used;
    }
    return found;
}

static const char *obstacle(void)
{
    if (pa_book_now.table != NULL && !pa_book_apart) {
        return "`pyallocs record` collects the sites of this program; its report has them";
    }
    if (py.minor >= 12 && *pa_interpreters_made != 1) {
        return "this process has several interpreters, or how many it has is not known in this build";
    }
    return NULL;
}

void pa_interval_sites_open(pa_interval_sites *of)
{
    static const char no_memory[] = "there is no memory for them: raise ulimit -v";
    pa_thread *self = &pa_self;
    *of = (pa_interval_sites){.problem = obstacle()};
    if (of->problem != NULL) {
        return;
    }
    bool empty = !pa_scopes_in_use();
    if (empty) {
        if (pa_book_now.table == NULL || pa_book_full || pa_book_memory_scarce()) {
            if (!begin_book()) {
                of->problem = no_memory;
                return;
            }
        }
        else {
            pa_sites_zero();
        }
    }
    if (self->sited == 0 && !pa_scope_take(self)) {
        of->problem = "too many threads collect them at once";
        return;
    }
    self->sited++;
    pa_sites_part();
    of->before = empty ? NULL : sites_now(self);
    of->open = true;
    of->problem = empty || of->before != NULL ? NULL : no_memory;
}

void pa_interval_sites_close(pa_interval_sites *of)
{
    pa_thread *self = &pa_self;
    if (!of->open) {
        return;
    }
    of->open = false;
    pa_sites_part();
    if (of->problem == NULL && pa_book_full) {
        of->problem = "the table of sites is full: there are too many places at which objects are created; count less in one interval";
    }
    if (of->problem == NULL && (of->after = sites_now(self)) == NULL) {
        of->problem = "there is no memory for them";
    }
    if (--self->sited == 0) {
        pa_scope_give(self);
    }
}

void pa_interval_sites_drop(pa_interval_sites *of)
{
    free(of->before);
    free(of->after);
    *of = (pa_interval_sites){0};
}

static void *text(const char *bytes)
{
    return py.PyUnicode_DecodeUTF8(bytes, (ptrdiff_t)strlen(bytes), "surrogatepass");
}

/* False when something could not be made. */
static bool tell(void *tuple, ptrdiff_t at, const pa_creation_site *site, long long count)
{
    static const pa_code nowhere = {.file = "", .name = "(no Python code)", .line_table = (const uint8_t *)""};
    const pa_code *code = site->code == 0 ? &nowhere : &pa_book_now.codes[site->code];
    const char *type = pa_names[site->row];
    void *items[TOLD] = {
        text(code->file),
        text(code->name),
        py.PyLong_FromLong((long)code->first_line),
        py.PyBytes_FromStringAndSize((const char *)code->line_table, (ptrdiff_t)code->line_table_size),
        py.PyLong_FromLong((long)code->bytecode_size),
        py.PyLong_FromLong((long)site->offset),
        py.PyUnicode_DecodeUTF8(type, (ptrdiff_t)strlen(type), "replace"),
        py.PyLong_FromLong((long)count),
    };
    bool all = true;
    for (int i = 0; i < TOLD; i++) {
        all = all && items[i] != NULL;
        if (items[i] != NULL) {
            py.PyTuple_SetItem(tuple, at * TOLD + i, items[i]);
        }
    }
    return all;
}

void *pa_interval_sites_told(pa_interval_sites *of)
{
    if (of->problem != NULL) {
        const char *problem = of->problem;
        pa_interval_sites_drop(of);
        return py.PyUnicode_FromString(problem);
    }
    const size_t before = of->before == NULL ? 0 : of->before->used, after = of->after->used;
    void *tuple = py.PyTuple_New((ptrdiff_t)((before + after) * TOLD));
    bool all = tuple != NULL;
    for (size_t i = 0; all && i < before; i++) {
        all = tell(tuple, (ptrdiff_t)i, &of->before->sites[i], -(long long)of->before->sites[i].count);
    }
    for (size_t i = 0; all && i < after; i++) {
        all = tell(tuple, (ptrdiff_t)(before + i), &of->after->sites[i], (long long)of->after->sites[i].count);
    }
    if (!all) {
        pa_drop(tuple);
        tuple = NULL;
    }
    pa_interval_sites_drop(of);
    return tuple;
}
