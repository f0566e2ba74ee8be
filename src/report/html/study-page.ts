/** report.html, the page of a study: a template, built beforehand, with the data put in. It asks nothing of any network. */
import type { StudyResult, StudyTimings } from '../../core/study.js';
import { STUDY_TITLE } from '../text/study-words.js';
import { type PackedJson, packJson, unpackJson } from './packed-json.js';
import { filledPage } from './page-template.js';

export interface StudyPageData {
  readonly study: StudyResult;
  /** null: nothing was timed. */
  readonly timings: StudyTimings | null;
}

export function studyPage(template: string, data: StudyPageData): string {
  return filledPage(template, `${STUDY_TITLE} A study by pyallocs`, packJson(data));
}

/** What the page makes of its data. */
export const readStudyPage = (text: string): StudyPageData =>
  unpackJson(JSON.parse(text) as PackedJson) as StudyPageData;
