/**
 * Which recording and which source are meant, by commands that read recordings:
 *
 *     pyallocs annotate                  →  pyallocs.pb.gz, all of it
 *     pyallocs annotate app.py           →  pyallocs.pb.gz, app.py
 *     pyallocs annotate old.pb.gz app.py →  old.pb.gz, app.py
 */
import { DEFAULT_RECORDING, isGzip } from './recording-files.js';

export interface RecordingArguments {
  readonly file: string;
  readonly source: string | null;
}

/** What a recording is called: one that is not there, or holds something else, is told as that and not looked for as a source. */
const RECORDING_NAME = /\.(gz|pb|pprof|prof)(\.old)?$/;

export function recordingArguments(first: string | undefined, second: string | undefined): RecordingArguments {
  if (first === undefined) return { file: DEFAULT_RECORDING, source: null };
  const isRecording = second !== undefined || first === '-' || RECORDING_NAME.test(first) || isGzip(first);
  return isRecording ? { file: first, source: second ?? null } : { file: DEFAULT_RECORDING, source: first };
}
