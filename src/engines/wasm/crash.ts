/** What is left of an interpreter that could not go on. */

/** A line about what was thrown: an error, or an object of Emscripten that is none, such as the exit of the process. */
export function crashWords(thrown: unknown): string {
  const { name, message } = (typeof thrown === 'object' && thrown !== null ? thrown : {}) as Partial<Error>;
  const text = typeof message === 'string' ? [name, message].filter(Boolean).join(': ') : String(thrown);
  return text.split('\n')[0]?.slice(0, 300) ?? '';
}
