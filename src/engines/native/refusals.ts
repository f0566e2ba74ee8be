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
