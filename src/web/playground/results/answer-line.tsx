/** The answer in words, and what its reader should know about it. */
import type { VNode } from 'preact';
import { hasNumbers, type Warning } from '../../../core/outcome.js';
import { printable } from '../../../report/text/style.js';
import { MarkSign } from '../../components/counts-cell.js';
import { Scroll } from '../../components/scroll.js';
import { run } from '../actions.js';
import type { Answer } from '../answer.js';
import type { PlaygroundState } from '../state.js';
import { answerSentence, asSentence, exactness, exitSentence, problemText, reasonOf } from './answer-words.js';

interface AnswerLineProps {
  readonly answer: Answer;
  readonly state: PlaygroundState;
}

export function AnswerLine({ answer, state }: AnswerLineProps): VNode {
  const { result, problem, mode } = answer;
  const sentence = answerSentence(answer);
  const reason = reasonOf(answer);
  const exit = answer.mode === 'program' ? exitSentence(answer) : null;
  const told = reason !== null && result.outcome === 'failed';
  const exact = exactness(answer);
  return (
    <div class="panel answer">
      <h2>CPython {result.interpreter.version}</h2>
      {sentence === null ? null : (
        <p>
          <strong>{sentence.lead}</strong>
          {sentence.rest}
        </p>
      )}
      {reason === null ? null : (
        <div class="trouble">
          <p>
            <strong>
              {reason.title === 'Not exact' ? <MarkSign mark="inexact" /> : null} {reason.title}:
            </strong>{' '}
            {reason.message}
          </p>
          {reason.excerpt === '' ? null : (
            <Scroll label="Where it is in the code">
              <pre>{reason.excerpt}</pre>
            </Scroll>
          )}
        </div>
      )}
      {(problem === null || told) && exit === null ? null : (
        <div class="trouble">
          {problem === null || told ? null : (
            <p>
              <code>{problemText(problem, mode)}</code>
            </p>
          )}
          {exit === null ? null : <p>{exit}</p>}
        </div>
      )}
      <Warnings answer={answer} state={state} />
      {exact === null ? null : <p class="note">{exact}</p>}
    </div>
  );
}

function Warnings({ answer, state }: AnswerLineProps): VNode | null {
  if (answer.mode === 'program') {
    const { result } = answer;
    const warnings = 'warnings' in result ? result.warnings : [];
    if (warnings.length === 0) return null;
    return (
      <ul class="trouble" aria-label="Warnings">
        {warnings.map(({ code, message }) => (
          <li key={code + message}>{asSentence(message)}</li>
        ))}
      </ul>
    );
  }
  if (!hasNumbers(answer.result)) return null;
  return (
    <>
      {answer.result.warnings.map((warning) => (
        <StatementWarning key={warning.code} warning={warning} state={state} />
      ))}
    </>
  );
}

/** Of a constant that the compiler computed: what would count the computation, and a button that puts it in. */
function StatementWarning({ warning, state }: { readonly warning: Warning; readonly state: PlaygroundState }): VNode {
  const { message, instead } = warning;
  if (instead === undefined) return <p class="trouble">{asSentence(message)}</p>;
  const below = state.asked.value?.setup.trim() ?? '';
  return (
    <div class="trouble">
      <p>The compiler computed the constants beforehand, so nothing is left to count. With variables it is computed:</p>
      <p class="instead">
        <code>{printable(instead.statement)}</code>
        <span class="note">
          setup: <code>{printable(instead.setup)}</code>
        </span>
        <button
          type="button"
          onClick={() => {
            state.setup.value = below === '' ? instead.setup : `${below}\n${instead.setup}`;
            state.code.value = instead.statement;
            void run(state);
          }}
        >
          Count this instead
        </button>
      </p>
    </div>
  );
}
