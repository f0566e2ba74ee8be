/** The standard streams of a program: file descriptors 0, 1 and 2 of the interpreter are those of the worker process. */
import { readSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { EBADF, EIO, ENOSPC, EPIPE, type FileSystem } from './pyodide.js';

const ERRNO: Readonly<Record<string, number>> = { EPIPE, EBADF, ENOSPC };

/** Bytes go through as they are, at once: buffering is left to Python. Called before Python makes its own objects of them. */
export function inheritStreams(fs: FileSystem): void {
  const again = new Int32Array(new SharedArrayBuffer(4));
  const retried = (operation: () => number): number => {
    for (;;) {
      try {
        return operation();
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'EOF') return 0; // Windows, at the end of a pipe
        if (code !== 'EAGAIN') throw new fs.ErrnoError(ERRNO[code ?? ''] ?? EIO);
        Atomics.wait(again, 0, 0, 2); // a pipe that another process made non-blocking
      }
    }
  };
  const bytes = (buffer: Uint8Array, offset: number, length: number): Uint8Array =>
    new Uint8Array(buffer.buffer, buffer.byteOffset + offset, length);
  [0, 1, 2].forEach((fd) => {
    const stream = fs.streams[fd];
    if (!stream) return;
    Object.assign(stream, {
      tty: isatty(fd) ? { ops: {} } : undefined,
      seekable: false,
      handsOn: true,
      stream_ops: {
        ...stream.stream_ops,
        read: (_: unknown, buffer: Uint8Array, offset: number, length: number): number =>
          retried(() => readSync(fd, bytes(buffer, offset, length))),
        write: (_: unknown, buffer: Uint8Array, offset: number, length: number): number => {
          let done = 0;
          while (done < length) done += retried(() => writeSync(fd, bytes(buffer, offset + done, length - done)));
          return done;
        },
        fsync: (): number => 0,
      },
    });
  });
}
