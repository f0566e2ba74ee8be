/** The link to what is shown, and what can be taken away. */
import { type Signal, useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { hasNumbers } from '../../../core/outcome.js';
import { integer } from '../../../report/text/numbers.js';
import { oneLine } from '../../../report/text/style.js';
import { CopyLine, copied } from '../../components/copy-line.js';
import { STYLE } from '../../components/kind.js';
import { minorOf } from '../answer.js';
import type { PlaygroundState } from '../state.js';
import { type Answered, commandLines, exportedJson, PROGRAM_FILE } from './export.js';
import { exportedMarkdown } from './export-markdown.js';
import { funnelSvg } from './export-svg.js';
import { linkTo } from './link.js';
import './share-menu.css';

interface ShareProps {
  readonly state: PlaygroundState;
}

export function ShareMenu({ state }: ShareProps): VNode {
  const open = useSignal(false);
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    const outside = ({ target }: Event): void => {
      if (target instanceof Node && root.current?.contains(target) !== true) open.value = false;
    };
    document.addEventListener('pointerdown', outside);
    document.addEventListener('focusin', outside);
    return () => {
      document.removeEventListener('pointerdown', outside);
      document.removeEventListener('focusin', outside);
    };
  }, [open]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape closes it wherever the focus is in it
    <div
      class="share"
      ref={root}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !open.value) return;
        open.value = false;
        button.current?.focus();
      }}
    >
      <button
        type="button"
        ref={button}
        aria-expanded={open.value}
        aria-controls="share-panel"
        onClick={() => {
          open.value = !open.value;
        }}
      >
        Share
      </button>
      <div id="share-panel" hidden={!open.value}>
        {open.value ? <Panel state={state} /> : null}
      </div>
    </div>
  );
}

/** Made when it is opened: what was said before is gone then. */
function Panel({ state }: ShareProps): VNode {
  const said = useSignal('');
  const link = linkTo(state);
  const answered = answeredOf(state);
  const json = answered === null ? null : exportedJson(answered);
  const funnel = answered === null ? null : shownFunnel(answered);
  const { mode, code } = state.question.value;
  const reason = whyNothing(state, answered);
  const command = commandLines(state.question.value, state.versions.value, state.shown.value);
  const name = mode === 'statement' ? 'pyallocs-bench.json' : 'pyallocs-report.json';
  const about = reason === null ? undefined : 'share-reason';
  return (
    <>
      <div class="share-buttons">
        <button type="button" disabled={link === null} onClick={() => void copy(link, 'Link', said)}>
          Copy link
        </button>
        <p class="note">
          {link === null
            ? 'The code is too long for a link.'
            : 'It holds the code and the versions. Opening it runs nothing before its reader says so.'}
        </p>
      </div>
      <div class="share-buttons">
        <button
          type="button"
          disabled={answered === null}
          aria-describedby={about}
          onClick={() => void copy(answered === null ? null : exportedMarkdown(answered), 'Markdown', said)}
        >
          Copy Markdown
        </button>
        <button
          type="button"
          disabled={json === null}
          aria-describedby={about}
          onClick={() => void copy(json, 'JSON', said)}
        >
          Copy JSON
        </button>
        <button
          type="button"
          disabled={json === null}
          aria-describedby={about}
          onClick={() => download(json, name, 'application/json', said)}
        >
          Download JSON
        </button>
        <button
          type="button"
          disabled={funnel === null}
          aria-describedby={about}
          onClick={() => download(funnel, 'pyallocs-funnel.svg', 'image/svg+xml', said)}
        >
          Download the funnel as SVG
        </button>
        {reason === null ? null : (
          <p class="note" id="share-reason">
            {reason}
          </p>
        )}
      </div>
      <div class="share-commands">
        <p class="note">
          {mode === 'statement'
            ? 'The same on the command line:'
            : 'The same on the command line, with the program saved:'}
        </p>
        {mode === 'statement' ? null : (
          <button type="button" onClick={() => download(code, PROGRAM_FILE, 'text/x-python', said)}>
            Download {PROGRAM_FILE}
          </button>
        )}
        {command.map((line) => (
          <CopyLine key={line} line={line} />
        ))}
      </div>
      <p class="note" role="status">
        {said.value}
      </p>
    </>
  );
}

/** null: nothing was answered yet. */
function answeredOf(state: PlaygroundState): Answered | null {
  const question = state.asked.value;
  const answers = [...state.answers.value.values()].toSorted(
    (a, b) => Number(minorOf(a).slice(2)) - Number(minorOf(b).slice(2)),
  );
  return question === null || answers.length === 0 ? null : { question, answers, shown: state.shown.value };
}

/** Why something cannot be had, or what it is of; null: it goes without saying. */
function whyNothing(state: PlaygroundState, answered: Answered | null): string | null {
  if (answered === null)
    return state.running.value
      ? 'There is no answer yet: these come with it.'
      : 'Run the code first: these hold what it allocates.';
  if (shownFunnel(answered) === null) return `There are no numbers of ${state.shown.value}, and so no funnel.`;
  return state.stale.value ? 'Of the code as it was run last: it was edited since.' : null;
}

/** Of the version that is looked at; null: it has no numbers. */
function shownFunnel({ question, answers, shown }: Answered): string | null {
  const answer = answers.find((one) => minorOf(one) === shown);
  if (answer === undefined) return null;
  if (answer.mode === 'program') {
    const { result } = answer;
    return 'counts' in result ? funnelSvg(result.counts, result.interpreter, 'The whole program') : null;
  }
  const { result } = answer;
  if (!hasNumbers(result)) return null;
  const { iterations, counts, interpreter } = result;
  const times = `${integer(iterations)} ${iterations === 1 ? 'execution' : 'executions'}`;
  return funnelSvg(counts, interpreter, `${times} of ${oneLine(question.code, 60, STYLE)}`);
}

async function copy(content: string | null, what: string, said: Signal<string>): Promise<void> {
  if (content === null) return;
  // The same words twice would not be read aloud twice.
  said.value = '';
  const done = await copied(content);
  said.value = done
    ? `${what} copied.`
    : `The browser does not let the page copy; ${what === 'Link' ? 'the address bar has the link' : 'download it instead'}.`;
}

function download(content: string | null, name: string, type: string, said: Signal<string>): void {
  if (content === null) return;
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
  said.value = `${name} is downloaded.`;
}
