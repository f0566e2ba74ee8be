/** The example that was opened, by the gallery or by a link. It stays while the reader changes the code. */
import { type Signal, signal } from '@preact/signals';
import { type Question, sameQuestion } from '../question.js';
import { type Example, exampleQuestion, GALLERY } from './gallery-data.js';

/** null: none, or the reader has put it away. */
export const shownExample: Signal<Example | null> = signal(null);

/** Looks whether a question that is put in is one of the gallery. */
export function findExample(question: Question): void {
  shownExample.value = GALLERY.examples.find((one) => sameQuestion(exampleQuestion(one), question)) ?? null;
}
