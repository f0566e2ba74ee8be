/** A page is a template, built beforehand, with a title and data put in. */

/** What the template has where the title and the data belong. */
export const TITLE_MARK = '<!--title-->';
export const DATA_MARK = '"%data%"';

/** The data come last: what they hold is looked at by nobody after them. */
export function filledPage(template: string, title: string, data: unknown): string {
  return inserted(inserted(template, TITLE_MARK, escapeHtml(title)), DATA_MARK, scriptJson(data));
}

function inserted(template: string, mark: string, text: string): string {
  const at = template.indexOf(mark);
  if (at < 0) throw new Error(`internal error: the template of the page has no ${mark}`);
  return template.slice(0, at) + text + template.slice(at + mark.length);
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

/** JSON that cannot end the script element it stands in, nor open a comment in it. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
