/** The page of a recording: a template, built beforehand, with the data put in. The page asks nothing of any network. */
import { commandLine } from '../text/command.js';
import { printable } from '../text/style.js';
import type { PackedRecording } from './packed-recording.js';
import { filledPage } from './page-template.js';
import type { Excerpts } from './source-excerpts.js';

export interface RecordingPageData {
  readonly recording: PackedRecording;
  /** The older one that it is compared with; null: none. */
  readonly before: PackedRecording | null;
  /** Source texts by file, as Code.file has it; only those that have not changed since the recording. */
  readonly texts: Readonly<Record<string, Excerpts>>;
}

export function recordingPage(template: string, data: RecordingPageData): string {
  const title = `${printable(commandLine(data.recording.about.command))}: where its allocations come from`;
  return filledPage(template, title, data);
}
