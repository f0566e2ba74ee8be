import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Recording } from '../../core/recording.js';
import { recordingFromText } from '../../core/recording.testkit.js';
import { packRecording } from './packed-recording.js';
import { DATA_MARK, scriptJson, TITLE_MARK } from './page-template.js';
import { recordingPage } from './recording-page.js';
import { sourceExcerpts } from './source-excerpts.js';

const TEMPLATE = `<title>${TITLE_MARK}</title><script type="application/json">${DATA_MARK}</script><p>end`;

function pageOf(recording: Recording, texts = {}): string {
  return recordingPage(TEMPLATE, { recording: packRecording(recording), before: null, texts });
}

describe('the page', () => {
  test('holds the data, and ends as the template does', () => {
    const recording = recordingFromText('f@app.py:1 | int freelist | creations=1');
    const [, title = '', json = ''] =
      /^<title>(.*)<\/title><script .*?>(.*)<\/script><p>end$/.exec(pageOf(recording)) ?? [];
    expect(title).toBe('python app.py: where its allocations come from');
    expect(JSON.parse(json)).toMatchObject({ recording: { about: { command: ['app.py'] } }, before: null, texts: {} });
  });

  test('cannot be left by a name, a file, a type or a source', () => {
    const evil = '</script><script>alert(1)</script><!--<script>\u2028$&$`';
    const clean = recordingFromText('f@app.py:1 | int freelist | creations=1');
    const recording: Recording = {
      ...clean,
      command: [evil],
      codes: [{ name: evil, file: evil, firstLine: 1 }],
      samples: clean.samples.map((sample) => ({ ...sample, type: evil, thread: evil, region: evil })),
      warnings: [{ code: evil, message: evil }],
    };
    const page = pageOf(recording, { [evil]: [{ firstLine: 1, lines: [evil] }] });
    expect(page.match(/<[a-z!/]*/gi)).toEqual(['<title', '</title', '<script', '</script', '<p']);
    const json = page.slice(page.indexOf('json">') + 6, page.indexOf('</script>'));
    expect(JSON.parse(json).texts[evil][0].lines).toEqual([evil]);
  });

  test('holds no mark of the template that a name could be taken for', () => {
    const page = pageOf(
      recordingFromText('f@app.py:1 | int freelist | creations=1', { command: [DATA_MARK, TITLE_MARK] }),
    );
    expect(page.startsWith('<title>python &#39;&#34;%data%&#34;&#39; &#39;&#60;!--title--&#62;&#39;:')).toBe(true);
    expect(page.endsWith('</script><p>end')).toBe(true);
  });

  test('text in a script is the same when it is read, and has nothing that HTML reads', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const json = scriptJson(text);
        expect(json).not.toMatch(/[<>&\u2028\u2029]/);
        expect(JSON.parse(json)).toBe(text);
      }),
    );
  });
});

describe('source texts', () => {
  const recording = recordingFromText(`
    f@app.py:20 | int freelist | creations=1
    f@app.py:21 | int freelist | creations=1
    f@app.py:60 > g@lib.py:2 | int freelist | creations=1
  `);
  const numbered = Array.from({ length: 100 }, (_, i) => `line ${i + 1}`).join('\n');

  test('hold the lines with events of their own, and six around each', () => {
    const found = sourceExcerpts(recording, (file) => (file === 'app.py' ? numbered : null));
    expect(found).toEqual({
      'app.py': [{ firstLine: 14, lines: Array.from({ length: 14 }, (_, i) => `line ${i + 14}`) }],
    });
  });

  test('end where the file does', () => {
    const found = sourceExcerpts(recording, () => 'one\r\ntwo\rthree');
    expect(found['lib.py']).toEqual([{ firstLine: 1, lines: ['one', 'two', 'three'] }]);
    expect(found['app.py']).toEqual([]);
  });
});
