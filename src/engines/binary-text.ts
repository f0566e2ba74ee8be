/** Bytes as text, a character each, in every JavaScript there is. */

/** Arguments of String.fromCharCode at a time: engines have a limit. */
const CHUNK = 4096;

export function binaryText(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += CHUNK) text += String.fromCharCode(...bytes.subarray(i, i + CHUNK));
  return text;
}
