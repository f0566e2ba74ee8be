/** Where the page begins: reads the data it carries, and shows them. */
import { render } from 'preact';
import { unwrap } from '../../core/assert.js';
import { readStudyPage } from '../../report/html/study-page.js';
import '../theme.css';
import '../components/chart.css';
import './page.css';
import { Page } from './page.js';
import { pageState } from './state.js';

const text = unwrap(document.getElementById('study'), 'the page has no data').textContent ?? '';
const root = unwrap(document.getElementById('page'), 'the page has no place for its content');
render(<Page state={pageState(readStudyPage(text))} />, root);
