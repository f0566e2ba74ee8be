/** What the reader does: run, cancel, ask for growth. */
import { batch } from '@preact/signals';
import { type PlaygroundState, VERSIONS } from './state.js';

/** Asks the chosen versions, the one that is looked at first, then the newest. */
export async function run(state: PlaygroundState): Promise<void> {
  const question = { ...state.question.value }; // another one each time: it tells this run from the next
  const shown = state.shown.value;
  const others = state.versions.value.filter((version) => version !== shown).toReversed();
  batch(() => {
    state.fromLink.value = false;
    state.asked.value = question;
    state.answers.value = new Map();
    state.growth.value = new Map();
    state.running.value = true;
  });
  await state.interpreters.ask(question, [shown, ...others], (version, answer) => {
    if (state.asked.value === question) state.answers.value = new Map(state.answers.value).set(version, answer);
  });
  if (state.asked.value === question) state.running.value = false;
}

/** On every version there is. */
export function runAll(state: PlaygroundState): Promise<void> {
  state.versions.value = VERSIONS;
  for (const version of VERSIONS.toReversed()) state.interpreters.prepare(version);
  return run(state);
}

export function cancel(state: PlaygroundState): void {
  state.live.value = false;
  state.running.value = false;
  state.interpreters.cancel();
}

export async function askGrowth(state: PlaygroundState): Promise<void> {
  const question = state.asked.value;
  if (question === null) return;
  state.growth.value = new Map();
  await state.interpreters.growth(question, state.versions.value, (version, growth) => {
    if (state.asked.value === question) state.growth.value = new Map(state.growth.value).set(version, growth);
  });
}
