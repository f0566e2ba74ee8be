/** Where the interpreters lie, from the page on: set when the page is built, by scripts/build-playground.mjs. */
declare const __DISTRIBUTIONS__: Readonly<Record<string, Distribution>>;

export interface Distribution {
  /** A folder relative to the page, with a slash at its end. */
  readonly address: string;
  /** Of the files that come by fetch(): what progress.ts counts comes to that. */
  readonly fetchedBytes: number;
}

/** By version. */
export const DISTRIBUTIONS: Readonly<Record<string, Distribution>> = __DISTRIBUTIONS__;
