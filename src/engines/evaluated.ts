/** The answer of the harness to code that was to be evaluated. */
import type { MeasuredError } from '../core/outcome.js';
import type { Evaluated } from './engine.js';

/** "+" and a text, or an error as JSON. */
export function evaluated(answer: string): Evaluated {
  if (answer.startsWith('+')) return { outcome: 'answered', text: answer.slice(1) };
  return { outcome: 'failed', error: JSON.parse(answer) as MeasuredError };
}
