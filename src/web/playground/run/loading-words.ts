/** What is loaded of an interpreter, in words. */
import type { Status } from '../worker/interpreters.js';

/** "7.1 of 13.6 MB"; when all has come, "13.6 MB, starting". */
export function loadedText(loaded: number, total: number): string {
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
  return loaded < total ? `${megabytes(loaded)} of ${megabytes(total)} MB` : `${megabytes(total)} MB, starting`;
}

/** A sign beside the version, and the word that is read aloud instead. */
export function statusSign(status: Status | undefined): { readonly sign: string; readonly word: string } {
  switch (status?.status) {
    case 'ready':
      return { sign: '✓', word: 'loaded' };
    case 'running':
      return { sign: '▸', word: 'counting' };
    case 'loading':
      return { sign: '↓', word: 'loading' };
    case 'waiting':
      return { sign: '…', word: 'waiting to be loaded' };
    case 'unavailable':
      return { sign: '✗', word: 'could not be loaded' };
    default:
      return { sign: '', word: '' };
  }
}
