/** How wide an element is, in pixels: charts are drawn to the size at which they are read. */
import { type Signal, useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

export function useWidth(first: number): {
  readonly ref: RefObject<HTMLDivElement | null>;
  readonly width: Signal<number>;
} {
  const ref = useRef<HTMLDivElement>(null);
  const width = useSignal(first);
  useLayoutEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const measure = (): void => {
      if (element.clientWidth > 0) width.value = element.clientWidth;
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [width]);
  return { ref, width };
}
