/** speedscope's own format: a sampled profile per measure. Spec: speedscope src/lib/file-format-spec.ts, version 0.0.1. */
import { interpreterName } from '../../core/interpreter.js';
import { isBytes } from '../../core/pprof.js';
import type { Measure, Recording } from '../../core/recording.js';
import { type Frame, type FrameOptions, FrameTable, plain } from './frames.js';

interface SpeedscopeFrame {
  readonly name: string;
  readonly file?: string;
  readonly line?: number;
  readonly col?: number;
}

interface SampledProfile {
  readonly type: 'sampled';
  readonly name: string;
  readonly unit: 'none' | 'bytes';
  readonly startValue: number;
  /** The sum of the weights. */
  readonly endValue: number;
  /** Indexes of frames, the outermost first. */
  readonly samples: readonly (readonly number[])[];
  readonly weights: readonly number[];
}

export interface SpeedscopeFile {
  readonly $schema: 'https://www.speedscope.app/file-format-schema.json';
  readonly name: string;
  readonly exporter: string;
  readonly activeProfileIndex: number;
  readonly shared: { readonly frames: readonly SpeedscopeFrame[] };
  readonly profiles: readonly SampledProfile[];
}

export function toSpeedscope(
  recording: Recording,
  measures: readonly Measure[],
  options: FrameOptions,
): SpeedscopeFile {
  const table = new FrameTable(recording, options);
  const profiles = measures.map((measure): SampledProfile => {
    const stacks = table.weigh(measure);
    return {
      type: 'sampled',
      name: measure,
      unit: isBytes(measure) ? 'bytes' : 'none',
      startValue: 0,
      endValue: stacks.reduce((sum, { value }) => sum + value, 0),
      samples: stacks.map(({ frames }) => frames),
      weights: stacks.map(({ value }) => value),
    };
  });
  const { command, interpreter, outcome } = recording;
  const what = `${plain(command.join(' '))}, ${plain(interpreterName(interpreter))}`;
  return {
    $schema: 'https://www.speedscope.app/file-format-schema.json',
    name: outcome === 'exact' ? what : `${what}, not exact`,
    exporter: 'pyallocs',
    activeProfileIndex: 0,
    shared: { frames: table.frames.map(speedscopeFrame) },
    profiles,
  };
}

function speedscopeFrame({ name, file, line, column }: Frame): SpeedscopeFrame {
  return {
    name,
    ...(file === null ? {} : { file }),
    ...(line === null ? {} : { line }),
    ...(column === null ? {} : { col: column }),
  };
}
