/** Readers of the exported formats, written after the formats' own descriptions. */

/** Collapsed stacks: "outer;inner 12". */
export function readFolded(text: string): { readonly frames: readonly string[]; readonly value: number }[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [, stack = '', value = ''] = /^(.*) (\d+)$/.exec(line) ?? [];
      if (value === '') throw new Error(`this is no collapsed stack: ${JSON.stringify(line)}`);
      return { frames: stack.split(';'), value: Number(value) };
    });
}

/** RFC 4180: records end with CRLF; a quoted cell may hold anything, with quotes doubled. */
export function readCsv(text: string): string[][] {
  const records: string[][] = [];
  let at = 0;
  while (at < text.length) {
    const record: string[] = [];
    for (;;) {
      const cell = /"((?:[^"]|"")*)"|[^",\r\n]*/y;
      cell.lastIndex = at;
      const [whole = '', quoted] = cell.exec(text) ?? [];
      record.push(quoted === undefined ? whole : quoted.replaceAll('""', '"'));
      at += whole.length;
      if (text[at] !== ',') break;
      at++;
    }
    if (text.slice(at, at + 2) !== '\r\n') throw new Error(`no end of a record at ${at}`);
    at += 2;
    records.push(record);
  }
  return records;
}
