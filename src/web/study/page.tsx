/** The page of a study. */
import type { VNode } from 'preact';
import { ThemeToggle } from '../components/theme.js';
import { AboutSection } from './about-section.js';
import { AdviceSection } from './advice-section.js';
import { AnswerSection } from './answer-section.js';
import { CategorySection } from './category-section.js';
import { ClaimsSection } from './claims-section.js';
import { GrowthSection } from './growth-section.js';
import { LimitsSection } from './limits-section.js';
import { MatrixSection } from './matrix-section.js';
import { ObserversSection } from './observers-section.js';
import { PerformanceSection } from './performance-section.js';
import { ProgramsSection } from './programs-section.js';
import type { PageState } from './state.js';

const capitalised = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

export function Page({ state }: { readonly state: PageState }): VNode {
  const { study } = state;
  const sections: readonly (readonly [id: string, label: string, there: boolean])[] = [
    ['answer', 'Answer', true],
    ['versions', 'Versions', study.experiments.length > 0],
    ...study.categories.map(({ category }) => [category, capitalised(category), true] as const),
    ['growth', 'Growth', study.series.length > 0],
    ['limits', 'Limits', study.limits.length > 0],
    ['programs', 'Programs', study.programs.length > 0],
    ['observers', 'Observers', study.observers.length > 0],
    ['claims', 'What people say', study.claims.length > 0],
    ['performance', 'Time', study.claims.some(({ id }) => id.startsWith('perf.table.'))],
    ['advice', 'Advice', study.experiments.length > 0],
    ['about', 'About', true],
  ];
  return (
    <>
      <nav aria-label="Sections of this page">
        <div class="sections">
          {sections
            .filter(([, , there]) => there)
            .map(([id, label]) => (
              <a key={id} href={`#${id}`}>
                {label}
              </a>
            ))}
        </div>
        <ThemeToggle />
      </nav>
      <main>
        <AnswerSection state={state} />
        <MatrixSection state={state} />
        {study.categories.map((about) => (
          <CategorySection key={about.category} state={state} about={about} />
        ))}
        <GrowthSection state={state} />
        <LimitsSection state={state} />
        <ProgramsSection state={state} />
        <ObserversSection state={state} />
        <ClaimsSection state={state} />
        <PerformanceSection state={state} />
        <AdviceSection state={state} />
        <AboutSection state={state} />
      </main>
      <footer class="note">
        Made by pyallocs. This file holds all it shows, and asks nothing of any network. Counts are exact unless marked
        ≈; times are of the machine that made it.
      </footer>
    </>
  );
}
