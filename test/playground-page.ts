/** The playground of a real `pyallocs serve` in Chromium, and what a reader does with it. */
import { readFileSync } from 'node:fs';
import type { Download, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { type Chromium, plain, startChromium, type View } from './chromium.js';
import { addressOf, type Running, startPyallocs } from './cli.js';

/** Where a test takes its time, it loads an interpreter on a machine that does much else. */
const PATIENCE = 120_000;

export interface Playground {
  readonly chromium: Chromium;
  readonly url: () => string;
  /** `hash`: with the # that it begins with. */
  readonly open: (hash?: string, view?: View) => Promise<PlaygroundPage>;
}

/** `pyallocs serve` during the tests around the call: its address. */
export function startServer(): () => string {
  let running: Running;
  let url: string;
  beforeAll(async () => {
    running = startPyallocs(['serve', '--port', '0']);
    url = await addressOf(running);
  });
  afterAll(async () => {
    running.child.kill();
    await running.ended;
  });
  return () => url;
}

/** Served and opened before the tests around the call, ended after them. */
export function startPlayground(): Playground {
  const chromium = startChromium();
  const address = startServer();
  return {
    chromium,
    url: address,
    open: async (hash = '', view = {}) => {
      const url = address();
      const own = (address: string): boolean => address.startsWith(url) || address.startsWith('blob:');
      return new PlaygroundPage(await chromium.open(url + hash, own, view));
    },
  };
}

export type EditorName = 'Setup' | 'Statement' | 'Program';

export class PlaygroundPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
    page.setDefaultTimeout(PATIENCE);
  }

  editor(name: EditorName): Locator {
    return this.page.getByRole('textbox', { name, exact: true });
  }

  /** Selects all and writes over it, as one who pastes. */
  async write(name: EditorName, text: string): Promise<void> {
    await this.editor(name).focus();
    await this.page.keyboard.press('ControlOrMeta+A');
    if (text === '') await this.page.keyboard.press('Delete');
    else await this.page.keyboard.insertText(text);
  }

  async textOf(name: EditorName): Promise<string> {
    const lines = await this.editor(name).locator('.cm-line').allTextContents();
    return lines.join('\n');
  }

  /** Chooses what is counted: "Statement" or "Program". */
  async mode(name: 'Statement' | 'Program'): Promise<void> {
    await this.page.getByRole('group', { name: 'What is counted' }).getByRole('button', { name }).click();
  }

  /** The button that chooses a version or takes it back. */
  version(version: string): Locator {
    return this.page.getByRole('group', { name: 'On CPython' }).getByRole('button', { name: version });
  }

  /** Chooses these versions and no others. */
  async choose(...versions: readonly string[]): Promise<void> {
    const buttons = this.page.getByRole('group', { name: 'On CPython' }).getByRole('button');
    const names = (await buttons.allTextContents()).map((text) => text.slice(0, 4));
    const toggle = async (version: string, on: boolean): Promise<void> => {
      const button = this.version(version);
      if ((await button.getAttribute('aria-pressed')) !== String(on)) await button.click();
    };
    for (const version of versions) await toggle(version, true); // one is always chosen
    for (const version of names) if (!versions.includes(version)) await toggle(version, false);
  }

  async chosen(): Promise<string[]> {
    const pressed = this.page.getByRole('group', { name: 'On CPython' }).getByRole('button', { pressed: true });
    return (await pressed.allTextContents()).map((text) => text.slice(0, 4));
  }

  private besideLines(): Locator {
    return this.page.getByRole('group', { name: 'Version whose counts stand beside the lines' });
  }

  /** Puts the counts of one of several versions beside the lines. */
  async show(version: string): Promise<void> {
    await this.besideLines().getByRole('button', { name: version }).click();
  }

  shown(): Promise<string | null> {
    return this.besideLines().getByRole('button', { pressed: true }).textContent();
  }

  results(): Locator {
    return this.page.getByRole('region', { name: 'Results' });
  }

  async resultsText(): Promise<string> {
    return plain(await this.results().innerText());
  }

  runButton(): Locator {
    return this.page.getByRole('button', { name: 'Run', exact: true });
  }

  cancelButton(): Locator {
    return this.page.getByRole('button', { name: 'Cancel', exact: true });
  }

  /** Runs what stands there, to the end. */
  async run(): Promise<void> {
    await this.runButton().click();
    await this.answered();
  }

  /** The last run has come to its end. */
  async answered(): Promise<void> {
    await this.runButton().waitFor();
    await this.results().and(this.page.locator('[aria-busy="false"]')).waitFor();
  }

  async runStatement(statement: string, setup = ''): Promise<void> {
    await this.write('Setup', setup);
    await this.write('Statement', statement);
    await this.run();
  }

  async runProgram(program: string): Promise<void> {
    await this.write('Program', program);
    await this.run();
  }

  /** The buttons beside the lines of the setup and of the code. */
  counts(): Locator {
    return this.page.getByRole('toolbar', { name: 'Counts of the lines' }).getByRole('button');
  }

  /** What stands beside the lines, as it is read aloud, and the types of it: "line 1: 1 object; show instructions". */
  async besideEachLine(): Promise<{ readonly label: string; readonly types: string }[]> {
    const read = await this.counts().evaluateAll((buttons) =>
      buttons.map((button) => ({
        label: [...button.children].find((part) => part.ariaHidden !== 'true')?.textContent ?? '',
        types: (button as HTMLElement).title,
      })),
    );
    return read.map(({ label, types }) => ({ label: plain(label), types: plain(types) }));
  }

  /** Unfolds the line of one of these buttons. */
  async unfold(at: number): Promise<void> {
    const button = this.counts().nth(at);
    if ((await button.getAttribute('aria-expanded')) === 'false') await button.click();
  }

  /** The instructions that are unfolded: of each its name, and what it allocates by type. */
  async instructions(): Promise<(readonly string[])[]> {
    const rows = await this.page
      .getByRole('region', { name: /^Instructions of line/ })
      .locator('tbody tr')
      .all();
    const cells = rows.map((row) => row.locator('td').allTextContents());
    return (await Promise.all(cells)).map((row) => row.map(plain)).filter((row) => row.length > 0);
  }

  shareButton(): Locator {
    return this.page.getByRole('button', { name: 'Share', exact: true });
  }

  /** What the share menu gives as JSON. */
  async exported(): Promise<unknown> {
    await this.shareButton().click();
    const asked = this.page.waitForEvent('download');
    await this.page.getByRole('button', { name: 'Download JSON' }).click();
    const text = await downloaded(await asked);
    await this.page.keyboard.press('Escape');
    return JSON.parse(text);
  }

  /** The address, once it leads back to what is shown. */
  async link(): Promise<string> {
    await this.shareButton().click();
    await this.page.getByRole('button', { name: 'Copy link' }).click();
    await this.page.getByText('Link copied.').waitFor();
    await this.page.keyboard.press('Escape');
    const copied = await this.page.evaluate(() => navigator.clipboard.readText());
    await expect.poll(() => this.page.url()).toBe(copied);
    return copied;
  }
}

export async function downloaded(download: Download): Promise<string> {
  return readFileSync(await download.path(), 'utf8');
}
