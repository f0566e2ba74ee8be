/* A program that counts itself: intervals of the thread that begins them, for the Python package (python/pyallocs).
 *
 *   interval(owner, sites)
 *                      a context manager, for one use. As it is entered owner._begin() is called, then counting begins, and
 *                      owner is the value of `as`; as it is left counting ends, then owner._end(count) is called. `sites`:
 *                      whether they are collected
 *   uncounted(f)       f, but that what it makes is counted nowhere
 *   measure(f, values, names, plan)
 *                      calls f so often as the numbers of the plan say, one number after the other, and counts each but the
 *                      negative ones; a list of counts. `values` are the arguments, `names` those of the last of them. No
 *                      Python object is made between the runs, and what is around counts nothing of them.
 *   warm(f, values, names, times, limit)
 *                      calls f in runs of so many times, until two runs agree, or to the limit; how many runs there were
 *   call_in(f, values, names, interval, makes_frame)
 *                      calls f once in an interval that nobody has entered, and returns what it returns. Up to 3.10 a call of
 *                      a Python function (`makes_frame`) makes a frame and the cells of its variables: the interval begins
 *                      when these are there, so that a function without a body counts 0 on every version.
 *   sites(f, values, names, times)
 *                      calls f so often, counts that as measure does, and collects the sites; a count
 *
 * Of its owner an interval also calls _gettrace() and _settrace(f), which are those of sys, _settle() when it has turned the
 * trace function off, and _wake(), which does nothing.
 * A count is (problem, totals, rows, sites): why it is not exact, or None; the fields of core/counts.h; (type, fields) for each
 * type with an event; where objects were created as interval_sites.h has it, or None. As for regions, counting begins as the
 * last act of entering and ends as the first of leaving.
 */
#ifndef PA_COUNTING_H
#define PA_COUNTING_H

#include "core/base.h"

enum { PA_COUNTING_PROTOCOL = 2 };

/* Makes the types. False with an exception set. */
bool pa_counting_prepare(void);

/* The Python functions. */
void *pa_interval_of(void *module, void *arguments);
void *pa_uncounted_of(void *module, void *function);
void *pa_measure(void *module, void *arguments);
void *pa_warm(void *module, void *arguments);
void *pa_call_in(void *module, void *arguments);
void *pa_sites_of(void *module, void *arguments);

#endif
