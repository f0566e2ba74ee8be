/** Where the playground begins. */
import { render } from 'preact';
import { unwrap } from '../../core/assert.js';
import '../theme.css';
import './page.css';
import { Page } from './page.js';
import { firstShared, followAddress } from './share/link.js';
import { askSite } from './share/site.js';
import { playgroundState } from './state.js';
import { webInterpreters } from './worker/web-interpreters.js';

const { shared, fromLink } = firstShared(location.hash);
const state = playgroundState(shared, fromLink, webInterpreters());
followAddress(state);
void askSite();
render(<Page state={state} />, unwrap(document.getElementById('page'), 'the page has no place for its content'));
state.interpreters.prepare(state.shown.value);
