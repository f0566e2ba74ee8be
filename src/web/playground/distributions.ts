/** Where the interpreters lie, from the page on: set when the page is built, by scripts/build-playground.mjs. */
declare const __DISTRIBUTIONS__: Readonly<Record<string, string>>;

/** By version, a folder relative to the page, with a slash at its end. */
export const DISTRIBUTIONS: Readonly<Record<string, string>> = __DISTRIBUTIONS__;
