/** Colours of Python in the editors. */
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import type { Extension } from '@codemirror/state';
import { tags } from '@lezer/highlight';

export function pythonColours(): Extension {
  return syntaxHighlighting(
    HighlightStyle.define([
      { tag: tags.keyword, color: 'var(--python-keyword)' },
      { tag: [tags.string, tags.special(tags.string)], color: 'var(--python-string)' },
      { tag: [tags.number, tags.bool, tags.null], color: 'var(--python-number)' },
      { tag: tags.comment, color: 'var(--muted)', fontStyle: 'italic' },
      { tag: [tags.definition(tags.function(tags.variableName)), tags.definition(tags.className)], fontWeight: '600' },
      { tag: tags.meta, color: 'var(--python-keyword)' },
      { tag: tags.invalid, color: 'var(--inexact-text)' },
    ]),
  );
}
