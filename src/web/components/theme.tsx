/** Light or dark: as the system has it until the reader chooses. */
import { type Signal, signal } from '@preact/signals';
import type { VNode } from 'preact';

type Theme = 'light' | 'dark';

const SYSTEM: MediaQueryList = matchMedia('(prefers-color-scheme: dark)');
const system: Signal<Theme> = signal(SYSTEM.matches ? 'dark' : 'light');
const chosen: Signal<Theme | null> = signal(null);
SYSTEM.addEventListener('change', () => {
  system.value = SYSTEM.matches ? 'dark' : 'light';
});

/** Reading it in a component or an effect subscribes to it. */
export function currentTheme(): Theme {
  return chosen.value ?? system.value;
}

export function ThemeToggle(): VNode {
  const other = currentTheme() === 'dark' ? 'light' : 'dark';
  return (
    <button
      type="button"
      class="theme"
      onClick={() => {
        document.documentElement.dataset['theme'] = other;
        chosen.value = other;
      }}
    >
      {other === 'dark' ? 'Dark' : 'Light'} <span class="spoken">theme</span>
    </button>
  );
}
