/** How much of an interpreter has come: its files are asked for with fetch, and what comes is counted on the way. */

/** A fetch that tells, all files together, how many bytes have come. A copy is counted: what is asked for stays what it was. */
export function countedFetch(plain: typeof fetch, told: (loaded: number) => void): typeof fetch {
  let loaded = 0;
  const count = async (body: ReadableStream<Uint8Array>): Promise<void> => {
    const reader = body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      loaded += value.length;
      told(loaded);
    }
  };
  return async (...request) => {
    const response = await plain(...request);
    const { body } = response.clone();
    if (body !== null) count(body).catch(() => {}); // who asked for the file finds out as well
    return response;
  };
}
