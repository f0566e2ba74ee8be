/* The modules of ours in an interpreter: _pyallocs, which is this object, and pyallocs where it is not installed.
 *
 *   region(name)                          a named region, while pyallocs counts the program (regions.h)
 *   attach()                              puts the hooks in, if they are not there; why that cannot be, or None
 *   interval, uncounted, measure, warm    for a program that counts itself (counting.h), once attach() gave None
 */
#ifndef PA_MODULES_H
#define PA_MODULES_H

/* Before the interpreter is initialised: the modules can be imported. */
void pa_modules_register(void);

#endif
