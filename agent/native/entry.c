/* The way in: LD_PRELOAD puts this object into a process, and the C library's start calls our main in place of the
 * program's. If the program is CPython, we do what its own main does, with the hooks in between: no script of ours runs,
 * nothing is imported. Every other program runs as it is.
 */
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>

#include "core/live.h"
#include "core/memory.h"
#include "native/allocators.h"
#include "native/attach.h"
#include "native/creations.h"
#include "native/environment.h"
#include "native/modules.h"
#include "native/processes.h"
#include "native/program.h"
#include "native/python.h"
#include "native/refusal.h"
#include "native/thread.h"
#include "native/tracemalloc.h"
#include "native/worker.h"

typedef int (*main_function)(int, char **, char **);

static main_function real_main;
/* PyConfig is at most some 500 bytes in any version; its size is not known here. */
static _Alignas(16) char config[1 << 16];

/* Asked about the first loaded image, the program itself: whether it names the main function of CPython, as its own or as
   one it calls. */
static int in_program(struct dl_phdr_info *image, size_t size, void *found)
{
    (void)size;
    const ElfW(Dyn) *dynamic = NULL;
    for (int i = 0; i < image->dlpi_phnum; i++) {
        if (image->dlpi_phdr[i].p_type == PT_DYNAMIC) {
            dynamic = (const ElfW(Dyn) *)(image->dlpi_addr + image->dlpi_phdr[i].p_vaddr);
        }
    }
    const char *strings = NULL;
    size_t string_size = 0;
    for (; dynamic != NULL && dynamic->d_tag != DT_NULL; dynamic++) {
        if (dynamic->d_tag == DT_STRTAB) { /* the loader has made it an address; not every one does */
            uintptr_t address = dynamic->d_un.d_ptr;
            strings = (const char *)(address < image->dlpi_addr ? address + image->dlpi_addr : address);
        }
        string_size = dynamic->d_tag == DT_STRSZ ? dynamic->d_un.d_val : string_size;
    }
    /* The names of symbols are searched: no table tells how many symbols there are. */
    static const char name[] = "Py_BytesMain";
    for (size_t at = 0; strings != NULL && at + sizeof name <= string_size;) {
        if (memcmp(strings + at, name, sizeof name) == 0) {
            *(bool *)found = true;
            break;
        }
        at += strlen(strings + at) + 1;
    }
    return 1;
}

static bool is_python(void)
{
    bool found = false;
    dl_iterate_phdr(in_program, &found);
    return found && pa_python_find();
}

static int digit(char hex)
{
    return hex >= '0' && hex <= '9' ? hex - '0' : hex >= 'a' && hex <= 'f' ? hex - 'a' + 10 : -1;
}

static bool read_table(const char *text, uint8_t table[256])
{
    for (int i = 0; i < 256; i++) {
        int high = digit(text[2 * i]), low = high < 0 ? -1 : digit(text[2 * i + 1]);
        if (low < 0) {
            return false;
        }
        table[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

/* "3.13 BASE CACHES", what this interpreter's opcode module says of opcodes; that of another version is not for us. */
static bool use_opcodes(const char *text)
{
    char version[16];
    int length = snprintf(version, sizeof version, "3.%d ", py.minor);
    if (strncmp(text, version, (size_t)length) != 0) {
        return true;
    }
    text += length;
    return strlen(text) == 1025 && read_table(text, pa_opcode_base) && read_table(text + 513, pa_opcode_caches);
}

/* Sets the core and the allocators up, before the interpreter is initialised. */
static bool hook_early(void)
{
    pa_heap heap;
    pa_recorded->refused = pa_refusal(&heap);
    if (pa_recorded->refused != PA_COUNTED) {
        return false;
    }
    unsigned minor = py.minor > 15 ? 15 : (unsigned)py.minor; /* newer ones must pass the self-check as the newest does */
    pa_setup setup = {minor, (uintptr_t)py.PyFrame_Type, 0, {0}};
    if (!pa_start(&setup) || !pa_phases_start()) {
        pa_recorded->refused = PA_NOT_LISTED;
        return false;
    }
    pa_changed = pa_recording_update;
    if (pa_env.record[0] != '\0') {
        pa_callers = strstr(pa_env.record, "no-stacks") == NULL;
        pa_whole_recursion = strstr(pa_env.record, "full-recursion") != NULL;
        pa_live_wanted = strstr(pa_env.record, "live") != NULL;
        if (!use_opcodes(pa_env.opcodes) || !pa_book_start()) {
            pa_recorded->refused = PA_NOT_LISTED;
            return false;
        }
    }
    pa_recording_update();
    pa_self.main = true;
    pa_phases_set(PA_STARTUP, PA_STARTUP);
    pa_allocators_install(&heap);
    if (pa_layout_now->tracer) {
        pa_creations_trace();
    }
    pa_modules_register();
    pa_tracemalloc_prepare();
    pa_attached = true;
    return true;
}

/* The rest, when it is initialised. */
static void hook_late(void)
{
    pa_suspend();
    if (!pa_layout_now->tracer) {
        if (!pa_tracemalloc_take() || !pa_creations_divert()) {
            pa_recorded->refused = PA_NO_TRACE_TABLE;
            pa_attached = false;
        }
    }
    else if (!pa_creations_in_place()) { /* PYTHONTRACEMALLOC has put its own there: some creations were missed */
        pa_tracemalloc_join();
        pa_creations_trace();
        pa_forget_creations();
    }
    pa_tracemalloc_release();
    if (pa_env.worker < 0 && !pa_program_watch()) {
        pa_recorded->refused = PA_NO_EVAL_HOOK;
    }
    pa_resume();
}

/* As pymain_main does (Modules/main.c, 3.8-3.15), with the hooks in between. */
static int run_python(int count, char **arguments)
{
    bool hooked = !pa_env.unhooked;
    py.PyConfig_InitPythonConfig(config);
    pa_status status = py.PyConfig_SetBytesArgv(config, count, arguments);
    if (status.type == PA_STATUS_OK) {
        hooked = hooked && hook_early();
        status = py.Py_InitializeFromConfig(config);
    }
    py.PyConfig_Clear(config);
    if (status.type == PA_STATUS_EXIT) {
        return status.exit_code;
    }
    if (status.type == PA_STATUS_ERROR) {
        py.Py_ExitStatusException(status);
    }
    if (hooked) {
        hook_late();
    }
    return pa_env.worker >= 0 ? pa_worker_serve(pa_env.worker) : py.Py_RunMain();
}

static void record_command(int count, char **arguments)
{
    size_t size = 0;
    for (int i = 1; i < count; i++) {
        size += strlen(arguments[i]) + 1;
    }
    char *copy = pa_shared_new(size + 1, 1);
    pa_recorded->command = copy;
    pa_recorded->command_size = copy == NULL ? 0 : size;
    for (int i = 1; copy != NULL && i < count; i++) {
        size_t length = strlen(arguments[i]) + 1;
        memcpy(copy, arguments[i], length);
        copy += length;
    }
    const char *version = py.Py_GetVersion();
    pa_recorded->python_version = pa_recording_text(version, strlen(version));
}

static int our_main(int count, char **arguments, char **variables)
{
    if (!pa_environment_read()) {
        return real_main(count, arguments, variables);
    }
    if (pa_env.steady) {
        personality(ADDR_NO_RANDOMIZE | (unsigned)personality(0xffffffff)); /* of what is executed */
    }
    if (!is_python() || !pa_recording_open(pa_env.session, pa_env.parent)) {
        return real_main(count, arguments, variables);
    }
    record_command(count, arguments);
    pa_environment_hide();
    pa_processes_start();
    return run_python(count, arguments);
}

/* sysdeps of glibc: csu/libc-start.c. */
__attribute__((visibility("default"))) int __libc_start_main(main_function program, int count, char **arguments,
                                                             void (*init)(void), void (*fini)(void),
                                                             void (*loader_fini)(void), void *stack_end)
{
    int (*next)(main_function, int, char **, void (*)(void), void (*)(void), void (*)(void), void *);
    void *found = dlsym(RTLD_NEXT, "__libc_start_main");
    memcpy(&next, &found, sizeof next);
    real_main = program;
    return next(our_main, count, arguments, init, fini, loader_fini, stack_end);
}
