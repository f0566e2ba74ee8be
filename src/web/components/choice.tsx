/** One of a few, all in sight. */
import type { VNode } from 'preact';

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly (readonly [value: T, label: string])[];
  readonly onChoose: (value: T) => void;
}

export function Choice<T extends string>({ label, value, options, onChoose }: ChoiceProps<T>): VNode {
  return (
    <fieldset class="choice">
      <legend class="spoken">{label}</legend>
      {options.map(([option, text]) => (
        <button key={option} type="button" aria-pressed={value === option} onClick={() => onChoose(option)}>
          {text}
        </button>
      ))}
    </fieldset>
  );
}
