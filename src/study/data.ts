/** Reads the data files of the study: TOML that a contributor can extend without touching code. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import { issueSentence, parseToml } from '../core/cases.js';
import { EXIT, PyallocsError } from '../core/errors.js';

/** A folder beside this file. */
export const dataFolder = (name: string): string => fileURLToPath(new URL(`./${name}/`, import.meta.url));

/** The TOML files of a folder, or the one of this name. Throws PyallocsError when one is not what the schema says. */
export function readData<S extends z.ZodType>(folder: string, schema: S, only?: string): z.infer<S>[] {
  return readdirSync(folder)
    .filter((name) => (only === undefined ? name.endsWith('.toml') : name === only))
    .sort()
    .map((name) => parseData(readFileSync(join(folder, name), 'utf8'), name, schema));
}

function parseData<S extends z.ZodType>(text: string, name: string, schema: S): z.infer<S> {
  const parsed = schema.safeParse(parseToml(text, name));
  if (parsed.success) return parsed.data;
  throw new PyallocsError('bad-experiments', `${name}: ${issueSentence(parsed.error)}`, { exitCode: EXIT.internal });
}
