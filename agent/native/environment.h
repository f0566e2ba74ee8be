/* What pyallocs says to the agent, in variables of the environment. A counted Python never sees them: they are taken out
 * before it starts, and given to what it executes (processes.c), so that Pythons started by it are counted as well. */
#ifndef PA_ENVIRONMENT_H
#define PA_ENVIRONMENT_H

#include "core/base.h"

typedef struct {
    char session[4096];  /* the folder of the recordings */
    char module[4096];   /* the folder of the Python package pyallocs */
    char record[64];     /* what is recorded beside the totals: "no-stacks", "stacks", "full-recursion"; empty: nothing */
    char opcodes[1100];  /* of one version: entry.c */
    uint64_t parent;     /* the counted process that started this one; 0: none */
    int worker;          /* the file descriptor of its commands; -1: an ordinary program */
    bool unhooked;       /* a worker without hooks, to measure time */
    bool steady;         /* no address randomisation in what is executed */
} pa_environment;

extern pa_environment pa_env;

/* Reads the variables. False when this process was not started by pyallocs. */
bool pa_environment_read(void);
/* Takes them out of the environment, and ours out of LD_PRELOAD. */
void pa_environment_hide(void);

/* How many entries pa_environment_fill writes for these variables. */
size_t pa_environment_room(char *const *variables);
/* Writes `variables` with ours among them, for a process about to be executed; `preload` has room for LD_PRELOAD. */
enum { PA_PRELOAD_ROOM = 8192 };
void pa_environment_fill(char *const *variables, char **list, char *preload);

/* What is executed from now on has this process as its parent: it is counted, or a fork of one that is. */
void pa_environment_own(void);

#endif
