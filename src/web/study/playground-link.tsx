/** Leads to an experiment in the playground: beside the report where both are served, otherwise that of this machine. */
import type { VNode } from 'preact';

/** Where `pyallocs serve` listens unless it is told otherwise. */
const SERVED = 'http://127.0.0.1:8765/';

const served = location.protocol === 'http:' || location.protocol === 'https:';

export function PlaygroundLink({ id }: { readonly id: string }): VNode {
  const hash = `#example=${encodeURIComponent(id)}`;
  if (served) return <a href={`../${hash}`}>Open in the playground</a>;
  return (
    <a href={SERVED + hash} title="pyallocs serve must be running">
      Open in the playground
    </a>
  );
}
