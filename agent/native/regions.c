#include "native/regions.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/memory.h"
#include "native/environment.h"
#include "native/python.h"
#include "native/thread.h"

/* PyType_Spec and PyType_Slot (Include/object.h), and the numbers of slots (Include/typeslots.h), 3.8-3.15. */
typedef struct {
    int slot;
    void *function;
} type_slot;
typedef struct {
    const char *name;
    int size, item_size;
    unsigned flags;
    type_slot *slots;
} type_spec;
enum {
    TP_CALL = 50,
    TP_DEALLOC = 52,
    TP_DESCR_GET = 54,
    TP_GETATTRO = 58,
    TP_ITER = 62,
    TP_ITERNEXT = 63,
    TP_METHODS = 64,
    AM_AWAIT = 77,
    AM_AITER = 78,
    AM_ANEXT = 79
};
/* Py_TPFLAGS_DEFAULT without Py_TPFLAGS_BASETYPE; Py_TPFLAGS_METHOD_DESCRIPTOR (Include/object.h, 3.8-3.15). */
enum { DEFAULT_FLAGS = 1 << 18, METHOD_DESCRIPTOR = 1 << 17 };
/* co_flags (Include/cpython/code.h, 3.8-3.15). */
enum { CO_GENERATOR = 0x20, CO_COROUTINE = 0x80, CO_ASYNC_GENERATOR = 0x200 };

typedef void *(*vectorcall)(void *callable, void *const *arguments, size_t count, void *names);

/* PyObject. */
typedef struct {
    intptr_t references;
    void *type;
} object;

/* pyallocs.region(name): one per name, never freed. */
typedef struct named {
    object head;
    pa_region *region;
    void *enter, *leave; /* what `with` calls: found as attributes of the type, made with the object */
    struct named *next;
} named;

/* What __enter__ and __exit__ of a named region are. */
typedef struct {
    object head;
    vectorcall call;
    named *of;
} act;

/* A function decorated with a region. */
typedef struct {
    object head;
    vectorcall call;
    void *function;
    pa_region *region;
    unsigned kind; /* CO_GENERATOR, CO_COROUTINE, CO_ASYNC_GENERATOR or 0 */
} decorated;

/* A generator, coroutine or asynchronous generator of a decorated function, or an awaitable of the last. */
typedef struct {
    object head;
    void *inner;
    void *send, *throw, *close; /* its bound methods; of an asynchronous generator asend, athrow, aclose */
    void *next;                 /* of an asynchronous generator: __anext__; otherwise NULL */
    pa_region *region;
} running;

static void *named_type, *act_type, *decorated_type, *running_type, *async_type;
static named *names[1024];

static void *none(void)
{
    py.Py_IncRef(py._Py_NoneStruct);
    return py._Py_NoneStruct;
}

static void drop(void *value)
{
    if (value != NULL) {
        py.Py_DecRef(value);
    }
}

/* --- entering and leaving --- */

static bool is_open(const pa_thread *self, const pa_region *region)
{
    for (unsigned i = 0; i < self->open; i++) {
        if (self->entered[i] == region) {
            return true;
        }
    }
    return false;
}

static void enter(pa_region *region)
{
    pa_thread *self = &pa_self;
    if (self->open == PA_REGION_DEPTH) {
        region->disorder = 1;
        return;
    }
    if (!is_open(self, region)) {
        self->tallies[++self->different] = &region->tally;
        self->tallies[self->different + 1] = NULL;
        self->path.root = 0;
    }
    self->entered[self->open++] = region;
    region->entries++;
    if (self->open == 1) {
        pa_threads_in_regions++;
    }
    pa_phases_update();
}

static void leave(pa_region *region)
{
    pa_thread *self = &pa_self;
    unsigned at = self->open;
    while (at > 0 && self->entered[at - 1] != region) {
        at--;
    }
    if (at != self->open) { /* not the innermost one, or not entered in this thread */
        region->disorder = 1;
    }
    if (at == 0) {
        return;
    }
    self->open--;
    memmove(&self->entered[at - 1], &self->entered[at], (self->open - (at - 1)) * sizeof self->entered[0]);
    if (!is_open(self, region)) {
        unsigned i = 1;
        while (self->tallies[i] != &region->tally) {
            i++;
        }
        memmove(&self->tallies[i], &self->tallies[i + 1], (self->different - i + 1) * sizeof self->tallies[0]);
        self->different--;
        self->path.root = 0;
    }
    if (self->open == 0) {
        pa_threads_in_regions--;
    }
    pa_phases_update();
}

static void *call_enter(void *callable, void *const *arguments, size_t count, void *keywords)
{
    named *of = ((act *)callable)->of;
    (void)arguments;
    (void)count;
    (void)keywords;
    py.Py_IncRef(of);
    enter(of->region);
    return of;
}

static void *call_leave(void *callable, void *const *arguments, size_t count, void *keywords)
{
    leave(((act *)callable)->of->region);
    (void)arguments;
    (void)count;
    (void)keywords;
    return none();
}

/* --- objects --- */

/* Heap types are referenced by their objects from 3.8 on (PyType_GenericAlloc does that), and dropped with them. */
static void *make(void *type)
{
    return py.PyType_GenericAlloc(type, 0);
}

static void release(void *value)
{
    void *type = ((object *)value)->type;
    py.PyObject_Free(value);
    py.Py_DecRef(type);
}

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
    pa_region *region = pa_shared_new(1, sizeof *region);
    if (region == NULL || !pa_tally_add(&region->tally)) {
        return NULL;
    }
    region->name = pa_recording_text(name, strlen(name));
    region->next = pa_recorded->regions;
    pa_recorded->regions = region;
    return region;
}

static void *new_act(named *of, vectorcall call)
{
    act *made = make(act_type);
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
    named *made = make(named_type);
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
static void *region_of(void *module, void *name)
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
    drop(flags);
    drop(code);
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
    enter(self->region);
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
    decorated *made = make(decorated_type);
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
    drop(((decorated *)value)->function);
    pa_suspend();
    release(value);
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
    running *made = make(asynchronous ? async_type : running_type);
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
    drop(self->send);
    drop(self->throw);
    drop(self->close);
    drop(self->next);
    pa_resume();
    enter(self->region); /* what is left of it is closed */
    self->region->entries--;
    drop(self->inner);
    leave(self->region);
    pa_suspend();
    release(value);
    pa_resume();
}

static void *call_in(running *self, void *method, void *const *arguments, size_t count)
{
    if (method == NULL) {
        py.PyErr_SetString(*(void **)py.PyExc_TypeError, "this cannot be done with what the function returned");
        return NULL;
    }
    enter(self->region);
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

/* --- the modules --- */

/* `function` is the address of a function pointer of any type, which is stored by its bytes. */
static void set_method(pa_method *method, const char *name, const void *function, int flags)
{
    method->name = name;
    memcpy(&method->function, function, sizeof method->function);
    method->flags = flags;
}

static void set_slot(type_slot *slot, int number, const void *function)
{
    slot->slot = number;
    memcpy(&slot->function, function, sizeof slot->function);
}

/* Lets calls of a type's objects go to the function pointer that stands in them at `offset`. */
static void use_vectorcall(void *type, size_t offset, bool is_method)
{
    size_t value = offset;
    memcpy((char *)type + PA_TP_VECTORCALL_OFFSET, &value, sizeof value);
    uint64_t flags;
    memcpy(&flags, (char *)type + pa_layout_now->tp_flags, sizeof flags);
    flags |= PA_TPFLAGS_HAVE_VECTORCALL | (is_method ? METHOD_DESCRIPTOR : 0);
    memcpy((char *)type + pa_layout_now->tp_flags, &flags, sizeof flags);
}

static void *make_type(const char *name, size_t size, type_slot *slots)
{
    type_spec spec = {name, (int)size, 0, DEFAULT_FLAGS, slots};
    return py.PyType_FromSpec(&spec);
}

/* A descriptor that only finds. */
static void *make_finder(const char *name, void *(*get)(void *, void *, void *))
{
    static type_slot slots[2][2];
    type_slot *of = slots[get == get_leave];
    set_slot(&of[0], TP_DESCR_GET, &get);
    void *type = make_type(name, sizeof(object), of);
    void *made = type == NULL ? NULL : make(type);
    drop(type);
    return made;
}

static bool make_types(void)
{
    static type_slot named_slots[2], act_slots[2], decorated_slots[5], running_slots[7], async_slots[7];
    static pa_method running_methods[4], async_methods[4];
    void *(*call)(void *, void *, void *) = py.PyVectorcall_Call;
    void *(*decorating)(void *, void *, void *) = decorate, *(*binding)(void *, void *, void *) = bind_decorated;
    void *(*getting)(void *, void *) = get_of_decorated, *(*attribute)(void *, void *) = get_of_running;
    void (*dropping)(void *) = drop_decorated, (*ending)(void *) = drop_running;
    void *(*next)(void *) = run_next, *(*self)(void *) = itself, *(*anext)(void *) = async_next;
    void *(*send)(void *, void *) = run_send, *(*close)(void *, void *) = run_close;
    void *(*asend)(void *, void *) = async_send, *(*aclose)(void *, void *) = async_close;
    void *(*throw)(void *, void *const *, ptrdiff_t) = run_throw, *(*athrow)(void *, void *const *, ptrdiff_t) = async_throw;

    set_slot(&named_slots[0], TP_CALL, &decorating);
    set_slot(&act_slots[0], TP_CALL, &call);
    set_slot(&decorated_slots[0], TP_CALL, &call);
    set_slot(&decorated_slots[1], TP_DEALLOC, &dropping);
    set_slot(&decorated_slots[2], TP_GETATTRO, &getting);
    set_slot(&decorated_slots[3], TP_DESCR_GET, &binding);
    set_method(&running_methods[0], "send", &send, PA_METH_O);
    set_method(&running_methods[1], "throw", &throw, PA_METH_FASTCALL);
    set_method(&running_methods[2], "close", &close, PA_METH_NOARGS);
    pa_method *methods = running_methods;
    set_slot(&running_slots[0], TP_METHODS, &methods);
    set_slot(&running_slots[1], TP_ITER, &self);
    set_slot(&running_slots[2], TP_ITERNEXT, &next);
    set_slot(&running_slots[3], AM_AWAIT, &self);
    set_slot(&running_slots[4], TP_GETATTRO, &attribute);
    set_slot(&running_slots[5], TP_DEALLOC, &ending);
    set_method(&async_methods[0], "asend", &asend, PA_METH_O);
    set_method(&async_methods[1], "athrow", &athrow, PA_METH_FASTCALL);
    set_method(&async_methods[2], "aclose", &aclose, PA_METH_NOARGS);
    methods = async_methods;
    set_slot(&async_slots[0], TP_METHODS, &methods);
    set_slot(&async_slots[1], AM_AITER, &self);
    set_slot(&async_slots[2], AM_ANEXT, &anext);
    set_slot(&async_slots[3], TP_GETATTRO, &attribute);
    set_slot(&async_slots[4], TP_DEALLOC, &ending);

    named_type = make_type("_pyallocs.region", sizeof(named), named_slots);
    act_type = make_type("_pyallocs.act", sizeof(act), act_slots);
    decorated_type = make_type("_pyallocs.decorated", sizeof(decorated), decorated_slots);
    running_type = make_type("_pyallocs.running", sizeof(running), running_slots);
    async_type = make_type("_pyallocs.async_running", sizeof(running), async_slots);
    void *entering = make_finder("_pyallocs.enter", get_enter), *leaving = make_finder("_pyallocs.exit", get_leave);
    if (named_type == NULL || act_type == NULL || decorated_type == NULL || running_type == NULL || async_type == NULL ||
        entering == NULL || leaving == NULL || py.PyObject_SetAttrString(named_type, "__enter__", entering) < 0 ||
        py.PyObject_SetAttrString(named_type, "__exit__", leaving) < 0) {
        return false;
    }
    use_vectorcall(act_type, offsetof(act, call), false);
    use_vectorcall(decorated_type, offsetof(decorated, call), true);
    return true;
}

/* PyModuleDef (Include/moduleobject.h, 3.8-3.15) and PyModuleDef_HEAD_INIT. */
typedef struct {
    intptr_t references;
    void *type;
    void *init;
    ptrdiff_t index;
    void *copy;
    const char *name, *doc;
    ptrdiff_t size;
    pa_method *methods;
    void *slots, *traverse, *clear, *free;
} module_def;
enum { API_VERSION = 1013, FILE_INPUT = 257 /* Include/compile.h */ };

static void *init_agent_module(void)
{
    static pa_method methods[2];
    static module_def def = {.references = 1, .name = "_pyallocs", .size = -1, .methods = methods};
    void *(*region)(void *, void *) = region_of;
    pa_suspend();
    set_method(&methods[0], "region", &region, PA_METH_O);
    void *module = named_type != NULL || make_types() ? py.PyModule_Create2(&def, API_VERSION) : NULL;
    if (module != NULL) {
        py.PyModule_AddObject(module, "protocol", py.PyLong_FromLong(PA_REGION_PROTOCOL));
    }
    pa_resume();
    return module;
}

/* The text of python/pyallocs/__init__.py, zero-terminated; NULL when it cannot be read. */
static char *module_source(const char *path)
{
    static char text[1 << 16];
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t size = file < 0 ? -1 : read(file, text, sizeof text - 1);
    if (file >= 0) {
        close(file);
    }
    if (size < 0) {
        return NULL;
    }
    text[size] = '\0';
    return text;
}

/* pyallocs, for a program in whose environment it is not installed: the same text, from beside the agent. */
static void *init_python_module(void)
{
    static module_def def = {.references = 1, .name = "pyallocs", .size = -1};
    char path[4200];
    snprintf(path, sizeof path, "%s/__init__.py", pa_env.module);
    pa_suspend();
    char *source = module_source(path);
    void *module = source == NULL ? NULL : py.PyModule_Create2(&def, API_VERSION);
    if (module != NULL) {
        void *globals = py.PyModule_GetDict(module), *folders = py.PyList_New(1);
        py.PyList_SetItem(folders, 0, py.PyUnicode_FromString(pa_env.module));
        py.PyModule_AddObject(module, "__path__", folders);
        py.PyModule_AddObject(module, "__file__", py.PyUnicode_FromString(path));
        py.PyDict_SetItemString(globals, "__builtins__", py.PyEval_GetBuiltins());
        void *code = py.Py_CompileString(source, path, FILE_INPUT);
        void *result = code == NULL ? NULL : py.PyEval_EvalCode(code, globals, globals);
        drop(code);
        if (result == NULL) {
            drop(module);
            module = NULL;
        }
        drop(result);
    }
    else {
        py.PyErr_SetString(*(void **)py.PyExc_ImportError, "pyallocs cannot be read");
    }
    pa_resume();
    return module;
}

void pa_regions_register(void)
{
    if (pa_env.worker < 0) { /* a worker counts statements: a region in one would take what it does away from it */
        py.PyImport_AppendInittab("_pyallocs", init_agent_module);
    }
    if (pa_env.module[0] != '\0') {
        py.PyImport_AppendInittab("pyallocs", init_python_module);
    }
}
