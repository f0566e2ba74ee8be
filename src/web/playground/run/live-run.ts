/** Runs when the reader stops typing, where that was asked for; never what came by a link and was not run yet. */
import { useSignalEffect } from '@preact/signals';
import { run } from '../actions.js';
import { sameQuestion } from '../question.js';
import type { PlaygroundState } from '../state.js';

const PAUSE_MS = 500;

export function useLiveRun(state: PlaygroundState): void {
  useSignalEffect(() => {
    const question = state.question.value;
    const versions = state.versions.value;
    if (!state.live.value || state.fromLink.value || question.code.trim() === '') return;
    const asked = state.asked.peek();
    const answered = (version: string): boolean => state.running.peek() || state.answers.peek().has(version);
    if (asked !== null && sameQuestion(asked, question) && versions.every(answered)) return;
    const timer = setTimeout(() => void run(state), PAUSE_MS);
    return () => clearTimeout(timer);
  });
}
