/** The first screen: how often real programs allocate, what the last release changed, what is believed wrongly, what to type. */
import type { VNode } from 'preact';
import { tallyVerdicts, wrongBeliefs } from '../../core/study-claims.js';
import { type ProgramSummary, programSummaries } from '../../core/study-programs.js';
import { list, plural } from '../../report/text/numbers.js';
import { summarySentence } from '../../report/text/study.js';
import {
  absentSentences,
  CHANGES_NOTE,
  changeWords,
  claimText,
  lastStep,
  lineToPaste,
  partialSentence,
  programsSentence,
  STUDY_TITLE,
  summaryCells,
  versionName,
} from '../../report/text/study-words.js';
import { CopyLine } from '../components/copy-line.js';
import { thin } from '../components/numbers.js';
import { Scroll } from '../components/scroll.js';
import { Ticked } from '../components/ticked.js';
import type { PageState } from './state.js';

const BELIEFS_SHOWN = 6;

export function AnswerSection({ state }: { readonly state: PageState }): VNode {
  const { study, timings } = state;
  const partial = partialSentence(study);
  const absent = absentSentences(study);
  return (
    <section id="answer" aria-labelledby="title">
      <h1 id="title">{STUDY_TITLE}</h1>
      {partial === null ? null : <p class="notices">{partial}</p>}
      <p class="answer">{thin(programsSentence(study, timings) ?? summarySentence(study))}</p>
      <div class="first-screen">
        <Summaries state={state} />
        <div>
          <LastChanges state={state} />
          <WrongBeliefs state={state} />
        </div>
      </div>
      <p class="paste">
        <span>See it change from version to version:</span> <CopyLine line={lineToPaste(study)} />
      </p>
      {absent.map((sentence) => (
        <p key={sentence} class="note">
          {sentence}
        </p>
      ))}
    </section>
  );
}

function Summaries({ state: { study, timings, nameOf, reference } }: { readonly state: PageState }): VNode | null {
  const summaries = programSummaries(study, timings);
  if (summaries.length === 0) return null;
  const timed = summaries.some(({ perMs }) => perMs !== null);
  const row = (summary: ProgramSummary): VNode => {
    const cells = summaryCells(summary);
    const { id } = summary.interpreter;
    return (
      <tr key={id} class={id === reference?.id ? 'reference' : ''}>
        <th scope="row">{nameOf(id)}</th>
        <td class="number">{thin(timed ? cells.perMs : cells.creations)}</td>
        {timed ? <td class="number range">{thin(cells.perMsRange)}</td> : null}
        <td class="number">{cells.freelist}</td>
        <td class="share-bar">
          <svg width="100%" height="12" aria-hidden="true">
            <rect class="whole" width="100%" height="12" />
            <rect class="freelist" width={`${100 * summary.freelist.median}%`} height="12" />
          </svg>
        </td>
        <td class="number range">{cells.freelistRange}</td>
      </tr>
    );
  };
  const programs = Math.max(...summaries.map((one) => one.programs));
  return (
    <div>
      <h2>Real programs, by version</h2>
      <Scroll label="Real programs, by version">
        <table class="summaries">
          <thead>
            <tr>
              <th scope="col">version</th>
              <th scope="col" class="number" colSpan={timed ? 2 : 1}>
                {timed ? 'objects created per ms' : 'objects created'}
              </th>
              <th scope="col" class="number" colSpan={3}>
                never reach the allocator
              </th>
            </tr>
          </thead>
          <tbody>{summaries.map(row)}</tbody>
        </table>
      </Scroll>
      <p class="note">
        The median of {plural(programs, 'program')}, and the range. <a href="#programs">Each of them</a>
      </p>
    </div>
  );
}

function LastChanges({ state: { study } }: { readonly state: PageState }): VNode | null {
  const step = lastStep(study);
  if (step === null) return null;
  return (
    <>
      <h2>What the last release changed: {step.title}</h2>
      {step.changes.length === 0 ? <p>No count of a statement differs.</p> : null}
      <ul class="short">
        {changeWords(step.changes).map((words) => (
          <li key={words}>{words}</li>
        ))}
      </ul>
      {step.changes.length === 0 ? null : (
        <p class="note">
          {CHANGES_NOTE} <a href="#versions">Each of them</a>
        </p>
      )}
    </>
  );
}

function WrongBeliefs({ state: { study, reference } }: { readonly state: PageState }): VNode | null {
  if (reference === null || study.claims.length === 0) return null;
  const wrong = wrongBeliefs(study, reference.id, true);
  const tally = tallyVerdicts(study.claims, reference.id);
  const shown = wrong.slice(0, BELIEFS_SHOWN);
  const words = [
    ...(tally.refuted > 0 ? [`${tally.refuted} refuted`] : []),
    ...(tally.misleading > 0 ? [`${tally.misleading} misleading`] : []),
  ];
  return (
    <>
      <h2>Beliefs that are wrong</h2>
      <p class="note">
        Of {plural(study.claims.length, 'claim')} that people make, {list(words) || 'none is wrong'} on{' '}
        {versionName(reference)}.
      </p>
      <ul class="short beliefs">
        {shown.map(({ belief, claim, verdict }) => (
          <li key={belief}>
            <a href={`#${claim.id}`}>
              <Ticked text={claimText(claim)} />
            </a>{' '}
            <span class="because">
              <Ticked text={thin(verdict.because)} />
            </span>
          </li>
        ))}
      </ul>
      {wrong.length > shown.length ? (
        <p class="note">
          <a href="#claims">and {plural(wrong.length - shown.length, 'more belief')}</a>
        </p>
      ) : null}
    </>
  );
}
