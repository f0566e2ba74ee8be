/** The bytecode of a statement on one version, with what each instruction creates. */
import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import type { ExperimentResult } from '../../core/study.js';
import { perOperation } from '../../report/text/numbers.js';
import { printable, printableName } from '../../report/text/style.js';
import { CountsCell } from '../components/counts-cell.js';
import { Scroll } from '../components/scroll.js';
import type { PageState } from './state.js';

interface BytecodeProps {
  readonly one: ExperimentResult;
  readonly state: PageState;
}

export function Bytecode({ one, state: { nameOf, reference } }: BytecodeProps): VNode | null {
  const recorded = one.methods.flatMap(({ interpreter, instructions }) =>
    instructions === null ? [] : [{ interpreter, instructions }],
  );
  const first = recorded.find(({ interpreter }) => interpreter === reference?.id) ?? recorded.at(-1);
  const chosen = useSignal(first?.interpreter ?? '');
  const shown = recorded.find(({ interpreter }) => interpreter === chosen.value);
  if (shown === undefined) return null;
  const specialized = shown.instructions.some((each) => each.specialized !== null);
  const functions = shown.instructions.some((each) => each.function !== '');
  return (
    <>
      <p class="controls">
        <label>
          Bytecode of{' '}
          <select
            value={chosen.value}
            onChange={(event) => {
              chosen.value = event.currentTarget.value;
            }}
          >
            {recorded.map(({ interpreter }) => (
              <option key={interpreter} value={interpreter}>
                {nameOf(interpreter)}
              </option>
            ))}
          </select>
        </label>
      </p>
      <Scroll label={`Bytecode of ${nameOf(chosen.value)}`}>
        <table class="bytecode">
          <thead>
            <tr>
              {functions ? <th scope="col">function</th> : null}
              <th scope="col" class="number">
                offset
              </th>
              <th scope="col">instruction</th>
              {specialized ? <th scope="col">after warming up</th> : null}
              <th scope="col">creates, per execution</th>
            </tr>
          </thead>
          <tbody>
            {shown.instructions.map((each) => (
              <tr key={`${each.function} ${each.offset}`} class={each.perOp === null ? '' : 'marked'}>
                {functions ? <td>{printableName(each.function)}</td> : null}
                <td class="number">{each.offset}</td>
                <td>
                  <code>
                    {each.opcode} {printable(each.argument)}
                  </code>
                </td>
                {specialized ? <td>{each.specialized === null ? '' : <code>{each.specialized}</code>}</td> : null}
                <td class="costs">
                  {each.perOp === null ? (
                    ''
                  ) : (
                    <>
                      <CountsCell counts={each.perOp} />{' '}
                      <span class="note">
                        {each.types
                          .map(({ type, creations }) => `${perOperation(creations)} ${printableName(type)}`)
                          .join(', ')}
                      </span>
                    </>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </>
  );
}
