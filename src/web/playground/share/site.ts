/** What else the host of the page has: site.json says so, which `serve`, the site and the server for development provide. */
import { type Signal, signal } from '@preact/signals';

/** Whether the report of the study is at study/, beside the page. */
export const hasStudy: Signal<boolean> = signal(false);

export async function askSite(): Promise<void> {
  try {
    const site: unknown = await (await fetch('site.json')).json();
    hasStudy.value = typeof site === 'object' && site !== null && 'study' in site && site.study === true;
  } catch {
    // A host that says nothing has no study.
  }
}
