/* When an oracle counts, and how it says what it saw. Included by each shim; no Python header is needed.

   Two intervals, chosen by ORACLE_INTERVAL:

   main     (default) from the entry of the evaluation loop for the code that runs as __main__ until that loop returns.
            PyEval_EvalCode is interposed to recognise the code (its globals say __name__ == '__main__'), and the next
            _PyEval_EvalFrameDefault on that thread is the interval. What PyEval_EvalCode itself makes (a frame up to
            3.10, a function from 3.11) lies before it, so no rule about it is needed. Needs a shared libpython.
            Afterwards each atexit callback counts as well (see PyObject_Call below).
   bracket  from the first call of getppid() to the second. The interposed getppid returns 0, a cached int, so the
            bracket itself creates nothing. Works in static builds: getppid is a function of the C library.

   The answer, one JSON object, is written to the file named by ORACLE_OUT when the process ends. */
#ifndef _GNU_SOURCE
#  define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#define ORACLE_EXPORT __attribute__((visibility("default")))
#define ORACLE_TLS __thread __attribute__((tls_model("initial-exec")))

/* The function this one stands in front of, looked up once. dlsym allocates nothing when it succeeds. */
#define NEXT(name) \
    static __typeof__(name) *next; \
    if (!next) { \
        next = (__typeof__(name) *)dlsym(RTLD_NEXT, #name); \
        if (!next) oracle_die("no " #name " behind the shim"); \
    }

/* The same for a function that Python.h, where it is included, declares in its own words: oracle_X is the symbol X. */
#define NEXT_OF(name) \
    static __typeof__(oracle_##name) *next; \
    if (!next) { \
        next = (__typeof__(oracle_##name) *)dlsym(RTLD_NEXT, #name); \
        if (!next) oracle_die("no " #name " behind the shim"); \
    }

static volatile int oracle_on;     /* inside the interval */
static int oracle_entries;         /* how often an interval began: main, then atexit callbacks; or brackets */

static void oracle_began(void);    /* defined by the shim */
static void oracle_ended(void);
static void oracle_report(void);   /* defined by the shim: calls say() */
static int oracle_skips(void *callable, void *caller); /* defined by the shim: this call is not the program's */

/* ---- saying it --------------------------------------------------------------------------------------------- */

static int oracle_fd = -1;
static char oracle_text[1 << 14];
static size_t oracle_length;

__attribute__((noreturn, unused)) static void oracle_die(const char *why) {
    dprintf(2, "oracle: %s\n", why);
    syscall(SYS_exit_group, 99);
    __builtin_unreachable();
}

static void oracle_flush(void) {
    for (size_t done = 0; done < oracle_length;) {
        ssize_t n = write(oracle_fd, oracle_text + done, oracle_length - done);
        if (n <= 0) oracle_die("cannot write ORACLE_OUT");
        done += (size_t)n;
    }
    oracle_length = 0;
}

__attribute__((format(printf, 1, 2))) static void say(const char *format, ...) {
    if (oracle_length > sizeof oracle_text - 1024) oracle_flush();
    va_list arguments;
    va_start(arguments, format);
    int n = vsnprintf(oracle_text + oracle_length, 1024, format, arguments);
    va_end(arguments);
    if (n < 0 || n >= 1024) oracle_die("a line of the report is too long");
    oracle_length += (size_t)n;
}

__attribute__((unused)) static void say_string(const char *s) {
    say("\"");
    for (; *s; s++) {
        if (*s == '"' || *s == '\\') say("\\%c", *s);
        else if ((unsigned char)*s < 0x20) say("\\u%04x", *s);
        else say("%c", *s);
    }
    say("\"");
}

__attribute__((destructor)) static void oracle_leave(void) {
    const char *path = getenv("ORACLE_OUT");
    if (!path) return;
    int open_still = oracle_on;
    oracle_on = 0;
    if (!oracle_entries) return; /* another program that inherited the environment */
    oracle_fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (oracle_fd < 0) oracle_die("cannot open ORACLE_OUT");
    say("{\"intervals\": %d, \"open\": %s", oracle_entries, open_still ? "true" : "false");
    oracle_report();
    say("}\n");
    oracle_flush();
    close(oracle_fd);
}

/* ---- the interval ------------------------------------------------------------------------------------------ */

static int oracle_is_bracket(void) {
    static int known = -1;
    if (known < 0) {
        const char *kind = getenv("ORACLE_INTERVAL");
        known = kind && strcmp(kind, "bracket") == 0;
    }
    return known;
}

static void oracle_begin(void) {
    oracle_entries++;
    oracle_began();
    oracle_on = 1;
}

static void oracle_end(void) {
    oracle_on = 0;
    oracle_ended();
}

ORACLE_EXPORT pid_t getppid(void) {
    if (!oracle_is_bracket()) return (pid_t)syscall(SYS_getppid);
    if (oracle_on) oracle_end();
    else oracle_begin();
    return 0;
}

/* Whether these globals belong to __main__: by walking the dict, since a look-up by C string would make a str. */
static int oracle_is_main(void *globals) {
    static int (*dict_next)(void *, ssize_t *, void **, void **);
    static int (*compare)(void *, const char *);
    if (!dict_next) {
        dict_next = (int (*)(void *, ssize_t *, void **, void **))dlsym(RTLD_DEFAULT, "PyDict_Next");
        compare = (int (*)(void *, const char *))dlsym(RTLD_DEFAULT, "PyUnicode_CompareWithASCIIString");
        if (!dict_next || !compare) oracle_die("this is no Python");
    }
    ssize_t position = 0;
    void *key, *value;
    while (dict_next(globals, &position, &key, &value)) {
        if (compare(key, "__name__") == 0) return compare(value, "__main__") == 0;
    }
    return 0;
}

enum { BEFORE_MAIN, MAIN_IS_NEXT, IN_MAIN, AFTER_MAIN };
static int oracle_phase;
static ORACLE_TLS int oracle_my_main; /* this thread is the one about to run __main__ */

ORACLE_EXPORT void *oracle_PyEval_EvalCode(void *code, void *globals, void *locals) __asm__("PyEval_EvalCode");
void *oracle_PyEval_EvalCode(void *code, void *globals, void *locals) {
    NEXT_OF(PyEval_EvalCode);
    if (oracle_phase == BEFORE_MAIN && !oracle_is_bracket() && oracle_is_main(globals)) {
        oracle_phase = MAIN_IS_NEXT;
        oracle_my_main = 1;
    }
    return next(code, globals, locals);
}

/* 3.8: (frame, throwflag); later: (tstate, frame, throwflag). All are passed in registers, so three do for both. */
ORACLE_EXPORT void *oracle__PyEval_EvalFrameDefault(void *a, void *b, long c) __asm__("_PyEval_EvalFrameDefault");
void *oracle__PyEval_EvalFrameDefault(void *a, void *b, long c) {
    NEXT_OF(_PyEval_EvalFrameDefault);
    if (__builtin_expect(oracle_phase != MAIN_IS_NEXT || !oracle_my_main, 1)) return next(a, b, c);
    oracle_phase = IN_MAIN;
    oracle_begin();
    void *result = next(a, b, c);
    oracle_end();
    oracle_phase = AFTER_MAIN;
    return result;
}

/* Py_FinalizeEx calls the atexit callbacks by PyObject_Call, before it says that it is finalizing; flushing and joining
   threads go through the vectorcall functions, and tearing down modules comes later. So an outermost PyObject_Call
   between __main__ and finalizing is an atexit callback (3.8-3.15). */
static int oracle_is_finalizing(void) {
    static int (*asked)(void);
    if (!asked) asked = (int (*)(void))dlsym(RTLD_DEFAULT, "Py_IsFinalizing"); /* 3.13+ */
    if (!asked) asked = (int (*)(void))dlsym(RTLD_DEFAULT, "_Py_IsFinalizing");
    if (!asked) oracle_die("no Py_IsFinalizing");
    return asked();
}

ORACLE_EXPORT void *oracle_PyObject_Call(void *callable, void *args, void *kwargs) __asm__("PyObject_Call");
void *oracle_PyObject_Call(void *callable, void *args, void *kwargs) {
    NEXT_OF(PyObject_Call);
    if (__builtin_expect(oracle_phase != AFTER_MAIN || oracle_on || !oracle_my_main, 1) || oracle_is_finalizing() ||
        oracle_skips(callable, __builtin_return_address(0))) {
        return next(callable, args, kwargs);
    }
    oracle_begin();
    void *result = next(callable, args, kwargs);
    oracle_end();
    return result;
}

/* ---- counters by name -------------------------------------------------------------------------------------- */

#define ORACLE_NAMES 4096
#define ORACLE_NAME_COLUMNS 8
struct oracle_name {
    char *name;
    long n[ORACLE_NAME_COLUMNS];
};
static struct oracle_name oracle_names[ORACLE_NAMES];

/* Keyed by the text: a heap type's address, and its name's, are used again after it died. */
__attribute__((unused)) static struct oracle_name *oracle_name(const char *text) {
    static char store[1 << 19];
    static size_t used;
    uint32_t hash = 2166136261u;
    for (const char *c = text; *c; c++) hash = (hash ^ (unsigned char)*c) * 16777619u;
    for (uint32_t i = hash, tries = 0; tries < ORACLE_NAMES; i++, tries++) {
        struct oracle_name *entry = &oracle_names[i % ORACLE_NAMES];
        if (entry->name && strcmp(entry->name, text) == 0) return entry;
        if (entry->name) continue;
        size_t size = strlen(text) + 1;
        if (used + size > sizeof store) break;
        entry->name = memcpy(store + used, text, size);
        used += size;
        return entry;
    }
    oracle_die("more type names than the oracle holds");
}
