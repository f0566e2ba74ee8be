/** The standard streams of an interpreter without a terminal: nothing to read, and what is written is handed over. */
import type { FileSystem } from './pyodide.js';

/** Called with what was written, a few bytes or many at a time. */
export type Written = (stream: 'out' | 'error', bytes: Uint8Array) => void;

/** Called before Python makes its own objects of the streams. */
export function captureStreams(fs: FileSystem, written: Written): void {
  [0, 1, 2].forEach((fd) => {
    const stream = fs.streams[fd];
    if (!stream) return;
    Object.assign(stream, {
      tty: undefined,
      seekable: false,
      handsOn: true,
      stream_ops: {
        ...stream.stream_ops,
        read: (): number => 0,
        write: (_: unknown, buffer: Uint8Array, offset: number, length: number): number => {
          const place = buffer.byteOffset + offset;
          written(fd === 2 ? 'error' : 'out', new Uint8Array(buffer.buffer, place, length).slice());
          return length;
        },
        fsync: (): number => 0,
      },
    });
  });
}
