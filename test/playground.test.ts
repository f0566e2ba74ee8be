/** The playground as a reader uses it: running, changing, cancelling, sharing, examples. */
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { HAS_CHROMIUM, openProfile, plain } from './chromium.js';
import { folder, parsed, pyallocs } from './cli.js';
import { PlaygroundPage, startPlayground } from './playground-page.js';
import { bench, type CaseResult } from './schemas.js';

const FIRST_ANSWER = /Each execution creates 1 object, from a freelist: no request to an allocator\./;

function withoutTime(result: CaseResult): unknown {
  return 'timePerOp' in result ? { ...result, timePerOp: null } : result;
}

describe.skipIf(!HAS_CHROMIUM)('the playground in Chromium (skipped where there is none)', () => {
  const playground = startPlayground();

  const resultsOf = async (page: PlaygroundPage): Promise<unknown[]> => {
    const { cases } = bench.parse(await page.exported());
    return (cases[0]?.results ?? []).map(withoutTime);
  };

  const isNotRun = async (page: PlaygroundPage): Promise<void> => {
    await page.version('3.14 loaded').waitFor(); // from then on it could have been run
    expect(await page.resultsText()).toMatch(/^Run the code to see here/);
    expect(await page.counts().count()).toBe(0);
  };

  test('the first run: the answer in words, counts beside the line, the funnel, the types; all from its own host', async () => {
    const page = await playground.open();
    await isNotRun(page);
    expect([await page.textOf('Setup'), await page.textOf('Statement')]).toEqual(['x = 1000', 'y = x + 1']);
    await page.run();
    expect(await page.resultsText()).toMatch(/^CPython 3\.14\.\d/);
    expect(await page.resultsText()).toMatch(FIRST_ANSWER);
    expect(await page.besideEachLine()).toEqual([
      { label: 'line 1: 1 object; show instructions', types: '1 int from a freelist' },
    ]);
    const panel = (name: string) => page.page.getByRole('region', { name });
    const rows = await panel('From objects to memory, per execution').getByRole('listitem').allTextContents();
    expect(rows.map(plain).slice(0, 2)).toEqual(['objects created1', '○ freelist1100 %  no request']);
    const types = panel('By type, per execution').locator('tbody tr');
    expect((await types.allTextContents()).map(plain)).toEqual(['int○from a freelist 1·0·0']);
    await page.counts().first().click();
    const allocating = (await page.instructions()).filter(([, what]) => !what?.includes('nothing'));
    expect(allocating).toEqual([[expect.stringMatching(/^BINARY_OP \+/), 'int ○from a freelist 1']]);
  });

  test('a link leads back to code, versions and line, and runs nothing until it is asked to', async () => {
    const page = await playground.open();
    await page.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.choose('3.13', '3.14');
    await page.runStatement('y = [x, x]\nz = {x: "ü"}', 'x = 1.5\nw = 2');
    await page.show('3.13');
    await page.unfold(1);
    const results = await resultsOf(page);
    const link = await page.link();

    const other = await playground.open(link.slice(playground.url().length));
    expect([await other.textOf('Setup'), await other.textOf('Statement')]).toEqual([
      'x = 1.5\nw = 2',
      'y = [x, x]\nz = {x: "ü"}',
    ]);
    expect([await other.chosen(), await other.shown()]).toEqual([['3.13', '3.14'], '3.13']);
    await other.page.getByText('This code came with the link. It has not been run').waitFor();
    await other.version('3.13 loaded').waitFor();
    expect(await other.resultsText()).toMatch(/^Run the code to see here/);
    await other.run();
    expect(await other.page.getByText('This code came with the link').count()).toBe(0);
    expect(await resultsOf(other)).toEqual(results);
    await other.page.getByRole('region', { name: 'Instructions of line 2' }).waitFor();
  });

  test('a program has a link as well', async () => {
    const page = await playground.open();
    await page.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.mode('Program');
    const program = 'for n in range(3):\n    print(n)\n';
    await page.write('Program', program);
    const link = await page.link();
    const other = await playground.open(link.slice(playground.url().length));
    expect(await other.textOf('Program')).toBe(program);
    await isNotRun(other);
    await other.run();
    expect(await other.resultsText()).toContain('0\n1\n2');
  });

  test('a link to an example shows it and runs nothing; a damaged one, or one to nowhere, says so', async () => {
    const page = await playground.open('#example=call.star-args');
    await page.page.getByRole('heading', { name: 'Does *args allocate?' }).waitFor();
    expect(await page.textOf('Setup')).toContain('*args');
    await isNotRun(page);
    const told = (text: string) => page.page.getByRole('alert').getByText(text).waitFor();
    const follow = (hash: string) =>
      page.page.evaluate((to) => {
        location.hash = to;
      }, hash);
    await follow('1.damaged');
    await told('This link is damaged');
    await follow('example=no.such');
    await told('This link names an example that is not here');
    await follow('example=call.star-args');
    await page.page.getByRole('alert').waitFor({ state: 'detached' });
    const damaged = await playground.open('#1.q1ZKVrJSqlRQsFWoUDB');
    await damaged.page.getByRole('alert').getByText('This link is damaged').waitFor();
    await isNotRun(damaged);
  });

  test('an endless loop is cancelled, typing goes on meanwhile, and the next run answers', async () => {
    const page = await playground.open();
    await page.version('3.14 loaded').waitFor();
    await page.write('Statement', 'while True: pass');
    await page.runButton().click();
    await page.cancelButton().waitFor();
    await page.editor('Setup').focus();
    await page.page.keyboard.press('ControlOrMeta+End');
    await page.page.keyboard.type('\nz = 3  # typed', { delay: 5 });
    expect(await page.textOf('Setup')).toBe('x = 1000\nz = 3  # typed');
    expect(await page.cancelButton().isVisible()).toBe(true);
    await page.cancelButton().click();
    await page.answered();
    expect(await page.resultsText()).toContain('It was cancelled.');
    await page.runStatement('y = x + z', 'x = 1000\nz = 3');
    expect(await page.resultsText()).toMatch(FIRST_ANSWER);
  });

  test('what is run while another runs ends that one', async () => {
    const page = await playground.open();
    await page.mode('Program');
    await page.write('Program', 'print("first")\nwhile True: pass\n');
    await page.runButton().click();
    await page.cancelButton().waitFor();
    await page.write('Program', 'print("second")\n');
    await page.cancelButton().click();
    await page.run();
    const printed = page.page.getByRole('region', { name: 'What the program printed' });
    expect(plain(await printed.textContent())).toBe('second');
  });

  describe('examples', () => {
    test('the first is run when it is opened, with the numbers of the command line', async () => {
      const page = await playground.open();
      const first = page.page.getByRole('region', { name: 'Would you have guessed?' }).getByRole('link').first();
      await first.click();
      await page.answered();
      const [own] = bench.parse(await page.exported()).cases;
      const versions = (await page.chosen()).map((version) => `wasm:${version}`);
      const asked = ['bench', '--json', '-p', versions.join(','), '-s', own?.setup ?? '', own?.statement ?? ''];
      const [onMachine] = bench.parse(parsed(await pyallocs(asked))).cases;
      expect(own?.results).toHaveLength(versions.length);
      expect(own?.results.map(withoutTime)).toEqual(onMachine?.results.map(withoutTime));
    });

    test('each of them can be opened by its link, and some of every kind are run', async () => {
      const page = await playground.open();
      const gallery = page.page.getByRole('region', { name: 'Would you have guessed?' });
      for (const summary of await gallery.locator('summary').all()) await summary.click();
      const hashes = await gallery
        .getByRole('link')
        .evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''));
      expect(hashes.length).toBeGreaterThan(100);
      const empty: string[] = [];
      for (const hash of hashes) {
        await page.page.evaluate((to) => {
          location.hash = to;
        }, hash);
        await page.page.getByRole('region', { name: 'Example', exact: true }).waitFor();
        const editor = (await page.editor('Program').count()) > 0 ? 'Program' : 'Statement';
        if ((await page.textOf(editor)).trim() === '') empty.push(hash);
      }
      expect(empty).toEqual([]);
      expect(await page.page.getByRole('alert').count()).toBe(0);
      await page.page.evaluate(() => {
        location.hash = '';
      });
      const some = ['call.star-args', 'exc.no-error', 'str.append-twice', 'program.words', 'program.text'];
      for (const id of some) {
        await gallery.locator(`a[href="#example=${id}"]`).click();
        await page.choose('3.14');
        await page.run();
        const text = await page.resultsText();
        expect([id, /creates? .*objects?|objects? created/.test(text), /Failed:/.test(text)]).toEqual([
          id,
          true,
          false,
        ]);
      }
    });
  });

  test('on the second visit no interpreter is fetched again', async () => {
    const counting = await countingProxy(playground.url());
    const context = await openProfile(folder());
    const visit = async (): Promise<string[]> => {
      const before = counting.asked.length;
      const tab: Page = await context.newPage();
      await tab.goto(counting.url);
      const page = new PlaygroundPage(tab);
      await page.version('3.14 loaded').waitFor();
      await page.run();
      expect(await page.resultsText()).toMatch(FIRST_ANSWER);
      await tab.close();
      return counting.asked.slice(before);
    };
    const isInterpreter = (path: string): boolean => path.startsWith('/interpreters/');
    expect((await visit()).filter(isInterpreter).length).toBeGreaterThanOrEqual(4);
    const second = await visit();
    expect(second.filter(isInterpreter)).toEqual([]);
    expect(second.filter((path) => path.startsWith('/assets/'))).toEqual([]);
    await context.close();
    await new Promise((resolve) => {
      counting.server.close(resolve);
      counting.server.closeAllConnections();
    });
  });
});

/** Hands everything on to another server, and keeps what was asked for: what a browser takes from its cache never gets here. */
async function countingProxy(
  to: string,
): Promise<{ readonly url: string; readonly asked: readonly string[]; readonly server: Server }> {
  const asked: string[] = [];
  const { host, hostname, port } = new URL(to);
  const server = createServer((question, answer) => {
    asked.push(question.url ?? '');
    const { method, headers, url: path } = question;
    const onward = request({ hostname, port, method, path, headers: { ...headers, host } }, (response) => {
      answer.writeHead(response.statusCode ?? 500, response.headers);
      response.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    onward.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, asked, server };
}
