/* A worker: the interpreter waits for commands instead of running a program, and counts statements.
 *
 * A command is a frame: a 32-bit little-endian length and that many bytes. In it stand fields, each the same way and
 * with a zero byte behind it; the first one is the word. The answer is a frame of text. The other end is
 * src/engines/native/worker-process.ts.
 *
 *   execute SOURCE       runs source in the worker's own namespace        ""
 *   ask NAME ARGUMENT…   calls a function of it with strings              the string it returns
 *   run K                calls function(*arguments[K])                    nanoseconds
 *   count K              the same, counted: see pa_recording.interval     nanoseconds
 *   mark ADDRESS         the death of this object is the next mark        "1", or "0": it is not known
 *   intact               whether all hooks are still in place             "1" or "0"
 *   fork                 the child answers from now on until `leave`      "PID PATH": its recording
 *   leave                ends the child, if this is one                   (none)
 *
 * When Python raised, the answer is "!" and the error as the harness describes it. When a child dies, the parent answers
 * "*" and its wait status, and goes on.
 */
#ifndef PA_WORKER_H
#define PA_WORKER_H

/* Serves until the other end closes; the exit code of the process. */
int pa_worker_serve(int file);

#endif
