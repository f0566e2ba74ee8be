/** What a program printed, cut where the stream changes. */
import type { Output } from '../answer.js';

export interface OutputPart {
  readonly stream: 'out' | 'error';
  readonly text: string;
}

/** Neighbours of the same stream as one. */
export function joinedParts({ parts }: Output): OutputPart[] {
  const joined: OutputPart[] = [];
  for (const { stream, text } of parts) {
    const last = joined.at(-1);
    if (last?.stream === stream) joined[joined.length - 1] = { stream, text: last.text + text };
    else joined.push({ stream, text });
  }
  return joined.filter(({ text }) => text !== '');
}
