#include "native/counting.h"

#include <stdlib.h>
#include <string.h>

#include "native/attach.h"
#include "native/entered.h"
#include "native/objects.h"
#include "native/thread.h"

/* What a region had counted when it was left, in memory of the C library: making it makes no event. */
typedef struct {
    const char *problem; /* why it is not exact, or NULL */
    pa_counts totals;
    uint32_t used;
    pa_counts rows[];
} count;

/* interval(owner) */
typedef struct {
    pa_object head;
    pa_vectorcall_function call;
    void *owner;
    pa_region *region; /* while it is entered */
    bool over;
} interval;

/* uncounted(function) */
typedef struct {
    pa_object head;
    pa_vectorcall_function call;
    void *function;
} uncounted;

enum { FIELDS = sizeof(pa_counts) / sizeof(uint64_t) };

static void *interval_type, *uncounted_type;
static pa_region *spare; /* regions that nobody is in; a list */

/* --- counts --- */

static pa_region *take_region(void)
{
    pa_region *region = spare;
    if (region == NULL) {
        return pa_region_new();
    }
    spare = region->next;
    pa_tally_clear(&region->tally);
    memset(region->raw, 0, sizeof region->raw);
    region->entries = region->disorder = 0;
    region->next = NULL;
    return region;
}

static void give_region(pa_region *region)
{
    region->next = spare;
    spare = region;
}

/* Makes the counters of a region complete, what it has of the raw domain included. Once, when it was left. */
static void settle(pa_region *region)
{
    pa_tally *tally = &region->tally;
    const uint64_t *raw = region->raw;
    pa_counts *buffers = &tally->rows[0];
    tally->requested[PA_RAW][PA_MALLOC - PA_PYMALLOC] += raw[PA_RAW_REQUESTS];
    tally->totals.bytes += raw[PA_RAW_BYTES];
    tally->totals.resizes += raw[PA_RAW_RESIZES];
    buffers->resizes += raw[PA_RAW_RESIZES];
    tally->totals.resize_bytes += raw[PA_RAW_RESIZE_BYTES];
    buffers->resize_bytes += raw[PA_RAW_RESIZE_BYTES];
    tally->totals.releases += raw[PA_RAW_RELEASES];
    buffers->releases += raw[PA_RAW_RELEASES];
    pa_tally_settle(tally);
}

/* Whether totals are what their rows come to, and requests what became of them. */
static bool is_sound(const count *found)
{
    uint64_t sums[FIELDS] = {0}, totals[FIELDS];
    for (uint32_t i = 0; i < found->used; i++) {
        uint64_t fields[FIELDS];
        memcpy(fields, &found->rows[i], sizeof fields);
        for (int field = 0; field < FIELDS; field++) {
            sums[field] += fields[field];
        }
    }
    memcpy(totals, &found->totals, sizeof totals);
    const pa_counts *all = &found->totals;
    return memcmp(sums, totals, sizeof sums) == 0 &&
           all->requests == all->creations[PA_PYMALLOC] + all->creations[PA_MALLOC] + all->buffers[0] + all->buffers[1];
}

/* A copy of what was counted. NULL when there is no memory. */
static count *count_of(pa_region *region, bool left_here)
{
    settle(region);
    count *found = malloc(sizeof *found + pa_names_used * sizeof(pa_counts));
    if (found == NULL) {
        return NULL;
    }
    found->totals = region->tally.totals;
    found->used = pa_names_used;
    memcpy(found->rows, region->tally.rows, found->used * sizeof(pa_counts));
    found->problem = !left_here ? "it was left in another thread than it was entered in"
                     : region->disorder ? "more than 64 intervals or regions were entered one inside the other"
                                        : pa_attached_problem();
    if (found->problem == NULL && !is_sound(found)) {
        found->problem = "the sums over the types are not the totals kept beside them";
    }
    return found;
}

/* Whether they agree in creations by type and origin, requests and resizes: sameIntervals, src/core/interval.ts. */
static bool agree(const count *a, const count *b)
{
    static const pa_counts nothing;
    const uint32_t used = a->used > b->used ? a->used : b->used;
    for (uint32_t i = 0; i < used; i++) {
        const pa_counts *x = i < a->used ? &a->rows[i] : &nothing, *y = i < b->used ? &b->rows[i] : &nothing;
        if (memcmp(x->creations, y->creations, sizeof x->creations) != 0 || x->requests != y->requests ||
            x->resizes != y->resizes) {
            return false;
        }
    }
    return true;
}

/* A new tuple of these, whose references it takes; NULL when one of them could not be made. */
static void *tuple_of(void *const *items, ptrdiff_t size)
{
    void *tuple = py.PyTuple_New(size);
    for (ptrdiff_t i = 0; i < size; i++) {
        if (tuple != NULL && items[i] != NULL) {
            py.PyTuple_SetItem(tuple, i, items[i]);
        }
        else {
            pa_drop(tuple);
            pa_drop(items[i]);
            tuple = NULL;
        }
    }
    return tuple;
}

static void *fields_of(const pa_counts *counts)
{
    uint64_t fields[FIELDS];
    void *items[FIELDS];
    memcpy(fields, counts, sizeof fields);
    for (int i = 0; i < FIELDS; i++) {
        items[i] = py.PyLong_FromUnsignedLongLong(fields[i]);
    }
    return tuple_of(items, FIELDS);
}

static void *rows_of(const count *found)
{
    static const pa_counts nothing;
    void *list = py.PyList_New(0);
    for (uint32_t i = 0; list != NULL && i < found->used; i++) {
        if (memcmp(&found->rows[i], &nothing, sizeof nothing) == 0) {
            continue;
        }
        const char *name = pa_names[i];
        void *row = tuple_of((void *[]){py.PyUnicode_DecodeUTF8(name, (ptrdiff_t)strlen(name), "replace"),
                                        fields_of(&found->rows[i])}, 2);
        if (row == NULL || py.PyList_Append(list, row) < 0) {
            pa_drop(list);
            list = NULL;
        }
        pa_drop(row);
    }
    return list;
}

/* (problem, totals, rows), and frees it. */
static void *told(count *found)
{
    if (found == NULL) {
        py.PyErr_SetString(*(void **)py.PyExc_RuntimeError, "pyallocs: there is no memory to tell what was counted");
        return NULL;
    }
    void *items[] = {found->problem == NULL ? pa_none() : py.PyUnicode_FromString(found->problem), fields_of(&found->totals),
                     rows_of(found)};
    free(found);
    return tuple_of(items, 3);
}

/* --- intervals --- */

static void *enter(interval *self)
{
    pa_suspend();
    pa_region *region = self->region == NULL && !self->over ? take_region() : NULL;
    void *result = NULL;
    if (region == NULL) {
        bool used = self->region != NULL || self->over;
        py.PyErr_SetString(*(void **)py.PyExc_RuntimeError, used ? "this interval was entered before: make another one"
                                                                 : "pyallocs: there is no room for another interval");
    }
    else {
        result = pa_call_method(self->owner, "_begin", NULL);
        if (result == NULL) {
            give_region(region);
        }
    }
    pa_drop(result);
    pa_resume();
    if (result == NULL) {
        return NULL;
    }
    self->region = region;
    py.Py_IncRef(self->owner);
    pa_region_enter(region);
    return self->owner;
}

/* Counting is over, and the owner told so. False with an exception. */
static bool end(interval *self)
{
    pa_region *region = self->region;
    bool here = pa_region_leave(region) || region->disorder;
    pa_suspend();
    self->region = NULL;
    self->over = true;
    void *count = told(count_of(region, here));
    if (here) {
        give_region(region); /* otherwise another thread is still in it */
    }
    void *result = count == NULL ? NULL : pa_call_method(self->owner, "_end", count);
    pa_drop(result);
    pa_resume();
    return result != NULL;
}

static void *leave(interval *self)
{
    if (self->region == NULL) {
        py.PyErr_SetString(*(void **)py.PyExc_RuntimeError, "this interval was not entered");
        return NULL;
    }
    return end(self) ? pa_none() : NULL;
}

/* __enter__() has no argument, __exit__(type, value, traceback) has three. */
static void *call_interval(void *callable, void *const *arguments, size_t count, void *names)
{
    (void)arguments;
    (void)names;
    return count << 1 == 0 ? enter(callable) : leave(callable); /* the highest bit is PY_VECTORCALL_ARGUMENTS_OFFSET */
}

static void drop_interval(void *value)
{
    interval *self = value;
    pa_suspend();
    if (self->region != NULL) { /* entered by hand, and never left */
        void *three[3];
        py.PyErr_Fetch(&three[0], &three[1], &three[2]);
        if (!end(self)) {
            py.PyErr_Clear();
        }
        py.PyErr_Restore(three[0], three[1], three[2]);
    }
    pa_drop(self->owner);
    pa_object_free(value);
    pa_resume();
}

void *pa_interval_of(void *module, void *owner)
{
    (void)module;
    if (interval_type == NULL) {
        py.PyErr_SetString(*(void **)py.PyExc_RuntimeError, "_pyallocs.attach() comes first");
        return NULL;
    }
    pa_suspend();
    interval *made = pa_object_new(interval_type);
    if (made != NULL) {
        py.Py_IncRef(owner);
        made->call = call_interval;
        made->owner = owner;
    }
    pa_resume();
    return made;
}

/* What __enter__ and __exit__ of the type find: the interval itself, so that `with` makes nothing. */
static void *get_itself(void *descriptor, void *of, void *type)
{
    (void)type;
    void *found = of == NULL ? descriptor : of;
    py.Py_IncRef(found);
    return found;
}

/* --- functions that are not counted --- */

static void *call_uncounted(void *callable, void *const *arguments, size_t count, void *names)
{
    pa_suspend();
    void *result = pa_vectorcall(((uncounted *)callable)->function, arguments, count, names);
    pa_resume();
    return result;
}

static void drop_uncounted(void *value)
{
    pa_suspend();
    pa_drop(((uncounted *)value)->function);
    pa_object_free(value);
    pa_resume();
}

/* Has the attributes of its function: __name__, __doc__ and all others. */
static void *get_of_uncounted(void *self, void *name)
{
    return py.PyObject_GetAttr(((uncounted *)self)->function, name);
}

void *pa_uncounted_of(void *module, void *function)
{
    (void)module;
    if (uncounted_type == NULL) {
        py.PyErr_SetString(*(void **)py.PyExc_RuntimeError, "_pyallocs.attach() comes first");
        return NULL;
    }
    pa_suspend();
    uncounted *made = pa_object_new(uncounted_type);
    if (made != NULL) {
        py.Py_IncRef(function);
        made->call = call_uncounted;
        made->function = function;
    }
    pa_resume();
    return made;
}

/* --- runs --- */

/* A call that is made again and again. */
typedef struct {
    void *function, *names;
    void **values; /* in front of them is room for one more: PY_VECTORCALL_ARGUMENTS_OFFSET */
    size_t positional;
} repeated;

static bool read_call(void *arguments, repeated *call)
{
    void *values = py.PyTuple_GetItem(arguments, 1), *names = py.PyTuple_GetItem(arguments, 2);
    ptrdiff_t size = py.PyTuple_Size(values), named = py.PyTuple_Size(names);
    if (size < 0 || named < 0 || named > size) {
        return false;
    }
    void **room = malloc(((size_t)size + 1) * sizeof *room);
    if (room == NULL) {
        return false;
    }
    for (ptrdiff_t i = 0; i < size; i++) {
        room[i + 1] = py.PyTuple_GetItem(values, i);
    }
    *call = (repeated){py.PyTuple_GetItem(arguments, 0), named == 0 ? NULL : names, room + 1, (size_t)(size - named)};
    return call->function != NULL;
}

/* False with the exception of the function. */
static bool run(const repeated *call, long times)
{
    const size_t offset = (size_t)1 << (8 * sizeof offset - 1);
    for (long i = 0; i < times; i++) {
        void *result = pa_vectorcall(call->function, call->values, call->positional | offset, call->names);
        if (result == NULL) {
            return false;
        }
        py.Py_DecRef(result);
    }
    return true;
}

/* Runs, counted if there is a region, and nowhere else: the program and the intervals around see nothing of it. */
static bool run_counted(const repeated *call, long times, pa_region *region)
{
    pa_thread *self = &pa_self;
    const pa_thread around = *self;
    self->entered = NULL;
    self->open = self->different = self->suspended = 0;
    self->alone = true;
    if (region != NULL) {
        pa_region_enter(region);
    }
    bool done = run(call, times);
    if (region != NULL) {
        pa_region_leave(region);
    }
    free(self->entered);
    self->entered = around.entered;
    self->open = around.open;
    self->different = around.different;
    self->suspended = around.suspended;
    self->alone = around.alone;
    self->path.root = 0;
    return done;
}

/* Counts so many calls; NULL with an exception. */
static count *count_run(const repeated *call, long times)
{
    pa_region *region = take_region();
    if (region == NULL) {
        py.PyErr_SetString(*(void **)py.PyExc_RuntimeError, "pyallocs: there is no room for another interval");
        return NULL;
    }
    bool done = run_counted(call, times, region);
    count *found = done ? count_of(region, true) : NULL;
    give_region(region);
    if (done && found == NULL) {
        py.PyErr_SetString(*(void **)py.PyExc_RuntimeError, "pyallocs: there is no memory to tell what was counted");
    }
    return found;
}

static void *bad_call(void)
{
    if (py.PyErr_Occurred() == NULL) {
        py.PyErr_SetString(*(void **)py.PyExc_RuntimeError, "pyallocs: there is no memory for the arguments");
    }
    return NULL;
}

enum { PLAN_LIMIT = 64 };

void *pa_measure(void *module, void *arguments)
{
    (void)module;
    repeated call;
    long plan[PLAN_LIMIT];
    count *found[PLAN_LIMIT];
    ptrdiff_t steps = 0, used = 0;
    pa_suspend();
    void *numbers = py.PyTuple_Size(arguments) == 4 ? py.PyTuple_GetItem(arguments, 3) : NULL;
    steps = numbers == NULL ? -1 : py.PyTuple_Size(numbers);
    if (steps < 0 || steps > PLAN_LIMIT || !read_call(arguments, &call)) {
        pa_resume();
        return bad_call();
    }
    for (ptrdiff_t i = 0; i < steps; i++) {
        plan[i] = py.PyLong_AsLong(py.PyTuple_GetItem(numbers, i));
    }
    bool done = py.PyErr_Occurred() == NULL;
    for (ptrdiff_t i = 0; done && i < steps; i++) {
        if (plan[i] < 0) {
            done = run_counted(&call, -plan[i], NULL);
        }
        else {
            found[used] = count_run(&call, plan[i]);
            done = found[used] != NULL;
            used += done;
        }
    }
    free(call.values - 1);
    void *list = done ? py.PyList_New(0) : NULL;
    for (ptrdiff_t i = 0; i < used; i++) {
        void *one = list == NULL ? NULL : told(found[i]);
        if (list == NULL) {
            free(found[i]);
        }
        else if (one == NULL || py.PyList_Append(list, one) < 0) {
            pa_drop(list);
            list = NULL;
        }
        pa_drop(one);
    }
    pa_resume();
    return list;
}

void *pa_warm(void *module, void *arguments)
{
    (void)module;
    repeated call;
    pa_suspend();
    if (py.PyTuple_Size(arguments) != 5 || !read_call(arguments, &call)) {
        pa_resume();
        return bad_call();
    }
    long times = py.PyLong_AsLong(py.PyTuple_GetItem(arguments, 3));
    long limit = py.PyLong_AsLong(py.PyTuple_GetItem(arguments, 4)), runs = 0;
    count *before = NULL, *now = NULL;
    bool same = false, done = py.PyErr_Occurred() == NULL;
    while (done && !same && runs < limit) {
        now = count_run(&call, times);
        done = now != NULL;
        same = done && before != NULL && agree(before, now);
        free(before);
        before = now;
        runs++;
    }
    free(before);
    free(call.values - 1);
    void *result = done ? py.PyLong_FromLong(runs) : NULL;
    pa_resume();
    return result;
}

/* --- types --- */

bool pa_counting_prepare(void)
{
    if (interval_type != NULL) {
        return true;
    }
    static pa_slot_of_type interval_slots[3], uncounted_slots[4], finder_slots[2];
    void *(*call)(void *, void *, void *) = py.PyVectorcall_Call, *(*get)(void *, void *, void *) = get_itself;
    void *(*attribute)(void *, void *) = get_of_uncounted;
    void (*dropping)(void *) = drop_interval, (*ending)(void *) = drop_uncounted;
    pa_slot_set(&interval_slots[0], PA_TP_CALL, &call);
    pa_slot_set(&interval_slots[1], PA_TP_DEALLOC, &dropping);
    pa_slot_set(&uncounted_slots[0], PA_TP_CALL, &call);
    pa_slot_set(&uncounted_slots[1], PA_TP_DEALLOC, &ending);
    pa_slot_set(&uncounted_slots[2], PA_TP_GETATTRO, &attribute);
    pa_slot_set(&finder_slots[0], PA_TP_DESCR_GET, &get);
    void *made = pa_type_new("_pyallocs.interval", sizeof(interval), interval_slots);
    void *other = pa_type_new("_pyallocs.uncounted", sizeof(uncounted), uncounted_slots);
    void *finder_type = pa_type_new("_pyallocs.itself", sizeof(pa_object), finder_slots);
    void *finder = finder_type == NULL ? NULL : pa_object_new(finder_type);
    pa_drop(finder_type);
    if (made == NULL || other == NULL || finder == NULL || py.PyObject_SetAttrString(made, "__enter__", finder) < 0 ||
        py.PyObject_SetAttrString(made, "__exit__", finder) < 0) {
        return false;
    }
    pa_drop(finder);
    pa_type_use_vectorcall(made, offsetof(interval, call), false);
    pa_type_use_vectorcall(other, offsetof(uncounted, call), false);
    interval_type = made;
    uncounted_type = other;
    return true;
}
