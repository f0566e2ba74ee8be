#include "native/processes.h"

#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "native/environment.h"
#include "native/program.h"
#include "native/recording.h"
#include "native/thread.h"

#define EXPORT __attribute__((visibility("default")))

extern char **environ;
static bool counted; /* this process is a counted Python */

static void find_next(void *slot, const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);
    memcpy(slot, &found, sizeof found);
}

/* Looks a function of the C library up once. A lost race only means to look it up twice. */
#define NEXT(type, name, arguments) \
    static type(*next) arguments; \
    if (next == NULL) { \
        find_next(&next, name); \
    }

static void on_exit_code(int code, void *unused)
{
    (void)unused;
    pa_process_ends(code);
}

static void in_child(void)
{
    pa_environment_own();
    pa_recording_fork();
    pa_threads_fork();
}

void pa_processes_start(void)
{
    counted = true;
    pa_environment_own();
    pthread_atfork(pa_recording_before_fork, NULL, in_child);
    on_exit(on_exit_code, NULL);
}

void pa_process_ends(int code)
{
    if (counted && pa_recorded->pid == (uint64_t)getpid()) {
        pa_recorded->exit_code = (uint64_t)(code & 0xff);
        pa_recorded->state = PA_EXITED;
    }
}

/* A 32-bit program cannot load us; its loader would say so on its error stream. */
static bool is_32_bit(const char *path)
{
    unsigned char head[EI_NIDENT];
    int file = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    bool found = file >= 0 && read(file, head, sizeof head) == (ssize_t)sizeof head && memcmp(head, ELFMAG, SELFMAG) == 0 &&
                 head[EI_CLASS] == ELFCLASS32;
    if (file >= 0) {
        close(file);
    }
    return found;
}

/* Whether what is executed is to be counted as far as it is Python. */
static bool passes_on(const char *path)
{
    int error = errno;
    bool wanted = pa_env.session[0] != '\0' && !is_32_bit(path);
    errno = error;
    return wanted;
}

/* `with` is the environment that replaces `variables`. On the stack: this may be the child of a vfork. */
#define WITH_OURS(path, variables, with) \
    char *list[pa_environment_room(variables)]; \
    char preload[PA_PRELOAD_ROOM]; \
    char *const *with = variables; \
    if (passes_on(path)) { \
        pa_environment_fill(variables, list, preload); \
        with = list; \
    }

EXPORT int execve(const char *path, char *const arguments[], char *const variables[])
{
    NEXT(int, "execve", (const char *, char *const *, char *const *))
    WITH_OURS(path, variables, with)
    return next(path, arguments, with);
}

EXPORT int execv(const char *path, char *const arguments[])
{
    return execve(path, arguments, environ);
}

EXPORT int execvpe(const char *file, char *const arguments[], char *const variables[])
{
    NEXT(int, "execvpe", (const char *, char *const *, char *const *))
    WITH_OURS(NULL, variables, with)
    return next(file, arguments, with);
}

EXPORT int execvp(const char *file, char *const arguments[])
{
    return execvpe(file, arguments, environ);
}

EXPORT int fexecve(int file, char *const arguments[], char *const variables[])
{
    NEXT(int, "fexecve", (int, char *const *, char *const *))
    WITH_OURS(NULL, variables, with)
    return next(file, arguments, with);
}

EXPORT int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
                       const posix_spawnattr_t *attributes, char *const arguments[], char *const variables[])
{
    NEXT(int, "posix_spawn", (pid_t *, const char *, const posix_spawn_file_actions_t *, const posix_spawnattr_t *,
                              char *const *, char *const *))
    WITH_OURS(path, variables, with)
    return next(pid, path, actions, attributes, arguments, with);
}

EXPORT int posix_spawnp(pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions,
                        const posix_spawnattr_t *attributes, char *const arguments[], char *const variables[])
{
    NEXT(int, "posix_spawnp", (pid_t *, const char *, const posix_spawn_file_actions_t *, const posix_spawnattr_t *,
                               char *const *, char *const *))
    WITH_OURS(NULL, variables, with)
    return next(pid, file, actions, attributes, arguments, with);
}

/* As POSIX describes it: SIGINT and SIGQUIT are ignored and SIGCHLD is blocked while the command runs. */
EXPORT int system(const char *command)
{
    if (command == NULL) {
        return 1;
    }
    struct sigaction ignore = {.sa_handler = SIG_IGN}, interrupt, quit;
    sigset_t child, before, defaults;
    sigemptyset(&ignore.sa_mask);
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigaction(SIGINT, &ignore, &interrupt);
    sigaction(SIGQUIT, &ignore, &quit);
    pthread_sigmask(SIG_BLOCK, &child, &before);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigemptyset(&defaults);
    if (interrupt.sa_handler != SIG_IGN) {
        sigaddset(&defaults, SIGINT);
    }
    if (quit.sa_handler != SIG_IGN) {
        sigaddset(&defaults, SIGQUIT);
    }
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setsigmask(&attributes, &before);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    char shell[] = "sh", option[] = "-c", end[] = "--", *text = strdup(command);
    char *with_end[] = {shell, option, end, text, NULL}, *without[] = {shell, option, text, NULL};
    pid_t pid;
    int status = -1;
    int error = posix_spawn(&pid, "/bin/sh", NULL, &attributes, *command == '-' || *command == '+' ? with_end : without, environ);
    if (error != 0) {
        status = 127 << 8; /* as if the shell could not be executed */
        errno = error;
    }
    else {
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
        }
    }
    free(text);
    posix_spawnattr_destroy(&attributes);
    sigaction(SIGINT, &interrupt, NULL);
    sigaction(SIGQUIT, &quit, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return status;
}

EXPORT void _exit(int code)
{
    pa_process_ends(code);
    syscall(SYS_exit_group, code);
    __builtin_trap();
}

EXPORT void _Exit(int code)
{
    _exit(code);
}

/* How children ended is known to who waits for them only. */
static void note_waited(pid_t pid, int status)
{
    if (!counted || pid <= 0 || pa_recorded->pid != (uint64_t)getpid() || !(WIFEXITED(status) || WIFSIGNALED(status))) {
        return;
    }
    uint64_t at = __atomic_fetch_add(&pa_recorded->waited_used, 1, __ATOMIC_RELAXED) % PA_WAITED;
    pa_recorded->waited[at][1] = (uint64_t)(unsigned)status;
    pa_recorded->waited[at][0] = (uint64_t)pid;
}

EXPORT pid_t waitpid(pid_t pid, int *status, int options)
{
    NEXT(pid_t, "waitpid", (pid_t, int *, int))
    int found = 0;
    pid_t ended = next(pid, &found, options);
    note_waited(ended, found);
    if (status != NULL && ended > 0) {
        *status = found;
    }
    return ended;
}

EXPORT pid_t wait(int *status)
{
    return waitpid(-1, status, 0);
}

EXPORT pid_t wait4(pid_t pid, int *status, int options, struct rusage *usage)
{
    NEXT(pid_t, "wait4", (pid_t, int *, int, struct rusage *))
    int found = 0;
    pid_t ended = next(pid, &found, options, usage);
    note_waited(ended, found);
    if (status != NULL && ended > 0) {
        *status = found;
    }
    return ended;
}

EXPORT pid_t wait3(int *status, int options, struct rusage *usage)
{
    return wait4(-1, status, options, usage);
}
