/** What these numbers are not. */
import type { VNode } from 'preact';

export function Limits(): VNode {
  return (
    <section aria-labelledby="limits" class="limits">
      <h2 id="limits">What this page cannot see</h2>
      <p class="note">
        These are the real interpreters, built for WebAssembly: 32 bit, and without pymalloc. A standard build serves
        requests of up to 512 bytes from pymalloc; here every request goes to malloc. For pools, arenas and 64-bit
        sizes, count with a Python of your machine: <code>pyallocs bench -p python3</code>. Threads, processes, sockets
        and modules outside of the standard library are not there either.
      </p>
    </section>
  );
}
