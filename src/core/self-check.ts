/** The result of the self-check: known counts, measured in an interpreter before its first use. */
export interface SelfCheck {
  readonly outcome: 'passed' | 'failed';
  readonly cases: readonly SelfCheckCase[];
}

export interface SelfCheckCase {
  readonly id: string;
  /** What is counted, in words: "ints created from a freelist by y = x + 1 with x = 5000". */
  readonly counts: string;
  readonly expected: number;
  readonly found: number;
}

/** The cases in which something else was found than what is known. */
export function wrongCases(cases: readonly SelfCheckCase[]): readonly SelfCheckCase[] {
  return cases.filter(({ expected, found }) => expected !== found);
}
