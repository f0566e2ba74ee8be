import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { minorNumber } from '../../core/interpreter.js';
import { COPIES_SCRIPT, differences, readCopies } from '../instructions.testkit.js';
import { EMBEDDED } from './embedded.js';
import { embeddedInstructions } from './instructions.js';
import { exact, folderOf, runProgram } from './program.testkit.js';

describe.each(EMBEDDED.map((offer) => [offer.minor, offer] as const))(
  'instructions of the embedded %s',
  (minor, offer) => {
    test('each instruction of live code is the one that dis shows, with its source and without', async () => {
      const folder = folderOf({ 'folder.txt': '' });
      copyFileSync(COPIES_SCRIPT, join(folder, 'copies.py'));
      exact(await runProgram(minor, folder, ['copies.py', 'copies.json', 'json.decoder']));
      const codes = readCopies(join(folder, 'copies.json'));
      expect(codes.some(({ code, plain }) => Buffer.compare(code, plain) !== 0)).toBe(minorNumber(minor) >= 11);

      const folders = [{ folder, path: folder, writable: true }];
      const answer = await embeddedInstructions(offer, folders, { codes, folder });
      expect(answer.warning).toBeNull();
      expect(differences(codes, answer.texts)).toEqual([]);
      expect(codes.filter((_, i) => answer.texts[i]?.matched !== true).map(({ name }) => name)).toEqual(['long']);

      const alone = await embeddedInstructions(offer, folders, { codes, folder, compile: false });
      expect(alone.warning).toBeNull();
      expect(differences(codes, alone.texts)).toEqual([]);
    });
  },
);
