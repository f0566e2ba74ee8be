/** The playground on narrow screens, in the dark, by keyboard alone, and for a screen reader. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { HAS_CHROMIUM, type View } from './chromium.js';
import { startPlayground } from './playground-page.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const WIDE_STATEMENT = `total = sum(value * weight for value, weight in zip(values, weights)) + ${'value_of_a_long_name + '.repeat(6)}1`;
const WIDE_SETUP = 'values = weights = [1.5] * 3\nvalue_of_a_long_name = 2.5';
const PROGRAM = `class AVeryLongNameOfAClassThatDoesNotBreak${'AtAll'.repeat(12)}:
    pass


kept = [AVeryLongNameOfAClassThatDoesNotBreak${'AtAll'.repeat(12)}() for n in range(20)]
print("x" * 400)
raise ValueError("y" * 300)
`;

describe.skipIf(!HAS_CHROMIUM)('access to the playground in Chromium (skipped where there is none)', () => {
  const playground = startPlayground();

  describe.each([
    { width: 390, height: 844, dark: false },
    { width: 360, height: 740, dark: true },
    { width: 1280, height: 800, dark: true },
  ])('$width px wide (dark: $dark)', (view: View) => {
    test('the page itself does not scroll sideways: results in both modes, an unfolded line, a message, the gallery, the share menu', async () => {
      const page = await playground.open('', view);
      const wider = (): Promise<number> =>
        page.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(await wider()).toBe(0);
      for (const summary of await page.page.locator('.gallery summary').all()) await summary.click();
      expect(await wider()).toBe(0);
      await page.choose('3.13', '3.14');
      await page.runStatement(WIDE_STATEMENT, WIDE_SETUP);
      expect(await page.resultsText()).toContain('execution creates');
      expect(await wider()).toBe(0);
      await page.unfold((await page.counts().count()) - 1);
      await page.page.getByRole('region', { name: /^Instructions of line/ }).waitFor();
      expect(await wider()).toBe(0);
      await page.shareButton().click();
      expect(await wider()).toBe(0);
      await page.page.keyboard.press('Escape');
      await page.page.getByRole('button', { name: 'Plot allocations against n' }).click();
      await page.page.getByRole('button', { name: 'Plot again' }).waitFor();
      await page.page.getByText('The numbers', { exact: true }).click();
      expect(await wider()).toBe(0);
      await page.mode('Program');
      await page.runProgram(PROGRAM);
      expect(await page.resultsText()).toContain('ValueError: yyy');
      await page.unfold(0);
      expect(await wider()).toBe(0);
      await page.page.getByRole('link', { name: 'Does *args allocate?' }).click();
      await page.answered();
      expect(await wider()).toBe(0);
    });
  });

  test('by keyboard alone: into an editor and out of it, run, unfold, choose versions, share', async () => {
    const page = await playground.open();
    const tab = page.page;
    const press = (key: string): Promise<void> => tab.keyboard.press(key);
    /** Presses Tab until this has the focus, which must be seen. */
    const tabTo = async (wanted: (focused: Focused) => boolean, key = 'Tab'): Promise<Focused> => {
      const passed: string[] = [];
      for (let i = 0; i < 60; i++) {
        // Inside of an editor Tab indents; Escape lets go of it.
        if ((await focusedOn(tab)).role === 'textbox') await press('Escape');
        await press(key);
        const focused = await focusedOn(tab);
        passed.push(focused.name);
        expect([focused.name, focused.seen]).toEqual([focused.name, true]);
        if (wanted(focused)) return focused;
      }
      throw new Error(`the Tab key does not lead there, but to: ${passed.join(', ')}`);
    };

    await tabTo(({ name, role }) => name === 'Statement' && role === 'textbox');
    await press('Control+A');
    await tab.keyboard.type('y = [x, x]');
    await press('Enter');
    await press('Tab');
    expect(await page.textOf('Statement')).toMatch(/^y = \[x, x\]\n\s+$/);
    await press('Control+Z');
    await press('Control+A');
    await tab.keyboard.type('y = [x, x]');
    await press('Control+Enter');
    await page.answered();
    expect((await focusedOn(tab)).name).toBe('Statement');

    // The counts stand before the code that they are of.
    await tabTo(({ name }) => name.startsWith('line 1: 1 object, 1 buffer'), 'Shift+Tab');
    await press('Enter');
    await tab.getByRole('region', { name: 'Instructions of line 1' }).waitFor();
    expect((await focusedOn(tab)).name).toContain('hide instructions');
    await press('Enter');
    expect(await tab.getByRole('region', { name: 'Instructions of line 1' }).count()).toBe(0);

    await tabTo(({ name }) => name.startsWith('3.13'), 'Shift+Tab');
    await press('Space');
    expect(await page.chosen()).toEqual(['3.13', '3.14']);
    await tabTo(({ name }) => name === 'Run', 'Shift+Tab');
    await press('Enter');
    await page.answered();
    expect(await page.resultsText()).toContain('Version by version');

    await tabTo(({ name }) => name === 'Share', 'Shift+Tab');
    await press('Enter');
    await tab.getByRole('button', { name: 'Download JSON' }).waitFor();
    await tabTo(({ name }) => name === 'Copy Markdown');
    await press('Escape');
    expect(await tab.getByRole('button', { name: 'Download JSON' }).count()).toBe(0);
    expect((await focusedOn(tab)).name).toBe('Share');
  });

  describe.each([{ dark: false }, { dark: true }])('axe finds nothing serious (dark: $dark)', (view: View) => {
    test('before and after a run, with all that opens, in both modes', async () => {
      const page = await playground.open('', view);
      await page.page.evaluate(AXE);
      expect(await findings(page.page)).toEqual([]);
      await page.choose('3.13', '3.14');
      await page.runStatement('y = [x, x]\nz = {1: x}', 'x = 1.5');
      await page.unfold(1);
      await page.page.getByRole('button', { name: 'Plot allocations against n' }).click();
      await page.page.getByRole('button', { name: 'Plot again' }).waitFor();
      await page.page.getByText('The numbers', { exact: true }).click();
      await page.shareButton().click();
      await page.page.getByRole('button', { name: 'Download JSON' }).waitFor();
      expect(await findings(page.page)).toEqual([]);
      await page.page.keyboard.press('Escape');
      await page.runStatement('y = nope');
      expect(await findings(page.page)).toEqual([]);
      await page.page.getByRole('link', { name: 'Does *args allocate?' }).click();
      await page.answered();
      await page.page.getByRole('region', { name: 'Example', exact: true }).waitFor();
      expect(await findings(page.page)).toEqual([]);
      await page.mode('Program');
      await page.runProgram('print([n for n in range(9)])\nraise ValueError("x")\n');
      await page.unfold(0);
      expect(await findings(page.page)).toEqual([]);
    });
  });
});

interface Focused {
  readonly name: string;
  readonly role: string | null;
  /** Whether it is told by an outline, a frame or a shadow that it has the focus. */
  readonly seen: boolean;
}

/** What has the focus, inside of the editors too. */
function focusedOn(page: Page): Promise<Focused> {
  return page.evaluate(() => {
    let focused = document.activeElement;
    while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
    if (focused === null) return { name: '', role: null, seen: false };
    const shown = (element: Element): boolean => {
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
      return (outlineStyle !== 'none' && Number.parseFloat(outlineWidth) > 0) || boxShadow !== 'none';
    };
    // Of an editor it is the frame around it that tells.
    const { host } = focused.getRootNode() as ShadowRoot;
    const spoken = focused.cloneNode(true) as Element;
    for (const hidden of spoken.querySelectorAll('[aria-hidden=true]')) hidden.remove();
    const name = focused.ariaLabel ?? (spoken.textContent || focused.tagName);
    return {
      name: name.replace(/\s/g, ' ').trim(),
      role: focused.role,
      seen: shown(focused) || (host !== undefined && shown(host)),
    };
  });
}

/** The serious ones, in a line each. */
async function findings(page: Page): Promise<string[]> {
  const { violations } = (await page.evaluate('axe.run(document, { resultTypes: ["violations"] })')) as AxeResults;
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, help, nodes }) =>
        `${id}: ${help}: ${nodes.map(({ html, any }) => `${html.slice(0, 120)} ${any.map(({ message }) => message).join(' ')}`).join(' | ')}`,
    );
}
