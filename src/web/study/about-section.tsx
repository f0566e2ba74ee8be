/** Which interpreters were measured, and how to have all of this again. */
import type { VNode } from 'preact';
import { absentSentences } from '../../report/text/study-words.js';
import { printable } from '../../report/text/style.js';
import { CopyLine } from '../components/copy-line.js';
import { Scroll } from '../components/scroll.js';
import type { PageState } from './state.js';

export function AboutSection({ state: { study, nameOf } }: { readonly state: PageState }): VNode {
  return (
    <section aria-labelledby="about">
      <h2 id="about">About this study</h2>
      <Scroll label="Interpreters">
        <table class="interpreters">
          <thead>
            <tr>
              {['version', 'interpreter', 'engine', 'bits', 'pymalloc', 'build'].map((title) => (
                <th key={title} scope="col">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {study.interpreters.map((one) => (
              <tr key={one.id}>
                <th scope="row">{nameOf(one.id)}</th>
                <td>
                  CPython {one.version} <code>{printable(one.id)}</code>
                </td>
                <td>{one.engine === 'wasm' ? 'embedded' : 'native'}</td>
                <td>{one.bits}</td>
                <td>{one.pymalloc ? 'yes' : 'no'}</td>
                <td>{one.build.join(', ')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      <ul class="short">
        {absentSentences(study).map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
      <p class="again">
        <CopyLine line={`pyallocs study -p ${study.interpreters.map(({ id }) => printable(id)).join(',')}`} />
      </p>
      <p class="note">
        An object is created where CPython initialises its header. A freelist hands out memory of an object that died,
        without asking the allocator. A request is a call of CPython's allocators; a buffer is a request whose block
        never becomes an object. The files beside this one hold the same: results.json, REPORT.md,
        allocation_results.txt, timings.json, and data/ with tables for a spreadsheet.
      </p>
    </section>
  );
}
