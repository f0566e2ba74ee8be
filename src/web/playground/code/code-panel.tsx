/** The editors: setup and statement, or the program. Beside each line stands what it allocates; a line unfolds. */
import type { VNode } from 'preact';
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import type { Mark } from '../../../report/text/style.js';
import { STYLE } from '../../components/kind.js';
import { type CodeState, codeState } from './beside.js';
import './code.css';
import type { Text } from '../question.js';
import type { PlaygroundState } from '../state.js';
import { mountEditor } from './editor.js';

const MAC = /Mac|iPhone|iPad/.test(navigator.platform);
const RUN_KEYS = MAC ? '⌘ Enter' : 'Ctrl Enter';
const LINE_KEYS = MAC ? '⌥ Enter' : 'Alt Enter';

export function CodePanel({ state }: { readonly state: PlaygroundState }): VNode {
  const code = useMemo(() => codeState(state), [state]);
  const statement = state.mode.value === 'statement';
  return (
    <div class="code-panel">
      {statement ? <Editor key="setup" state={state} code={code} text="setup" /> : null}
      <Editor key="code" state={state} code={code} text="code" />
      <p class="note keys">
        <span class="by-keys">
          <kbd>{RUN_KEYS}</kbd> runs. A click on a count or <kbd>{LINE_KEYS}</kbd> unfolds its line. <kbd>Esc</kbd>{' '}
          <kbd>Tab</kbd> leaves the editor.
        </span>
        <span class="by-touch">A tap on a count unfolds its line.</span>
      </p>
      <Legend code={code} />
      <p class="spoken" role="status">
        {code.spoken}
      </p>
    </div>
  );
}

interface EditorProps {
  readonly state: PlaygroundState;
  readonly code: CodeState;
  readonly text: Text;
}

function Editor({ state, code, text }: EditorProps): VNode {
  const host = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const label = (): string => titleOf(state, text);
    const description = `${RUN_KEYS} runs, ${LINE_KEYS} shows the instructions of the line, Escape and then Tab leaves the editor.`;
    return host.current === null ? undefined : mountEditor(host.current, { state, code, text, label, description });
  }, [state, code, text]);
  const { counted, old } = code.beside[text].value;
  return (
    <>
      <div class="editor-head">
        <h2>{titleOf(state, text)}</h2>
        <span class="note">{aboutOf(state, text, counted, old)}</span>
      </div>
      <div class={`editor ${text}`} ref={host} />
    </>
  );
}

function titleOf(state: PlaygroundState, text: Text): string {
  return text === 'setup' ? 'Setup' : state.mode.value === 'statement' ? 'Statement' : 'Program';
}

function aboutOf(state: PlaygroundState, text: Text, counted: boolean, old: boolean): string {
  if (text === 'setup') return 'runs once, not counted';
  const how = state.mode.value === 'statement' ? 'per execution' : 'in all';
  if (!counted) return `counted ${how}`;
  return `Python ${state.shown.value}, ${how}${old ? ', before the last change' : ''}`;
}

/** The signs that stand beside the lines now. */
function Legend({ code }: { readonly code: CodeState }): VNode | null {
  const marks = code.marks.value;
  if (marks.length === 0) return null;
  return (
    <p class="note marks">
      {marks.map((mark) => (
        <span key={mark}>
          <span class={`sign ${mark}`} aria-hidden="true">
            {STYLE.sign(mark)}
          </span>{' '}
          {MARK_WORDS[mark]}
        </span>
      ))}
    </p>
  );
}

const MARK_WORDS: Readonly<Partial<Record<Mark, string>>> = {
  freelist: 'from a freelist',
  pymalloc: 'from pymalloc',
  malloc: 'from malloc',
  foreign: 'in foreign memory',
  buffer: 'buffer',
  resize: 'resize',
};
