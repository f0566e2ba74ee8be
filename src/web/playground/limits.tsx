/** What these numbers are not, and where there are others. */
import type { VNode } from 'preact';

export function Limits(): VNode {
  return (
    <section aria-labelledby="limits" class="limits">
      <h2 id="limits">What this page cannot see</h2>
      <ul class="note">
        <li>
          These are the real interpreters, built for WebAssembly: 32 bits, and without pymalloc. A standard build serves
          requests of up to 512 bytes from pymalloc, with pools and arenas; here every request goes to malloc.
        </li>
        <li>Threads, processes, sockets, and modules outside of the standard library are not there.</li>
        <li>Code is ended after 30 seconds. Of what a program prints, the beginning is kept.</li>
        <li>
          What you type stays in the browser. A link holds its code behind the #, which browsers do not send, and what
          it holds runs only when its reader says so.
        </li>
      </ul>
      <p class="note">
        The command line counts with the Pythons of your machine, 64 bits, pools and packages included:{' '}
        <code>pyallocs bench -p python3</code> for a statement, <code>pyallocs record script.py</code> for a program.
        Under Share stands the command for the code that is here; the README of pyallocs has all of them.
      </p>
    </section>
  );
}
