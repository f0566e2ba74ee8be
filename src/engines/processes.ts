/** Every process that an engine has started: Ctrl-C and a crash of ours end them. */

export interface Ending {
  /** Ends it at once, without waiting. May be called more than once. */
  end(): unknown;
}

const running = new Set<Ending>();

export function started(process: Ending): void {
  running.add(process);
}

export function ended(process: Ending): void {
  running.delete(process);
}

export function endAllProcesses(): void {
  for (const process of running) void process.end();
}
