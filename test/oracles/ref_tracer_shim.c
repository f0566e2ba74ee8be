/* An oracle for creations on 3.13 and later, in any build: CREATE events of PyRefTracer, by type, between two calls of
   getppid() (interval `bracket`; in a shared build also `main`). Nothing else is hooked: no allocator, no address table.

   An event is a creation or a relocation: whoever compares must add the relocations of the other side. */
#include "interval.h"

static long events, destroyed, removed;

static const char *type_name(void *op) { /* ob_type and tp_name of a build with the GIL, 64-bit, 3.13-3.15 */
    void *type = ((void **)op)[1];
    return ((char **)type)[3];
}

static int tracer(void *op, int event, void *unused) {
    (void)unused;
    if (event == 0) {
        events++;
        oracle_name(type_name(op))->n[0]++;
    } else if (event == 1) {
        destroyed++;
    } else {
        removed++; /* somebody else's tracer took the place: 3.15+ says so */
    }
    return 0;
}

static void set_tracer(int (*function)(void *, int, void *)) {
    int (*set)(int (*)(void *, int, void *), void *) = dlsym(RTLD_DEFAULT, "PyRefTracer_SetTracer");
    if (!set) oracle_die("no PyRefTracer_SetTracer: this Python is older than 3.13");
    if (set(function, NULL) != 0) oracle_die("PyRefTracer_SetTracer failed");
}

static void oracle_began(void) { set_tracer(tracer); }
static void oracle_ended(void) { set_tracer(NULL); }
static int oracle_skips(void *callable, void *caller) { (void)callable, (void)caller; return 0; }

static void oracle_report(void) {
    say(", \"events\": %ld, \"byType\": {", events);
    const char *separator = "";
    for (int i = 0; i < ORACLE_NAMES; i++) {
        if (!oracle_names[i].name) continue;
        say("%s\n", separator);
        separator = ",";
        say_string(oracle_names[i].name);
        say(": {\"events\": %ld}", oracle_names[i].n[0]);
    }
    say("}");
}
