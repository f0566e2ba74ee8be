/**
 * An editor for Python, bound to a text of the page. It lives in a shadow root: only there does CodeMirror bring its
 * styles as a style sheet object, which the page's policy lets pass, and not as a <style> element, which it does not.
 */
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { pythonLanguage } from '@codemirror/lang-python';
import { bracketMatching, indentOnInput, indentUnit } from '@codemirror/language';
import { Annotation, EditorState, type Extension, Prec } from '@codemirror/state';
import { EditorView, highlightSpecialChars, keymap, lineNumbers, ViewPlugin } from '@codemirror/view';
import { effect } from '@preact/signals';
import { run } from '../actions.js';
import type { Text } from '../question.js';
import type { PlaygroundState } from '../state.js';
import type { CodeState } from './beside.js';
import { besideCode, onToggle, setBeside, toggle } from './beside-field.js';
import look from './editor.css?inline';
import { spokenLine } from './line-counts.js';
import { pythonColours } from './python-colours.js';
import { sameLines } from './same-lines.js';

/** The text was put in by the page, not typed. */
const fromPage = Annotation.define<true>();

export interface EditorParts {
  readonly state: PlaygroundState;
  readonly code: CodeState;
  readonly text: Text;
  readonly label: () => string;
  /** How it is left and used by keys, for those who hear it. */
  readonly description: string;
}

/** Puts the editor into `host`; what it gives back takes it out again. */
export function mountEditor(host: HTMLElement, parts: EditorParts): () => void {
  const { state, code, text, description } = parts;
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
  const help = document.createElement('p');
  help.id = 'keys';
  help.hidden = true;
  help.textContent = description;
  root.append(help);
  const own = state[text];
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({ doc: own.peek(), extensions: extensions(parts) }),
  });
  // Behind those of CodeMirror, so that ours win.
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(look);
  root.adoptedStyleSheets.push(sheet);
  showGutters(view);

  /** The text that `state.line` is of, until it is counted anew. */
  let base = own.peek();
  const stops = [
    effect(() => {
      const wanted = own.value;
      if (wanted === view.state.doc.toString()) return;
      base = wanted;
      view.dispatch({
        changes: { from: 0, to: view.state.doc.length, insert: wanted },
        annotations: fromPage.of(true),
      });
    }),
    effect(() => {
      const now = state.asked.value?.[text];
      if (now === undefined) return;
      const line = state.line.peek();
      if (line?.text === text && now !== base) {
        const moved = sameLines(base, now).get(line.line);
        state.line.value = moved === undefined ? null : { text, line: moved };
      }
      base = now;
    }),
    effect(() => {
      const beside = code.beside[text].value;
      keepingFocus(root, () => view.dispatch({ effects: setBeside.of(beside) }));
    }),
  ];
  return () => {
    for (const stop of stops) stop();
    view.destroy();
    help.remove();
    root.adoptedStyleSheets = root.adoptedStyleSheets.filter((one) => one !== sheet);
  };
}

function extensions({ state, code, text, label }: EditorParts): Extension {
  return [
    Prec.highest(
      keymap.of([
        {
          key: 'Mod-Enter',
          run() {
            void run(state);
            return true;
          },
        },
        {
          key: 'Alt-Enter',
          run(view) {
            if (toggle(view, view.state.selection.main.head)) return true;
            code.spoken.value = 'This line has no counts.';
            return true;
          },
        },
      ]),
    ),
    onToggle.of((line, { asked, of }) => {
      const open = state.line.peek();
      const folds = open?.text === text && open.line === asked;
      state.line.value = folds ? null : { text, line: asked };
      code.spoken.value = folds ? '' : spokenLine(line, of);
    }),
    EditorView.updateListener.of(({ docChanged, state: { doc } }) => {
      if (docChanged) state[text].value = doc.toString();
    }),
    EditorView.contentAttributes.of(() => ({ 'aria-label': label(), 'aria-describedby': 'keys' })),
    lineNumbers(),
    besideCode(),
    replacing,
    shapes,
    history(),
    highlightSpecialChars(),
    pythonLanguage,
    pythonColours(),
    indentUnit.of('    '),
    EditorState.tabSize.of(4),
    indentOnInput(),
    bracketMatching(),
    keymap.of([indentWithTab, ...defaultKeymap, ...historyKeymap]),
  ];
}

/**
 * What is typed over a selection: into one of several lines the browser would put it with a style of its own, which the page's
 * policy stops and reports. Code that is still being composed is left to the browser.
 */
const replacing = EditorView.domEventHandlers({
  beforeinput({ inputType, data, cancelable, isComposing }, view) {
    const { main } = view.state.selection;
    if (inputType !== 'insertText' || data === null || main.empty || !cancelable || isComposing) return false;
    view.dispatch(view.state.replaceSelection(data), { userEvent: 'input.type', scrollIntoView: true });
    return true;
  },
});

/** What unfolds is as wide as the editor, wherever its code is scrolled to: for that the style sheet needs two widths. */
const shapes = ViewPlugin.define((view) => {
  const measure = (): void =>
    view.requestMeasure({
      key: shapes,
      read: () => [view.scrollDOM.clientWidth, view.contentDOM.offsetLeft] as const,
      write: ([width, gutters]) => {
        view.dom.style.setProperty('--width', `${width}px`);
        view.dom.style.setProperty('--gutters', `${gutters}px`);
      },
    });
  measure();
  return { update: measure };
});

/** CodeMirror hides its gutters from those who do not see them; here they hold buttons. */
function showGutters({ dom }: EditorView): void {
  dom.querySelector('.cm-gutters')?.removeAttribute('aria-hidden');
  dom.querySelector('.cm-lineNumbers')?.setAttribute('aria-hidden', 'true');
  const counts = dom.querySelector<HTMLElement>('.cm-gutter.counts');
  if (counts === null) return;
  counts.role = 'toolbar';
  counts.ariaLabel = 'Counts of the lines';
  counts.ariaOrientation = 'vertical';
  counts.addEventListener('keydown', (event) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step === 0 || !(event.target instanceof HTMLElement)) return;
    const buttons = [...counts.querySelectorAll<HTMLElement>('button.count')];
    buttons[buttons.indexOf(event.target) + step]?.focus();
    event.preventDefault();
  });
}

/** Drawing again makes new buttons and folds lines: the button of the same line has the focus afterwards. */
function keepingFocus(root: ShadowRoot, draw: () => void): void {
  const focused = root.activeElement;
  const line = focused?.closest<HTMLElement>('[data-line]')?.dataset['line'];
  draw();
  if (line === undefined || root.activeElement !== null) return;
  root.querySelector<HTMLElement>(`button.count[data-line="${line}"]`)?.focus({ preventScroll: true });
}
