/** What the page is about, what it came to in a sentence, and what a reader of its numbers should know. */
import type { VNode } from 'preact';
import { approximateBecause } from '../../core/interpreter.js';
import { commandLine, shortCommand } from '../../report/text/command.js';
import { exitText, secondsText } from '../../report/text/facts.js';
import { funnelSentence } from '../../report/text/funnel.js';
import { interpreterLine } from '../../report/text/interpreter.js';
import { percent } from '../../report/text/numbers.js';
import { printable } from '../../report/text/style.js';
import { STYLE } from '../components/kind.js';
import { signedWhole, thin, whole } from '../components/numbers.js';
import { ThemeToggle } from '../components/theme.js';
import type { Profile } from './profile.js';
import type { PageState } from './state.js';

export function Heading({ state: { profile, before } }: { readonly state: PageState }): VNode {
  const { about } = profile;
  const command = printable(commandLine(about.command));
  const short = printable(shortCommand(about.command));
  return (
    <header>
      <div class="title">
        <h1 title={command}>{short}</h1>
        <ThemeToggle />
      </div>
      <p class="about">
        {short === command ? null : (
          <>
            <code class="path">{command}</code>
            <br />
          </>
        )}
        {interpreterLine(about.interpreter)} · took {secondsText(about.seconds)}, counting included
        {about.exit.code === 0 ? '' : ` · ended ${exitText(about.exit)}`}
      </p>
      <p class="answer">
        {about.outcome === 'varying' ? <span class="inexact">≈ </span> : null}
        {thin(funnelSentence(about.total, null, new Set(), STYLE))}
      </p>
      {before === null ? null : <p class="answer">{comparison(before, profile)}</p>}
      <Notices about={about} />
    </header>
  );
}

/** "370 more objects created than before (10 000 → 10 370, +3.7 %); requests +12." */
export function comparison({ about: old }: Profile, { about: now }: Profile): string {
  const [was, is] = [old.total.creations.total, now.total.creations.total];
  const requests = signedWhole(now.total.requests - old.total.requests);
  const change = percent(Math.abs(is - was), was);
  const share = change === '' ? '' : `${is > was ? '+' : '−'}${change}`;
  const created =
    was === is
      ? `As many objects created as before (${whole(was)})`
      : `${whole(Math.abs(is - was))} ${is > was ? 'more' : 'fewer'} ${Math.abs(is - was) === 1 ? 'object' : 'objects'} created than before (${whole(was)} → ${whole(is)}${share === '' ? '' : `, ${share}`})`;
  return `${created}; requests ${requests}.`;
}

function Notices({ about }: { readonly about: Profile['about'] }): VNode | null {
  const because = approximateBecause(about.interpreter);
  const notices = [
    ...(about.why === null ? [] : [`≈ Not exact: ${about.why.message}`]),
    ...(about.approximate
      ? [
          `≈ Counts of single instructions are approximate${because === null ? '' : `: ${because}`}. Those of functions are exact.`,
        ]
      : []),
    ...about.warnings.map(({ message }) => `Warning: ${message}`),
  ];
  if (notices.length === 0) return null;
  return (
    <ul class="notices">
      {notices.map((notice) => (
        <li key={notice}>{printable(notice)}</li>
      ))}
    </ul>
  );
}
