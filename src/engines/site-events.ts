/** What the events of a site mean: who served them, and what they add to samples. */
import type { Origin } from '../core/counts.js';
import type { Values } from './balance.js';
import { SITE, type Site } from './book.js';

/** Who served what happens at sites of a kind, and whether it is an object. */
export function servedBy(kind: number): { readonly origin: Origin | null; readonly ofObject: boolean } {
  switch (kind) {
    case SITE.freelist:
      return { origin: 'freelist', ofObject: true };
    case SITE.foreign:
      return { origin: 'foreign', ofObject: true };
    case SITE.pymalloc:
    case SITE.laterPymalloc:
      return { origin: 'pymalloc', ofObject: true };
    case SITE.malloc:
    case SITE.laterMalloc:
      return { origin: 'malloc', ofObject: true };
    case SITE.requestedPymalloc:
      return { origin: 'pymalloc', ofObject: false };
    case SITE.requestedMalloc:
    case SITE.rawRequested:
      return { origin: 'malloc', ofObject: false };
    default:
      return { origin: null, ofObject: true }; // resized, relocated or released: nobody served those
  }
}

/**
 * Adds the events of a site to the values `of` gives, by whether they are of an object and who served it. A request is that
 * of a buffer until an object is created on its block.
 */
export function addEvents(
  { kind, count, bytes }: Site,
  of: (ofObject: boolean, origin: Origin | null) => Values,
): void {
  const { origin } = servedBy(kind);
  switch (kind) {
    case SITE.freelist:
    case SITE.foreign:
    case SITE.laterPymalloc:
    case SITE.laterMalloc:
      of(true, origin).creations += count;
      break;
    case SITE.pymalloc:
    case SITE.malloc: {
      const object = of(true, origin);
      object.creations += count;
      object.requests += count;
      object.bytes += bytes;
      const buffer = of(false, origin);
      buffer.buffers -= count;
      buffer.requests -= count;
      buffer.bytes -= bytes;
      break;
    }
    case SITE.requestedPymalloc:
    case SITE.requestedMalloc:
    case SITE.rawRequested: {
      const buffer = of(false, origin);
      buffer.buffers += count;
      buffer.requests += count;
      buffer.bytes += bytes;
      break;
    }
    case SITE.resized:
    case SITE.rawResized: {
      const resized = of(true, origin);
      resized.resizes += count;
      resized.resizeBytes += bytes;
      break;
    }
    case SITE.relocated:
      of(true, origin).relocations += count;
      break;
    case SITE.released:
    case SITE.rawReleased:
      of(true, origin).releases += count;
      break;
  }
}
