/** What people say, by belief, each with its verdict on every version. Open at first is what is not simply confirmed. */
import type { VNode } from 'preact';
import type { ClaimResult, ClaimVerdict } from '../../core/study.js';
import { VERDICTS } from '../../core/study.js';
import { beliefs, isConfirmed, type VerdictGroup, verdictGroups, versionsByVerdict } from '../../core/study-claims.js';
import { list, perOperation } from '../../report/text/numbers.js';
import { benchCommandLine, claimText } from '../../report/text/study-words.js';
import { printable, printableName } from '../../report/text/style.js';
import { CopyLine } from '../components/copy-line.js';
import { Disclosure } from '../components/disclosure.js';
import { thin } from '../components/numbers.js';
import { Scroll } from '../components/scroll.js';
import { Ticked } from '../components/ticked.js';
import type { PageState } from './state.js';
import { VerdictMark } from './verdict-mark.js';

export function ClaimsSection({ state }: { readonly state: PageState }): VNode | null {
  const { claims } = state.study;
  if (claims.length === 0) return null;
  return (
    <section aria-labelledby="claims">
      <h2 id="claims">What people say</h2>
      <p class="note legend">
        Each was measured again on every version.{' '}
        {VERDICTS.map((verdict) => (
          <VerdictMark key={verdict} verdict={verdict} />
        ))}{' '}
        Misleading: the figure can be had, and says something else than it seems to.
      </p>
      {beliefs(state.study).map(({ belief, claims }) => (
        <div key={belief} class="belief">
          <h3>{printable(belief)}</h3>
          {claims.map((claim) => (
            <Disclosure
              key={claim.id}
              id={claim.id}
              class="claim"
              open={!isConfirmed(claim)}
              summary={<Summary claim={claim} state={state} />}
              content={() => <Claim claim={claim} state={state} />}
            />
          ))}
        </div>
      ))}
    </section>
  );
}

interface ClaimProps {
  readonly claim: ClaimResult;
  readonly state: PageState;
}

function Summary({ claim, state: { versionsOf } }: ClaimProps): VNode {
  const byVerdict = [...versionsByVerdict(claim)];
  return (
    <span class="summary">
      <span class="what">
        <Ticked text={claimText(claim)} />
      </span>
      <span class="verdicts">
        {byVerdict.map(([verdict, on]) => (
          <span key={verdict}>
            <VerdictMark verdict={verdict} />
            {byVerdict.length > 1 ? ` ${versionsOf(on)}` : ''}
          </span>
        ))}
      </span>
      <span class="note source">
        {claim.id}, {claim.source === 'blog' ? 'from a blog post' : 'from a study'}
        {claim.restsOn === 'time' ? '; rests on time' : ''}
      </span>
    </span>
  );
}

function Claim({ claim, state }: ClaimProps): VNode {
  const { study } = state;
  const experiments = study.experiments.filter(({ id }) => claim.experiments.includes(id));
  const others = claim.experiments.filter((id) => !experiments.some((one) => one.id === id));
  const known = new Set([...study.series, ...study.limits, ...study.programs].map(({ id }) => id));
  return (
    <div class="opened">
      <ul class="short groups">
        {verdictGroups(claim).map((group) => (
          <Group key={`${group.verdict} ${group.because}`} group={group} state={state} />
        ))}
      </ul>
      <p class="note">
        Rests on{' '}
        {experiments.map(({ id, title }, i) => (
          <span key={id}>
            {i > 0 ? ', ' : ''}
            <a href={`#${id}`}>{printable(title)}</a>
          </span>
        ))}
        {others.map((id, i) => (
          <span key={id}>
            {i + experiments.length > 0 ? ', ' : ''}
            {known.has(id) ? <a href={`#${id}`}>{id}</a> : id}
          </span>
        ))}
        .
      </p>
      {experiments.slice(0, 2).map((one) => (
        <p key={one.id} class="again">
          <CopyLine line={benchCommandLine(one, versionsToTry(claim))} />
        </p>
      ))}
    </div>
  );
}

/** One interpreter for each verdict. */
const versionsToTry = (claim: ClaimResult): string[] =>
  [...versionsByVerdict(claim).values()].flatMap((ids) => [...ids].slice(-1));

function Group({
  group,
  state: { versionsOf, nameOf },
}: {
  readonly group: VerdictGroup;
  readonly state: PageState;
}): VNode {
  return (
    <li>
      <VerdictMark verdict={group.verdict} /> <b>{versionsOf(group.interpreters)}</b>{' '}
      <Ticked text={thin(group.because)} />
      <Disclosure
        class="evidence"
        summary="Evidence"
        content={() => <Evidence verdicts={group.verdicts} nameOf={nameOf} />}
      />
    </li>
  );
}

interface EvidenceProps {
  readonly verdicts: readonly ClaimVerdict[];
  readonly nameOf: PageState['nameOf'];
}

function Evidence({ verdicts, nameOf }: EvidenceProps): VNode {
  const names = [...new Set(verdicts.flatMap(({ evidence }) => Object.keys(evidence)))];
  return (
    <Scroll label="Evidence">
      <table>
        <thead>
          <tr>
            <th scope="col">version</th>
            {names.map((name) => (
              <th key={name} scope="col" class="number">
                {printableName(name)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {verdicts.map(({ interpreter, evidence }) => (
            <tr key={interpreter}>
              <th scope="row">{nameOf(interpreter)}</th>
              {names.map((name) => (
                <td key={name} class="number">
                  {evidenceText(evidence[name])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function evidenceText(value: ClaimVerdict['evidence'][string] | undefined): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'number') return thin(perOperation(value));
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return list([printable(value)]);
}
