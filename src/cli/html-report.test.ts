import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Recording } from '../core/recording.js';
import { recordingFromText } from '../core/recording.testkit.js';
import type { RecordingPageData } from '../report/html/recording-page.js';
import { writeHtmlReport } from './html-report.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pyallocs-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const sha256 = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex');

function recorded(hash: string | null): Recording {
  const sources = [{ file: 'app.py', sha256: hash }];
  return recordingFromText('f@app.py:2 | int freelist | creations=1', { folder, sources });
}

/** The lines that the page has of app.py; undefined: none. */
function linesIn(recording: Recording): readonly string[] | undefined {
  const out = join(folder, 'out.html');
  writeHtmlReport(out, recording, null);
  const json =
    /<script type="application\/json" id="recording">(.*)<\/script>/.exec(readFileSync(out, 'utf8'))?.[1] ?? '';
  return (JSON.parse(json) as RecordingPageData).texts['app.py']?.[0]?.lines;
}

describe('the source in the page', () => {
  test('is there while it is what it was', () => {
    writeFileSync(join(folder, 'app.py'), 'a\nb\n');
    expect(linesIn(recorded(sha256('a\nb\n')))).toEqual(['a', 'b', '']);
  });

  test('is not there when it changed, is gone, or was not known', () => {
    expect(linesIn(recorded(sha256('a\nb\n')))).toBeUndefined();
    writeFileSync(join(folder, 'app.py'), 'a\nc\n');
    expect(linesIn(recorded(sha256('a\nb\n')))).toBeUndefined();
    expect(linesIn(recorded(null))).toBeUndefined();
  });

  test('is read as Python reads it', () => {
    const latin = Buffer.from('# -*- coding: latin-1 -*-\nx = "\xe9"\n', 'latin1');
    writeFileSync(join(folder, 'app.py'), latin);
    expect(linesIn(recorded(sha256(latin)))?.[1]).toBe('x = "é"');
    const marked = '\ufeffx = "é"\n';
    writeFileSync(join(folder, 'app.py'), marked);
    expect(linesIn(recorded(sha256(marked)))?.[0]).toBe('x = "é"');
  });

  test('that is a folder now is gone', () => {
    mkdirSync(join(folder, 'app.py'));
    expect(linesIn(recorded(sha256('')))).toBeUndefined();
  });
});

test('a page that cannot be written is told by name', () => {
  expect(() => writeHtmlReport(join(folder, 'no', 'out.html'), recorded(null), null)).toThrow(/there is no folder/);
});
