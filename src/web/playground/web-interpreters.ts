/** The interpreters of the page, in web workers. */
import { type Signal, signal } from '@preact/signals';
import type { Interpreters, Status } from './interpreters.js';

export function webInterpreters(): Interpreters {
  const status: Signal<ReadonlyMap<string, Status>> = signal(new Map());
  return {
    status,
    prepare: () => {},
    ask: async () => {},
    growth: async () => {},
    cancel: () => {},
  };
}
