#include "native/worker.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "native/allocators.h"
#include "native/creations.h"
#include "native/environment.h"
#include "native/python.h"
#include "native/thread.h"

enum { FIELDS = 8, FILE_INPUT = 257 /* Include/compile.h */ };

static int channel;
static bool forked;
static void *globals;
static uint64_t raw_before[PA_RAW_FIELDS];

static bool read_all(void *to, size_t size)
{
    for (char *at = to; size > 0;) {
        ssize_t got = read(channel, at, size);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return false;
        }
        at += got;
        size -= (size_t)got;
    }
    return true;
}

static void answer_bytes(const char *bytes, size_t size)
{
    uint32_t length = (uint32_t)size;
    char head[4];
    memcpy(head, &length, sizeof head);
    for (int part = 0; part < 2; part++) {
        const char *at = part == 0 ? head : bytes;
        size_t left = part == 0 ? sizeof head : size;
        while (left > 0) {
            ssize_t put = write(channel, at, left);
            if (put < 0 && errno == EINTR) {
                continue;
            }
            if (put <= 0) {
                _exit(1);
            }
            at += put;
            left -= (size_t)put;
        }
    }
}

static void answer(const char *text)
{
    answer_bytes(text, strlen(text));
}

/* Answers with a str, or with an empty text. */
static void answer_object(const char *prefix, void *text)
{
    ptrdiff_t size = 0;
    const char *bytes = text == NULL ? NULL : py.PyUnicode_AsUTF8AndSize(text, &size);
    if (bytes == NULL) {
        py.PyErr_Clear();
        bytes = "";
        size = 0;
    }
    size_t before = strlen(prefix);
    char *whole = malloc(before + (size_t)size + 1);
    if (whole == NULL) {
        _exit(1);
    }
    memcpy(whole, prefix, before);
    memcpy(whole + before, bytes, (size_t)size);
    answer_bytes(whole, before + (size_t)size);
    free(whole);
}

/* Asks the harness about the exception that is set. */
static void answer_exception(void)
{
    void *three[3];
    py.PyErr_Fetch(&three[0], &three[1], &three[2]);
    py.PyErr_NormalizeException(&three[0], &three[1], &three[2]);
    void *args = py.PyTuple_New(3);
    for (int i = 0; i < 3; i++) {
        if (three[i] == NULL) {
            three[i] = py._Py_NoneStruct;
            py.Py_IncRef(three[i]);
        }
        py.PyTuple_SetItem(args, i, three[i]);
    }
    void *describe = py.PyDict_GetItemString(globals, "describe");
    void *text = describe == NULL ? NULL : py.PyObject_Call(describe, args, NULL);
    py.Py_DecRef(args);
    if (text == NULL) {
        py.PyErr_Print();
    }
    answer_object("!", text);
    if (text != NULL) {
        py.Py_DecRef(text);
    }
}

static void execute(const char *source)
{
    void *code = py.Py_CompileString(source, "harness.py", FILE_INPUT);
    void *result = code == NULL ? NULL : py.PyEval_EvalCode(code, globals, globals);
    if (result == NULL) {
        py.PyErr_Print();
        answer("!");
        return;
    }
    py.Py_DecRef(code);
    py.Py_DecRef(result);
    answer("");
}

static void ask(char **fields, const size_t *sizes, int count)
{
    void *args = py.PyTuple_New(count - 2);
    for (int i = 2; i < count; i++) {
        py.PyTuple_SetItem(args, i - 2, py.PyUnicode_FromStringAndSize(fields[i], (ptrdiff_t)sizes[i]));
    }
    void *function = py.PyDict_GetItemString(globals, fields[1]);
    void *text = function == NULL ? NULL : py.PyObject_Call(function, args, NULL);
    py.Py_DecRef(args);
    if (text == NULL) {
        answer_exception();
        return;
    }
    answer_object("", text);
    py.Py_DecRef(text);
}

static void add_raw(uint64_t *sums)
{
    for (int i = 0; i < PA_SLOTS; i++) {
        for (int field = 0; field < PA_RAW_FIELDS; field++) {
            sums[field] += pa_recorded->slots[i].raw[PA_PROGRAM - 1][field];
        }
    }
}

/* What threads counted of the raw domain since the interval began, or since it was added last. */
static void add_raw_to(pa_tally *tally)
{
    uint64_t now[PA_RAW_FIELDS] = {0}, more[PA_RAW_FIELDS];
    add_raw(now);
    for (int field = 0; field < PA_RAW_FIELDS; field++) {
        more[field] = now[field] - raw_before[field];
        raw_before[field] = now[field];
    }
    pa_counts *buffers = &tally->rows[0];
    tally->requested[PA_RAW][PA_MALLOC - PA_PYMALLOC] += more[PA_RAW_REQUESTS];
    tally->totals.bytes += more[PA_RAW_BYTES];
    tally->totals.resizes += more[PA_RAW_RESIZES];
    buffers->resizes += more[PA_RAW_RESIZES];
    tally->totals.resize_bytes += more[PA_RAW_RESIZE_BYTES];
    buffers->resize_bytes += more[PA_RAW_RESIZE_BYTES];
    tally->totals.releases += more[PA_RAW_RELEASES];
    buffers->releases += more[PA_RAW_RELEASES];
}

static void run(const char *index, bool counting)
{
    void *function = py.PyDict_GetItemString(globals, "function");
    void *arguments = py.PyList_GetItem(py.PyDict_GetItemString(globals, "arguments"), atol(index));
    if (counting) {
        memset(raw_before, 0, sizeof raw_before);
        add_raw(raw_before);
        pa_phases_set(PA_PROGRAM, PA_PROGRAM);
        pa_begin();
    }
    uint64_t start = pa_monotonic();
    void *result = py.PyObject_Call(function, arguments, NULL);
    uint64_t taken = pa_monotonic() - start;
    if (counting) {
        pa_end();
        pa_phases_set(PA_IDLE, PA_IDLE);
        pa_recorded->interval = pa;
        pa_recorded->interval_rows = pa_interval.rows;
        for (int i = 0; i < PA_MARKS; i++) {
            pa_recorded->marks[i] = pa_marks[i].state;
            pa_recorded->mark_rows[i] = pa_marks[i].passed ? pa_marks[i].rows : NULL;
        }
    }
    if (result == NULL) {
        answer_exception();
        return;
    }
    py.Py_DecRef(result);
    char text[32];
    snprintf(text, sizeof text, "%llu", (unsigned long long)taken);
    answer(text);
}

/* The child goes on; the parent waits until it ends. */
static void fork_worker(void)
{
    pid_t pid = fork();
    if (pid == 0) {
        forked = true;
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        char text[4200];
        snprintf(text, sizeof text, "%ld %s", (long)getpid(), pa_recorded == NULL ? "" : pa_recording_path());
        answer(text);
        return;
    }
    int status = 0;
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (pid < 0 || status != 0) {
        char text[32];
        snprintf(text, sizeof text, "*%d", pid < 0 ? -1 : status);
        answer(text);
    }
}

/* The fields of a command; how many there are. */
static int split(char *text, size_t size, char **fields, size_t *sizes)
{
    int count = 0;
    for (size_t at = 0; count < FIELDS && at + sizeof(uint32_t) < size; count++) {
        uint32_t length;
        memcpy(&length, text + at, sizeof length);
        at += sizeof length;
        if (length >= size - at) {
            break;
        }
        fields[count] = text + at;
        sizes[count] = length;
        at += (size_t)length + 1;
    }
    return count;
}

static bool is(const char *word, const char *expected)
{
    return strcmp(word, expected) == 0;
}

int pa_worker_serve(int file)
{
    channel = file;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    globals = py.PyDict_New();
    py.PyDict_SetItemString(globals, "__builtins__", py.PyEval_GetBuiltins());
    if (!pa_env.unhooked) {
        pa_add_raw = add_raw_to;
        pa_phases_set(PA_IDLE, PA_IDLE);
    }
    for (uint32_t size; read_all(&size, sizeof size);) {
        char *text = malloc((size_t)size + 1), *fields[FIELDS];
        size_t sizes[FIELDS];
        if (text == NULL || !read_all(text, size)) {
            break;
        }
        text[size] = '\0';
        int count = split(text, size, fields, sizes);
        if (count == 0) {
            break;
        }
        if (is(fields[0], "execute") && count == 2) {
            execute(fields[1]);
        }
        else if (is(fields[0], "ask") && count >= 2) {
            ask(fields, sizes, count);
        }
        else if ((is(fields[0], "run") || is(fields[0], "count")) && count == 2) {
            run(fields[1], is(fields[0], "count"));
        }
        else if (is(fields[0], "mark") && count == 2) {
            answer(pa_mark_death((uintptr_t)strtoull(fields[1], NULL, 10)) ? "1" : "0");
        }
        else if (is(fields[0], "intact")) {
            answer(pa_allocators_in_place() && pa_creations_in_place() ? "1" : "0");
        }
        else if (is(fields[0], "fork")) {
            fork_worker();
        }
        else if (is(fields[0], "leave")) {
            if (forked) {
                _exit(0);
            }
        }
        else {
            answer("!");
        }
        free(text);
    }
    return 0;
}
