/** What went wrong at a line, below it. */
import { WidgetType } from '@codemirror/view';
import { printable } from '../../../report/text/style.js';

export class ProblemLine extends WidgetType {
  readonly message: string;

  constructor(message: string) {
    super();
    this.message = message;
  }

  override eq(other: ProblemLine): boolean {
    return this.message === other.message;
  }

  override toDOM(): HTMLElement {
    const place = document.createElement('div');
    place.className = 'below';
    const problem = document.createElement('div');
    problem.className = 'problem';
    problem.textContent = printable(this.message);
    place.append(problem);
    return place;
  }
}
