/** Counts that many samples are added to, in place. */
import { BUFFER_ROW, type Counts, type TypeCounts } from './counts.js';
import { type Interval, typeRows } from './interval.js';
import { entryOf } from './maps.js';
import type { LiveField, Recording, Sample } from './recording.js';
import { bytes, count } from './units.js';

/** Blocks and bytes that were live at the end, and at the moment of the maximum. Of recordings with `--live`. */
export type LiveCounts = Readonly<Record<LiveField, number>>;

export class Tally {
  private creations = 0;
  private freelist = 0;
  private pymalloc = 0;
  private malloc = 0;
  private foreign = 0;
  private buffers = 0;
  private pymallocBuffers = 0;
  private mallocBuffers = 0;
  private requests = 0;
  private resizes = 0;
  private relocations = 0;
  private releases = 0;
  private bytes = 0;
  private resizeBytes = 0;
  private liveBlocks = 0;
  private liveBytes = 0;
  private peakBlocks = 0;
  private peakBytes = 0;

  /** The same arithmetic as `countsOf`. */
  add({ origin, values }: Pick<Sample, 'origin' | 'values'>): void {
    this.creations += values.creations;
    if (origin !== null) this[origin] += values.creations;
    this.buffers += values.buffers;
    if (origin === 'pymalloc') this.pymallocBuffers += values.buffers;
    if (origin === 'malloc') this.mallocBuffers += values.buffers;
    this.requests += values.requests;
    this.resizes += values.resizes;
    this.relocations += values.relocations;
    this.releases += values.releases;
    this.bytes += values.bytes;
    this.resizeBytes += values.resizeBytes;
    this.liveBlocks += values.liveBlocks ?? 0;
    this.liveBytes += values.liveBytes ?? 0;
    this.peakBlocks += values.peakBlocks ?? 0;
    this.peakBytes += values.peakBytes ?? 0;
  }

  counts(): Counts {
    return {
      creations: {
        total: count(this.creations),
        freelist: count(this.freelist),
        pymalloc: count(this.pymalloc),
        malloc: count(this.malloc),
        foreign: count(this.foreign),
      },
      buffers: {
        total: count(this.buffers),
        pymalloc: count(this.pymallocBuffers),
        malloc: count(this.mallocBuffers),
      },
      requests: count(this.requests),
      resizes: count(this.resizes),
      relocations: count(this.relocations),
      releases: count(this.releases),
      bytes: bytes(this.bytes),
      resizeBytes: bytes(this.resizeBytes),
      pools: null,
      arenas: null,
    };
  }

  live({ live }: Pick<Recording, 'live'>): LiveCounts | null {
    if (!live) return null;
    const { liveBlocks, liveBytes, peakBlocks, peakBytes } = this;
    return { liveBlocks, liveBytes, peakBlocks, peakBytes };
  }
}

/** The same, and by type. */
export class TypedTally {
  private readonly all = new Tally();
  private readonly types = new Map<string, Tally>();

  add(sample: Sample): void {
    this.all.add(sample);
    entryOf(this.types, sample.type ?? BUFFER_ROW, () => new Tally()).add(sample);
  }

  counts(): Counts {
    return this.all.counts();
  }

  live(recording: Pick<Recording, 'live'>): LiveCounts | null {
    return this.all.live(recording);
  }

  byType(): TypeCounts[] {
    const byType = new Map([...this.types].map(([type, row]) => [type, row.counts()]));
    const interval: Interval = { counts: this.all.counts(), byType };
    return typeRows(interval);
  }
}
