/** Why the agent did not count a process: agent/native/recording.h. */
const SENTENCES: readonly string[] = [
  '',
  'pyallocs does not know the layout of this version',
  'it is a free-threaded build: these cannot be counted yet',
  'its allocators were replaced before pyallocs came, perhaps by another profiler; run it without that',
  'it uses mimalloc (PYTHONMALLOC=mimalloc), whose blocks cannot be told apart; run it without that setting',
  'the table by which creations are seen up to 3.12 was not found in this build',
  'where a program begins cannot be seen in this build',
];

/** `refused` of a recording, as a sentence. */
export function refusalSentence(refused: number): string {
  return SENTENCES[refused] || 'pyallocs cannot count it';
}

/** What the agent says where it could not make the file of a recording, as a sentence; null: it is no such word. */
export function unrecordedSentence(why: string, folder: string): string | null {
  switch (why) {
    case 'full':
      return `there is no room for its recording in ${folder}: set TMPDIR to a folder with some megabytes to spare`;
    case 'limited':
      return `its recording in ${folder} may not be as large as 256 MiB, little of which is used: raise ulimit -f, or set TMPDIR to another disk`;
    case 'memory':
      return 'there is no room in memory for its recording of 256 MiB, little of which is used: raise ulimit -v';
    case 'failed':
      return `its recording could not be made in ${folder}: set TMPDIR to a folder that the program may write to`;
    default:
      return null;
  }
}
