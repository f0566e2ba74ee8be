/**
 * What stands behind the # of a link: "1." and the base64url of the raw deflate of JSON. What it holds is written short:
 *
 *     {"c": "y = x + 1", "s": "x = 1000", "v": ["3.13", "3.14"], "w": "3.14", "l": ["code", 1]}
 *
 * c: code, s: setup, v: versions, w: the shown one, l: the line that is unfolded, p: 1 for a program. What is left out is empty.
 * Old links work for ever: link.fixtures.json keeps some. A change that this cannot hold takes the next number.
 */
import { deflateSync, Inflate, strFromU8, strToU8 } from 'fflate';
import type { Line, Question, Shared } from '../question.js';
import { DEFAULT_VERSION, VERSIONS } from '../state.js';

export const LINK_VERSION = 1;

/** Characters of a link: what browsers and most places to paste it take. */
const MOST_ENCODED = 60_000;

/** Bytes of the JSON: more than a page to look at, and nothing that could hurt. */
const MOST_INFLATED = 1_000_000;

/** At most a thousand times as much comes of a piece: no bomb goes off before it is noticed. */
const PIECE = 512;

export type Decoded =
  | { readonly shared: Shared }
  /** A sentence. */
  | { readonly problem: string };

const DAMAGED: Decoded = {
  problem:
    'This link is damaged: it may have been cut where it was pasted. Copy all of it, or ask whoever sent it for the code.',
};

const NEWER: Decoded = { problem: 'This link was made by a newer playground; reload the page.' };

/** null: too long for a link. */
export function encodeLink(shared: Shared): string | null {
  const { question, versions, shown, line } = shared;
  const json = JSON.stringify({
    c: question.code,
    ...(question.setup === '' ? {} : { s: question.setup }),
    ...(question.mode === 'program' ? { p: 1 } : {}),
    v: versions,
    w: shown,
    ...(line === null ? {} : { l: [line.text, line.line] }),
  });
  const bytes = strToU8(json);
  if (bytes.length > MOST_INFLATED) return null;
  const link = `${LINK_VERSION}.${base64url(deflateSync(bytes, { level: 9 }))}`;
  return link.length > MOST_ENCODED ? null : link;
}

/** Of what stands behind the #, from anybody. null: it is no link of ours. Never throws. */
export function decodeLink(hash: string): Decoded | null {
  const [, version = '', encoded = ''] = /^(\d{1,6})\.(.*)$/s.exec(hash) ?? [];
  if (version === '') return null;
  if (Number(version) > LINK_VERSION) return NEWER;
  if (Number(version) < 1 || hash.length > MOST_ENCODED) return DAMAGED;
  try {
    // Where a link ends a sentence, some take its full stop or bracket along.
    const shared = sharedFrom(JSON.parse(inflated(fromBase64url(encoded.replace(/[^\w-]+$/, '')))));
    return shared === null ? DAMAGED : { shared };
  } catch {
    return DAMAGED; // not base64, not deflated, not UTF-8, not JSON, or too much of it
  }
}

function base64url(bytes: Uint8Array): string {
  // btoa takes characters up to 255.
  return btoa(strFromU8(bytes, true)).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

function fromBase64url(text: string): Uint8Array {
  if (!/^[\w-]*$/.test(text)) throw new Error('not base64url');
  return strToU8(atob(text.replaceAll('-', '+').replaceAll('_', '/')), true);
}

/** Throws where it would be larger than a question is. */
function inflated(bytes: Uint8Array): string {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let size = 0;
  let text = '';
  const inflate = new Inflate((chunk, final) => {
    size += chunk.length;
    if (size > MOST_INFLATED) throw new Error('too large');
    text += decoder.decode(chunk, { stream: !final });
  });
  for (let from = 0; from === 0 || from < bytes.length; from += PIECE)
    inflate.push(bytes.subarray(from, from + PIECE), from + PIECE >= bytes.length);
  return text;
}

/** null: it says no question. Versions that this page does not have are left out. */
function sharedFrom(value: unknown): Shared | null {
  if (typeof value !== 'object' || value === null) return null;
  const { c, s = '', p, v, w, l } = value as Readonly<Record<string, unknown>>;
  if (typeof c !== 'string' || typeof s !== 'string') return null;
  const question: Question =
    p === 1 ? { mode: 'program', setup: '', code: c } : { mode: 'statement', setup: s, code: c };
  const named = VERSIONS.filter((version) => Array.isArray(v) && v.includes(version));
  const versions = named.length === 0 ? [DEFAULT_VERSION] : named;
  return { question, versions, shown: shownOf(w, versions), line: lineFrom(l, question) };
}

function shownOf(wanted: unknown, versions: readonly string[]): string {
  return (
    versions.find((version) => version === wanted) ??
    versions.find((version) => version === DEFAULT_VERSION) ??
    versions.at(-1) ??
    DEFAULT_VERSION
  );
}

function lineFrom(value: unknown, { setup, code }: Question): Line | null {
  if (!Array.isArray(value)) return null;
  const [text, line] = value as readonly unknown[];
  if ((text !== 'code' && text !== 'setup') || !Number.isInteger(line)) return null;
  const number = Number(line);
  const lines = (text === 'code' ? code : setup).split('\n').length;
  return number >= 1 && number <= lines ? { text, line: number } : null;
}
