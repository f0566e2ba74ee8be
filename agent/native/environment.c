#include "native/environment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

pa_environment pa_env;

static const char *const OURS[] = {"PYALLOCS_SESSION", "PYALLOCS_AGENT",  "PYALLOCS_MODULE",  "PYALLOCS_PARENT",
                                   "PYALLOCS_STEADY",  "PYALLOCS_RECORD", "PYALLOCS_OPCODES", "PYALLOCS_WORKER"};
enum { OWN = sizeof OURS / sizeof *OURS };

/* As given to what is executed. */
static char session_entry[4096 + 32], agent_entry[4096 + 32], module_entry[4096 + 32], parent_entry[64];
static char record_entry[64 + 32], opcodes_entry[1100 + 32];
static char agent[4096];

static bool copy(char *to, size_t room, const char *from)
{
    size_t length = from == NULL ? room : strlen(from);
    if (length >= room) {
        return false;
    }
    memcpy(to, from, length + 1);
    return true;
}

bool pa_environment_read(void)
{
    const char *worker = getenv("PYALLOCS_WORKER"), *parent = getenv("PYALLOCS_PARENT");
    pa_env.worker = worker == NULL ? -1 : atoi(worker);
    pa_env.unhooked = worker != NULL && strstr(worker, "unhooked") != NULL;
    pa_env.parent = parent == NULL ? 0 : strtoull(parent, NULL, 10);
    pa_env.steady = getenv("PYALLOCS_STEADY") != NULL;
    if (!copy(pa_env.session, sizeof pa_env.session, getenv("PYALLOCS_SESSION")) ||
        !copy(agent, sizeof agent, getenv("PYALLOCS_AGENT"))) {
        return false;
    }
    snprintf(session_entry, sizeof session_entry, "PYALLOCS_SESSION=%s", pa_env.session);
    if (!copy(pa_env.module, sizeof pa_env.module, getenv("PYALLOCS_MODULE"))) {
        pa_env.module[0] = '\0';
    }
    if (!copy(pa_env.record, sizeof pa_env.record, getenv("PYALLOCS_RECORD"))) {
        pa_env.record[0] = '\0';
    }
    if (!copy(pa_env.opcodes, sizeof pa_env.opcodes, getenv("PYALLOCS_OPCODES"))) {
        pa_env.opcodes[0] = '\0';
    }
    snprintf(record_entry, sizeof record_entry, "PYALLOCS_RECORD=%s", pa_env.record);
    snprintf(opcodes_entry, sizeof opcodes_entry, "PYALLOCS_OPCODES=%s", pa_env.opcodes);
    snprintf(agent_entry, sizeof agent_entry, "PYALLOCS_AGENT=%s", agent);
    snprintf(module_entry, sizeof module_entry, "PYALLOCS_MODULE=%s", pa_env.module);
    snprintf(parent_entry, sizeof parent_entry, "PYALLOCS_PARENT=%llu", (unsigned long long)pa_env.parent);
    return true;
}

void pa_environment_own(void)
{
    snprintf(parent_entry, sizeof parent_entry, "PYALLOCS_PARENT=%ld", (long)getpid());
}

/* LD_PRELOAD without ours: what the user had. */
static void hide_preload(void)
{
    const char *value = getenv("LD_PRELOAD");
    size_t length = strlen(agent);
    if (value == NULL || strncmp(value, agent, length) != 0) {
        return;
    }
    const char *rest = value + length;
    rest += *rest == ':';
    if (*rest == '\0') {
        unsetenv("LD_PRELOAD");
    }
    else {
        static char kept[PA_PRELOAD_ROOM];
        if (copy(kept, sizeof kept, rest)) {
            setenv("LD_PRELOAD", kept, 1);
        }
    }
}

void pa_environment_hide(void)
{
    hide_preload();
    for (size_t i = 0; i < OWN; i++) {
        unsetenv(OURS[i]);
    }
}

static bool is_named(const char *entry, const char *name)
{
    size_t length = strlen(name);
    return strncmp(entry, name, length) == 0 && entry[length] == '=';
}

/* PYALLOCS_WORKER stays as it is: a shell may stand between pyallocs and the worker. */
static bool is_ours(const char *entry)
{
    for (size_t i = 0; i < OWN - 1; i++) {
        if (is_named(entry, OURS[i])) {
            return true;
        }
    }
    return false;
}

size_t pa_environment_room(char *const *variables)
{
    size_t count = 0;
    while (variables != NULL && variables[count] != NULL) {
        count++;
    }
    return count + OWN + 2;
}

/* Whether another pyallocs has prepared them, one that is run by the counted program. */
static bool is_of_another(char *const *variables)
{
    for (size_t i = 0; variables != NULL && variables[i] != NULL; i++) {
        if (is_named(variables[i], "PYALLOCS_SESSION") && strcmp(variables[i], session_entry) != 0) {
            return true;
        }
    }
    return false;
}

/* May run in the child of a vfork: no memory is asked for. */
void pa_environment_fill(char *const *variables, char **list, char *preload)
{
    const char *theirs = NULL;
    size_t used = 0;
    if (is_of_another(variables)) {
        for (; variables[used] != NULL; used++) {
            list[used] = variables[used];
        }
        list[used] = NULL;
        return;
    }
    for (size_t i = 0; variables != NULL && variables[i] != NULL; i++) {
        if (is_named(variables[i], "LD_PRELOAD")) {
            theirs = variables[i] + strlen("LD_PRELOAD=");
        }
        else if (!is_ours(variables[i])) {
            list[used++] = variables[i];
        }
    }
    size_t length = strlen(agent);
    bool again = theirs != NULL && strncmp(theirs, agent, length) == 0;
    bool fits = theirs == NULL || strlen(theirs) + length + 16 < PA_PRELOAD_ROOM;
    strcpy(preload, "LD_PRELOAD=");
    if (!again) {
        strcat(preload, agent);
    }
    if (theirs != NULL && *theirs != '\0' && fits) {
        strcat(preload, again ? "" : ":");
        strcat(preload, theirs);
    }
    list[used++] = preload;
    list[used++] = session_entry;
    list[used++] = agent_entry;
    list[used++] = module_entry;
    list[used++] = parent_entry;
    if (pa_env.steady) {
        static char steady[] = "PYALLOCS_STEADY=1";
        list[used++] = steady;
    }
    if (pa_env.record[0] != '\0') {
        list[used++] = record_entry;
        list[used++] = opcodes_entry;
    }
    list[used] = NULL;
}
