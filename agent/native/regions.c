#include "native/regions.h"

#include <string.h>

#include "native/entered.h"
#include "native/objects.h"
#include "native/thread.h"

/* co_flags (Include/cpython/code.h, 3.8-3.15). */
enum { CO_GENERATOR = 0x20, CO_COROUTINE = 0x80, CO_ASYNC_GENERATOR = 0x200 };

/* pyallocs.region(name): one per name, never freed. */
typedef struct named {
    pa_object head;
    pa_region *region;
    void *enter, *leave; /* what `with` calls: found as attributes of the type, made with the object */
    struct named *next;
} named;

/* What __enter__ and __exit__ of a named region are. */
typedef struct {
    pa_object head;
    pa_vectorcall_function call;
    named *of;
} act;

/* A function decorated with a region. */
typedef struct {
    pa_object head;
    pa_vectorcall_function call;
    void *function;
    pa_region *region;
    unsigned kind; /* CO_GENERATOR, CO_COROUTINE, CO_ASYNC_GENERATOR or 0 */
} decorated;

/* A generator, coroutine or asynchronous generator of a decorated function, or an awaitable of the last. */
typedef struct {
    pa_object head;
    void *inner;
    void *send, *throw, *close; /* its bound methods; of an asynchronous generator asend, athrow, aclose */
    void *next;                 /* of an asynchronous generator: __anext__; otherwise NULL */
    pa_region *region;
} running;

static void *named_type, *act_type, *decorated_type, *running_type, *async_type;
static named *names[1024];

static void leave(pa_region *region)
{
    if (!pa_region_is_innermost(region)) { /* left in the wrong order, or in another thread */
        region->disorder = 1;
    }
    pa_region_leave(region);
}

static void *call_enter(void *callable, void *const *arguments, size_t count, void *keywords)
{
    named *of = ((act *)callable)->of;
    (void)arguments;
    (void)count;
    (void)keywords;
    py.Py_IncRef(of);
    pa_region_enter(of->region);
    return of;
}

static void *call_leave(void *callable, void *const *arguments, size_t count, void *keywords)
{
    leave(((act *)callable)->of->region);
    (void)arguments;
    (void)count;
    (void)keywords;
    return pa_none();
}

/* --- objects --- */

static uint32_t hash(const char *text)
{
    uint32_t value = 2166136261u; /* FNV-1a */
    while (*text != '\0') {
        value = (value ^ (uint8_t)*text++) * 16777619u;
    }
    return value;
}

static pa_region *new_region(const char *name)
{
    pa_region *region = pa_region_new();
    if (region != NULL) {
        region->name = pa_recording_text(name, strlen(name));
        region->next = pa_recorded->regions;
        pa_recorded->regions = region;
    }
    return region;
}

static void *new_act(named *of, pa_vectorcall_function call)
{
    act *made = pa_object_new(act_type);
    if (made != NULL) {
        made->call = call;
        made->of = of;
    }
    return made;
}

static named *named_for(const char *name)
{
    named **bucket = &names[hash(name) % (sizeof names / sizeof *names)];
    for (named *known = *bucket; known != NULL; known = known->next) {
        if (strcmp(known->region->name, name) == 0) {
            return known;
        }
    }
    named *made = pa_object_new(named_type);
    pa_region *region = made == NULL ? NULL : new_region(name);
    if (region == NULL || region->name == NULL) {
        py.PyErr_SetString(*(void **)py.PyExc_ValueError, "pyallocs: there is no room for another region");
        return NULL;
    }
    made->region = region;
    made->enter = new_act(made, call_enter);
    made->leave = new_act(made, call_leave);
    made->next = *bucket;
    if (made->enter == NULL || made->leave == NULL) {
        return NULL;
    }
    *bucket = made;
    return made;
}

/* region(name) */
void *pa_region_of(void *module, void *name)
{
    (void)module;
    pa_suspend();
    ptrdiff_t size;
    const char *text = py.PyUnicode_AsUTF8AndSize(name, &size);
    named *found = text == NULL ? NULL : named_for(text);
    if (found != NULL) {
        py.Py_IncRef(found);
    }
    pa_resume();
    return found;
}

/* Attributes of the type of named regions: give what was made with the object, so that `with` makes nothing. */
static void *get_enter(void *descriptor, void *of, void *type)
{
    (void)type;
    void *found = of == NULL ? descriptor : ((named *)of)->enter;
    py.Py_IncRef(found);
    return found;
}

static void *get_leave(void *descriptor, void *of, void *type)
{
    (void)type;
    void *found = of == NULL ? descriptor : ((named *)of)->leave;
    py.Py_IncRef(found);
    return found;
}

/* --- decorated functions --- */

static unsigned kind_of(void *function)
{
    void *code = py.PyObject_GetAttrString(function, "__code__");
    void *flags = code == NULL ? NULL : py.PyObject_GetAttrString(code, "co_flags");
    long value = flags == NULL ? 0 : py.PyLong_AsLong(flags);
    pa_drop(flags);
    pa_drop(code);
    py.PyErr_Clear();
    return (unsigned)value & (CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR);
}

static void *run_in(void *inner, pa_region *region, bool asynchronous);

static void *call_decorated(void *callable, void *const *arguments, size_t count, void *keywords)
{
    decorated *self = callable;
    if (self->kind != 0) { /* making it runs nothing of it */
        return run_in(pa_vectorcall(self->function, arguments, count, keywords), self->region, self->kind == CO_ASYNC_GENERATOR);
    }
    pa_region_enter(self->region);
    void *result = pa_vectorcall(self->function, arguments, count, keywords);
    leave(self->region);
    return result;
}

/* region(name)(function) */
static void *decorate(void *callable, void *arguments, void *keywords)
{
    (void)keywords;
    void *function = py.PyTuple_Size(arguments) == 1 ? py.PyTuple_GetItem(arguments, 0) : NULL;
    if (function == NULL || py.PyCallable_Check(function) == 0) {
        py.PyErr_SetString(*(void **)py.PyExc_TypeError, "a region decorates one function");
        return NULL;
    }
    pa_suspend();
    decorated *made = pa_object_new(decorated_type);
    if (made != NULL) {
        py.Py_IncRef(function);
        made->call = call_decorated;
        made->function = function;
        made->region = ((named *)callable)->region;
        made->kind = kind_of(function);
    }
    pa_resume();
    return made;
}

static void drop_decorated(void *value)
{
    pa_drop(((decorated *)value)->function);
    pa_suspend();
    pa_object_free(value);
    pa_resume();
}

/* Has the attributes of its function: __name__, __doc__ and all others. */
static void *get_of_decorated(void *self, void *name)
{
    const char *text = py.PyUnicode_AsUTF8AndSize(name, &(ptrdiff_t){0});
    if (text != NULL && strcmp(text, "__wrapped__") == 0) {
        py.Py_IncRef(((decorated *)self)->function);
        return ((decorated *)self)->function;
    }
    return py.PyObject_GetAttr(((decorated *)self)->function, name);
}

/* As a function does: obj.method is bound. Calls of obj.method() do not come here. */
static void *bind_decorated(void *self, void *of, void *type)
{
    (void)type;
    if (of == NULL) {
        py.Py_IncRef(self);
        return self;
    }
    return py.PyMethod_New(self, of);
}

/* --- what runs piece by piece --- */

static void *run_in(void *inner, pa_region *region, bool asynchronous)
{
    if (inner == NULL) {
        return NULL;
    }
    pa_suspend();
    running *made = pa_object_new(asynchronous ? async_type : running_type);
    if (made != NULL) {
        made->inner = inner;
        made->region = region;
        made->send = py.PyObject_GetAttrString(inner, asynchronous ? "asend" : "send");
        made->throw = py.PyObject_GetAttrString(inner, asynchronous ? "athrow" : "throw");
        made->close = py.PyObject_GetAttrString(inner, asynchronous ? "aclose" : "close");
        made->next = asynchronous ? py.PyObject_GetAttrString(inner, "__anext__") : NULL;
        py.PyErr_Clear();
    }
    pa_resume();
    return made;
}

static void drop_running(void *value)
{
    running *self = value;
    pa_suspend();
    pa_drop(self->send);
    pa_drop(self->throw);
    pa_drop(self->close);
    pa_drop(self->next);
    pa_resume();
    pa_region_enter(self->region); /* what is left of it is closed */
    self->region->entries--;
    pa_drop(self->inner);
    leave(self->region);
    pa_suspend();
    pa_object_free(value);
    pa_resume();
}

static void *call_in(running *self, void *method, void *const *arguments, size_t count)
{
    if (method == NULL) {
        py.PyErr_SetString(*(void **)py.PyExc_TypeError, "this cannot be done with what the function returned");
        return NULL;
    }
    pa_region_enter(self->region);
    void *result = pa_vectorcall(method, arguments, count, NULL);
    leave(self->region);
    return result;
}

static void *run_send(void *self, void *value)
{
    return call_in(self, ((running *)self)->send, &value, 1);
}

static void *run_throw(void *self, void *const *arguments, ptrdiff_t count)
{
    return call_in(self, ((running *)self)->throw, arguments, (size_t)count);
}

static void *run_close(void *self, void *unused)
{
    (void)unused;
    return call_in(self, ((running *)self)->close, NULL, 0);
}

static void *run_next(void *self)
{
    return run_send(self, py._Py_NoneStruct);
}

static void *itself(void *self)
{
    py.Py_IncRef(self);
    return self;
}

/* The attributes of the generator or coroutine: cr_frame, gi_running and all others. */
static void *get_of_running(void *self, void *name)
{
    void *found = py.PyObject_GenericGetAttr(self, name);
    if (found == NULL) {
        py.PyErr_Clear();
        found = py.PyObject_GetAttr(((running *)self)->inner, name);
    }
    return found;
}

static void *async_piece(void *self, void *awaitable)
{
    return run_in(awaitable, ((running *)self)->region, false);
}

static void *async_next(void *self)
{
    return async_piece(self, call_in(self, ((running *)self)->next, NULL, 0));
}

static void *async_send(void *self, void *value)
{
    return async_piece(self, run_send(self, value));
}

static void *async_throw(void *self, void *const *arguments, ptrdiff_t count)
{
    return async_piece(self, run_throw(self, arguments, count));
}

static void *async_close(void *self, void *unused)
{
    return async_piece(self, run_close(self, unused));
}

/* --- types --- */

/* A descriptor that only finds. */
static void *make_finder(const char *name, void *(*get)(void *, void *, void *))
{
    static pa_slot_of_type slots[2][2];
    pa_slot_of_type *of = slots[get == get_leave];
    pa_slot_set(&of[0], PA_TP_DESCR_GET, &get);
    void *type = pa_type_new(name, sizeof(pa_object), of);
    void *made = type == NULL ? NULL : pa_object_new(type);
    pa_drop(type);
    return made;
}

bool pa_regions_prepare(void)
{
    if (named_type != NULL) {
        return true;
    }
    static pa_slot_of_type named_slots[2], act_slots[2], decorated_slots[5], running_slots[7], async_slots[7];
    static pa_method running_methods[4], async_methods[4];
    void *(*call)(void *, void *, void *) = py.PyVectorcall_Call;
    void *(*decorating)(void *, void *, void *) = decorate, *(*binding)(void *, void *, void *) = bind_decorated;
    void *(*getting)(void *, void *) = get_of_decorated, *(*attribute)(void *, void *) = get_of_running;
    void (*dropping)(void *) = drop_decorated, (*ending)(void *) = drop_running;
    void *(*next)(void *) = run_next, *(*self)(void *) = itself, *(*anext)(void *) = async_next;
    void *(*send)(void *, void *) = run_send, *(*close)(void *, void *) = run_close;
    void *(*asend)(void *, void *) = async_send, *(*aclose)(void *, void *) = async_close;
    void *(*throw)(void *, void *const *, ptrdiff_t) = run_throw, *(*athrow)(void *, void *const *, ptrdiff_t) = async_throw;

    pa_slot_set(&named_slots[0], PA_TP_CALL, &decorating);
    pa_slot_set(&act_slots[0], PA_TP_CALL, &call);
    pa_slot_set(&decorated_slots[0], PA_TP_CALL, &call);
    pa_slot_set(&decorated_slots[1], PA_TP_DEALLOC, &dropping);
    pa_slot_set(&decorated_slots[2], PA_TP_GETATTRO, &getting);
    pa_slot_set(&decorated_slots[3], PA_TP_DESCR_GET, &binding);
    pa_method_set(&running_methods[0], "send", &send, PA_METH_O);
    pa_method_set(&running_methods[1], "throw", &throw, PA_METH_FASTCALL);
    pa_method_set(&running_methods[2], "close", &close, PA_METH_NOARGS);
    pa_method *methods = running_methods;
    pa_slot_set(&running_slots[0], PA_TP_METHODS, &methods);
    pa_slot_set(&running_slots[1], PA_TP_ITER, &self);
    pa_slot_set(&running_slots[2], PA_TP_ITERNEXT, &next);
    pa_slot_set(&running_slots[3], PA_AM_AWAIT, &self);
    pa_slot_set(&running_slots[4], PA_TP_GETATTRO, &attribute);
    pa_slot_set(&running_slots[5], PA_TP_DEALLOC, &ending);
    pa_method_set(&async_methods[0], "asend", &asend, PA_METH_O);
    pa_method_set(&async_methods[1], "athrow", &athrow, PA_METH_FASTCALL);
    pa_method_set(&async_methods[2], "aclose", &aclose, PA_METH_NOARGS);
    methods = async_methods;
    pa_slot_set(&async_slots[0], PA_TP_METHODS, &methods);
    pa_slot_set(&async_slots[1], PA_AM_AITER, &self);
    pa_slot_set(&async_slots[2], PA_AM_ANEXT, &anext);
    pa_slot_set(&async_slots[3], PA_TP_GETATTRO, &attribute);
    pa_slot_set(&async_slots[4], PA_TP_DEALLOC, &ending);

    named_type = pa_type_new("_pyallocs.region", sizeof(named), named_slots);
    act_type = pa_type_new("_pyallocs.act", sizeof(act), act_slots);
    decorated_type = pa_type_new("_pyallocs.decorated", sizeof(decorated), decorated_slots);
    running_type = pa_type_new("_pyallocs.running", sizeof(running), running_slots);
    async_type = pa_type_new("_pyallocs.async_running", sizeof(running), async_slots);
    void *entering = make_finder("_pyallocs.enter", get_enter), *leaving = make_finder("_pyallocs.exit", get_leave);
    if (named_type == NULL || act_type == NULL || decorated_type == NULL || running_type == NULL || async_type == NULL ||
        entering == NULL || leaving == NULL || py.PyObject_SetAttrString(named_type, "__enter__", entering) < 0 ||
        py.PyObject_SetAttrString(named_type, "__exit__", leaving) < 0) {
        return false;
    }
    pa_type_use_vectorcall(act_type, offsetof(act, call), false);
    pa_type_use_vectorcall(decorated_type, offsetof(decorated, call), true);
    return true;
}
