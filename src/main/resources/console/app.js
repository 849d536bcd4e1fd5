// The frame of the page: where to go, what to ask the gateway for, and how often.

import {html, nothing, render} from './lib/lit-html.js';
import {closures} from './closures.js';
import {connections} from './connections.js';
import {time} from './format.js';
import {frames} from './frames.js';
import {account, isLoggingIn, loadRights, loginForm} from './login.js';
import {overview} from './overview.js';
import {drawWith, page, redraw} from './page.js';
import {routes} from './routes.js';
import {loadStrip, strip} from './strip.js';
import {timeouts} from './timeouts.js';

// A view has a name, a title, how often it asks in milliseconds, load(rest) and view(rest); rest is
// what stands after its name in the address.
const VIEWS = [overview, connections, closures, timeouts, routes, frames];

const AGAIN = 5000;
const place = document.getElementById('app');

let timer = 0;
let turns = 0;
let known = false;

function where() {
  const [name, ...rest] = location.hash.replace(/^#\/?/, '').split('/').map(decoded);
  return {view: VIEWS.find((view) => view.name === name) ?? overview, rest};
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Asks the gateway for what the view shows, and again later, unless nobody looks. */
async function turn() {
  clearTimeout(timer);
  if (document.hidden) {
    return;
  }
  const mine = ++turns;
  const {view, rest} = where();
  try {
    if (!known) {
      await loadRights();
      known = true;
    }
    await Promise.all([view.load(rest), loadStrip().catch(quietly)]);
    page.silentSince = null;
    page.refused = null;
    page.locked = false;
  } catch (problem) {
    failed(problem);
  }
  if (mine === turns) {
    if (!page.locked) {
      timer = setTimeout(turn, page.silentSince ? AGAIN : view.every);
    }
    redraw();
  }
}

/** The strip may lack what the view has. */
function quietly(problem) {
  if (problem.status === 0) {
    throw problem;
  }
}

function failed(problem) {
  if (problem.status === 0) {
    page.silentSince ??= Date.now();
    known = false;
  } else if (problem.status === 401) {
    page.locked = true;
  } else if (problem.status !== undefined) {
    page.refused = problem.message;
  } else {
    // Not the gateway's, but this page's.
    page.refused = `This page has a fault: ${problem.message}`;
    console.error(problem);
  }
}

function body() {
  const {view, rest} = where();
  document.title = `${view.title} – Framegate`;
  return html`
    <a class="skip" href="#main" @click=${skip}>Skip to the content</a>
    <header>
      <strong class="brand">Framegate</strong>
      <nav aria-label="Views">
        ${VIEWS.map((each) => html`<a href="#/${each.name}" aria-current=${each === view ? 'page' : nothing}>${each.title}</a>`)}
      </nav>
      <div class="account">${account(turn)}</div>
    </header>
    ${page.locked ? nothing : strip()}
    <div aria-live="assertive">
      ${page.silentSince ? html`<p class="banner bad">The gateway does not answer since ${time(page.silentSince)}.
        What you see is what it last said. This page keeps trying.</p>` : nothing}
      ${page.refused ? html`<p class="banner bad">${page.refused}</p>` : nothing}
    </div>
    <div aria-live="polite">
      ${page.notice ? html`<p class=${page.notice.bad ? 'banner bad' : 'banner'}>${page.notice.text}
        <button type="button" @click=${forget}>Dismiss</button></p>` : nothing}
    </div>
    <main id="main" tabindex="-1">${isLoggingIn() ? loginForm(turn) : view.view(rest)}</main>`;
}

function skip(event) {
  event.preventDefault();
  document.getElementById('main').focus();
}

function forget() {
  page.notice = null;
  redraw();
}

drawWith(() => render(body(), place));
addEventListener('hashchange', () => {
  page.refused = null;
  redraw();
  turn();
});
document.addEventListener('visibilitychange', turn);
addEventListener('framegate:turn', turn);
redraw();
turn();
