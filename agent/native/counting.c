#include "native/counting.h"

#include <stdlib.h>
#include <string.h>

#include "native/attach.h"
#include "native/entered.h"
#include "native/interval_sites.h"
#include "native/objects.h"
#include "native/thread.h"

/* What a region had counted when it was left, in memory of the C library: making it makes no event. */
typedef struct {
    const char *problem; /* why it is not exact, or NULL */
    pa_interval_sites sites;
    bool sited; /* they were collected */
    pa_counts totals;
    uint32_t used;
    pa_counts rows[];
} count;

/* interval(owner, sites) */
typedef struct {
    pa_object head;
    pa_vectorcall_function call;
    void *owner;
    pa_region *region; /* while it is entered */
    void *trace;       /* the trace function of this thread meanwhile suspended, or NULL */
    bool over, sited;
    pa_interval_sites sites; /* if `sited` */
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
    found->sited = false;
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

/* (problem, totals, rows, sites), and frees it. */
static void *told(count *found)
{
    if (found == NULL) {
        py.PyErr_SetString(*(void **)py.PyExc_RuntimeError, "pyallocs: there is no memory to tell what was counted");
        return NULL;
    }
    void *items[] = {found->problem == NULL ? pa_none() : py.PyUnicode_FromString(found->problem), fields_of(&found->totals),
                     rows_of(found), found->sited ? pa_interval_sites_told(&found->sites) : pa_none()};
    free(found);
    return tuple_of(items, 4);
}

/* --- intervals --- */

/* No frame of ours lies between a trace function's last event and its next: one that keeps a stack of its own (coverage)
   finds the same frame on top of it. False with an exception. */
static bool suspend_trace(interval *self)
{
    void *trace = pa_call_method(self->owner, "_gettrace", NULL);
    void *off = trace == NULL || trace == py._Py_NoneStruct ? trace : pa_call_method(self->owner, "_settrace", pa_none());
    if (trace != NULL && trace != py._Py_NoneStruct) {
        void *settled = off == NULL ? NULL : pa_call_method(self->owner, "_settle", NULL);
        pa_drop(off);
        pa_drop(settled);
        self->trace = trace;
        return settled != NULL;
    }
    pa_drop(trace);
    return off != NULL;
}

/* _wake() is a call of a Python function: what is traced in C takes over from sys.settrace at the first event. */
static bool resume_trace(interval *self)
{
    if (self->trace == NULL) {
        return true;
    }
    void *on = pa_call_method(self->owner, "_settrace", self->trace);
    self->trace = NULL;
    void *awake = on == NULL ? NULL : pa_call_method(self->owner, "_wake", NULL);
    pa_drop(on);
    pa_drop(awake);
    return awake != NULL;
}

/* All of entering but the last act. False with an exception. */
static bool prepare(interval *self)
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
        result = suspend_trace(self) ? pa_call_method(self->owner, "_begin", NULL) : NULL;
        if (result == NULL) {
            give_region(region);
        }
    }
    pa_drop(result);
    pa_resume();
    if (result != NULL) {
        self->region = region;
    }
    return result != NULL;
}

/* The last act of entering. */
static void begin(interval *self)
{
    if (self->sited) {
        pa_suspend();
        pa_interval_sites_open(&self->sites);
        pa_resume();
    }
    pa_region_enter(self->region);
}

static void *enter(interval *self)
{
    if (!prepare(self)) {
        return NULL;
    }
    py.Py_IncRef(self->owner);
    begin(self);
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
    count *found = count_of(region, here);
    if (here) {
        pa_interval_sites_close(&self->sites);
    }
    if (found != NULL && found->problem == NULL) {
        found->sited = self->sited;
        found->sites = self->sites;
    }
    else {
        pa_interval_sites_drop(&self->sites);
    }
    void *count = told(found);
    if (here) {
        give_region(region); /* otherwise another thread is still in it */
    }
    void *result = count == NULL ? NULL : pa_call_method(self->owner, "_end", count);
    bool done = result != NULL;
    pa_drop(result);
    if (done) {
        done = resume_trace(self);
    }
    pa_resume();
    return done;
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
    pa_drop(self->trace);
    pa_drop(self->owner);
    pa_object_free(value);
    pa_resume();
}

void *pa_interval_of(void *module, void *arguments)
{
    (void)module;
    void *owner = py.PyTuple_Size(arguments) == 2 ? py.PyTuple_GetItem(arguments, 0) : NULL;
    if (interval_type == NULL || owner == NULL) {
        py.PyErr_SetString(*(void **)py.PyExc_RuntimeError, "_pyallocs.attach() comes first");
        return NULL;
    }
    pa_suspend();
    interval *made = pa_object_new(interval_type);
    if (made != NULL) {
        py.Py_IncRef(owner);
        made->call = call_interval;
        made->owner = owner;
        made->sited = py.PyTuple_GetItem(arguments, 1) == py._Py_TrueStruct;
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
static bool run_counted(const repeated *call, long times, pa_region *region, pa_interval_sites *sites)
{
    pa_thread *self = &pa_self;
    const pa_thread around = *self;
    self->entered = NULL;
    self->open = self->different = self->suspended = self->sited = self->scope = 0;
    self->alone = true;
    self->path.root = 0;
    if (sites != NULL) {
        pa_interval_sites_open(sites);
    }
    if (region != NULL) {
        pa_region_enter(region);
    }
    bool done = run(call, times);
    if (region != NULL) {
        pa_region_leave(region);
    }
    if (sites != NULL) {
        pa_interval_sites_close(sites);
    }
    free(self->entered);
    self->entered = around.entered;
    self->open = around.open;
    self->different = around.different;
    self->suspended = around.suspended;
    self->alone = around.alone;
    self->sited = around.sited;
    self->scope = around.scope;
    self->path.root = 0;
    return done;
}

/* Counts so many calls, with their sites if they are wanted; NULL with an exception. */
static count *count_run(const repeated *call, long times, bool sited)
{
    pa_interval_sites sites = {0};
    pa_region *region = take_region();
    if (region == NULL) {
        py.PyErr_SetString(*(void **)py.PyExc_RuntimeError, "pyallocs: there is no room for another interval");
        return NULL;
    }
    bool done = run_counted(call, times, region, sited ? &sites : NULL);
    count *found = done ? count_of(region, true) : NULL;
    give_region(region);
    if (found != NULL) {
        found->sited = sited;
        found->sites = sites;
    }
    else {
        pa_interval_sites_drop(&sites);
    }
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
            done = run_counted(&call, -plan[i], NULL, NULL);
        }
        else {
            found[used] = count_run(&call, plan[i], false);
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
        now = count_run(&call, times, false);
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

void *pa_sites_of(void *module, void *arguments)
{
    (void)module;
    repeated call;
    pa_suspend();
    if (py.PyTuple_Size(arguments) != 4 || !read_call(arguments, &call)) {
        pa_resume();
        return bad_call();
    }
    long times = py.PyLong_AsLong(py.PyTuple_GetItem(arguments, 3));
    count *found = py.PyErr_Occurred() == NULL ? count_run(&call, times, true) : NULL;
    free(call.values - 1);
    void *result = found == NULL ? NULL : told(found);
    pa_resume();
    return result;
}

/* --- the body of one call --- */

/* The interval whose body begins with the next Python frame of this thread (up to 3.10). */
static __thread interval *awaited __attribute__((tls_model("initial-exec")));

/* A profile function (Include/cpython/pystate.h: PyTrace_CALL is 0): the frame is made, and its first instruction comes
   next (_PyEval_EvalFrameDefault, Python/ceval.c, 3.8-3.10). What it makes from here on is that of the body. */
static int on_first_frame(void *unused, void *frame, int what, void *argument)
{
    (void)unused;
    (void)frame;
    (void)argument;
    if (what == 0 && awaited != NULL) {
        interval *self = awaited;
        awaited = NULL;
        pa_suspend();
        py.PyEval_SetProfile(NULL, NULL);
        pa_resume();
        begin(self);
    }
    return 0;
}

static void await_first_frame(interval *self)
{
    pa_suspend();
    awaited = self;
    py.PyEval_SetProfile(on_first_frame, NULL);
    pa_resume();
}

/* The function made no frame: a generator, or arguments that do not fit. Then the body is empty. */
static void await_no_longer(interval *self)
{
    if (awaited == self) {
        awaited = NULL;
        pa_suspend();
        py.PyEval_SetProfile(NULL, NULL);
        pa_resume();
        begin(self);
    }
}

static void *call_body(interval *self, const repeated *call, bool makes_frame)
{
    const size_t offset = (size_t)1 << (8 * sizeof offset - 1);
    const bool waits = makes_frame && py.minor <= 10; /* later a call makes none */
    if (waits) {
        await_first_frame(self);
    }
    else {
        begin(self);
    }
    void *result = pa_vectorcall(call->function, call->values, call->positional | offset, call->names);
    await_no_longer(self);
    void *raised[3] = {NULL, NULL, NULL};
    if (result == NULL) {
        py.PyErr_Fetch(&raised[0], &raised[1], &raised[2]);
    }
    bool ended = end(self);
    if (result == NULL) {
        if (!ended) {
            py.PyErr_Clear();
        }
        py.PyErr_Restore(raised[0], raised[1], raised[2]);
        return NULL;
    }
    if (!ended) {
        pa_drop(result);
        return NULL;
    }
    return result;
}

void *pa_call_in(void *module, void *arguments)
{
    (void)module;
    repeated call;
    pa_suspend();
    bool sound = py.PyTuple_Size(arguments) == 5 && read_call(arguments, &call);
    interval *self = sound ? py.PyTuple_GetItem(arguments, 3) : NULL;
    long makes_frame = sound ? py.PyLong_AsLong(py.PyTuple_GetItem(arguments, 4)) : 0;
    if (sound && self->head.type != interval_type) {
        py.PyErr_SetString(*(void **)py.PyExc_TypeError, "the fourth argument is no interval");
    }
    sound = sound && py.PyErr_Occurred() == NULL;
    pa_resume();
    if (!sound) {
        return bad_call();
    }
    void *result = prepare(self) ? call_body(self, &call, makes_frame != 0) : NULL;
    pa_suspend();
    free(call.values - 1);
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
