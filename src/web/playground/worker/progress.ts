/** How much of an interpreter has come: its files are asked for with fetch, and what comes is counted on the way. */

/** A fetch that tells, all files together, how many bytes have come. */
export function countedFetch(plain: typeof fetch, told: (loaded: number) => void): typeof fetch {
  let loaded = 0;
  const counter = (): TransformStream<Uint8Array, Uint8Array> =>
    new TransformStream({
      transform: (chunk, controller) => {
        loaded += chunk.length;
        told(loaded);
        controller.enqueue(chunk);
      },
    });
  return async (...request) => {
    const response = await plain(...request);
    const { body, status, statusText, headers } = response;
    return body === null ? response : new Response(body.pipeThrough(counter()), { status, statusText, headers });
  };
}
