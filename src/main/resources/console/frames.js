// Watches frames while they pass, as text beside hex. What they hold is written as text, never as markup.

import {html, nothing} from './lib/lit-html.js';
import {open, path, read} from './api.js';
import {many, time} from './format.js';
import {page, redraw} from './page.js';
import {events} from './events.js';
import {hexLines} from './hex.js';

/** More would make the page slow; the file has them all. */
const SHOWN = 500;
const SSE = 'text/event-stream';
const PCAPNG = 'application/x-pcapng';

const ENDS = {
  count: 'All frames that were asked for have passed.',
  time: 'The time is over.',
  closed: 'The connection is closed.',
  reload: 'The route was changed.',
  removed: 'The route was removed.',
  shutdown: 'The gateway stops.',
};

const asked = {route: '', connection: '', remote: '', count: '100', size: '512', until: '1m'};
let routes = [];
let seen = [];
let number = 0;

/** Ends the watch that runs, or null. */
let stop = null;

/** How the last watch ended, or null. */
let end = null;

/** The connection that was given in the address. */
let given = null;

async function load(rest) {
  if (rest[1] && rest[1] !== given) {
    given = rest[1];
    Object.assign(asked, {route: '', remote: '', connection: given});
  }
  try {
    routes = (await read(path('routes'))).routes.map((route) => route.name);
  } catch (problem) {
    // Who may watch frames need not see routes.
    if (problem.status !== 403) {
      throw problem;
    }
  }
}

/** Why frames can't be watched, in a sentence; null if they can. */
function whyNotTap() {
  if (page.rights.frames === false) {
    return 'Nobody may watch frames here: it is switched off until management.endpoint.frames.access=read-only.';
  }
  if (!page.rights.roles.includes('tap')) {
    return `${page.rights.user ?? 'Who is not logged in'} may not watch frames. That needs the role tap.`;
  }
  return null;
}

function view() {
  return html`
    <h1>Frames</h1>
    <p class="hint">Shows frames while they pass, up to a number, a size and an end. Name a route, a connection or a remote address. Card numbers are masked before they leave the gateway; framegate.masks masks more.
      Who watches what is in the audit trail.</p>
    ${whyNotTap() ? html`<p>${whyNotTap()}</p>` : html`${form()}${watched()}`}`;
}

function form() {
  return html`
    <form class="filters" @submit=${start}>
      ${field('route', 'Route', 'any', 'routes')}
      <datalist id="routes">${routes.map((name) => html`<option value=${name}></option>`)}</datalist>
      ${field('connection', 'Connection', 'id')}${field('remote', 'Remote', 'address or address:port')}
      ${field('count', 'Frames at most')}${field('size', 'Bytes of each')}${field('until', 'Until', '30s, or a time')}
      <div class="actions">
        ${stop ? html`<button type="button" class="main" @click=${() => stop.abort()}>Stop</button>` : html`<button class="main">Watch</button>`}
        <button type="button" ?disabled=${stop !== null} @click=${download}>Download as pcapng</button>
      </div>
    </form>`;
}

function field(name, title, placeholder = '', list = nothing) {
  return html`<label>${title} <input name=${name} list=${list} .value=${asked[name]} placeholder=${placeholder} ?disabled=${stop !== null}></label>`;
}

function take(form) {
  for (const name of Object.keys(asked)) {
    asked[name] = form.elements[name].value.trim();
  }
}

async function start(event) {
  event.preventDefault();
  take(event.target);
  seen = [];
  number = 0;
  await run(async (signal) => {
    for await (const {name, data} of events(await open(path('frames', asked), SSE, signal))) {
      if (name === 'end') {
        return ended(data);
      }
      if (name === 'frame') {
        seen = [{number: ++number, ...data}, ...seen].slice(0, SHOWN);
        redraw();
      }
    }
    return 'The gateway has ended it.';
  });
}

function ended({reason, lost}) {
  return `${ENDS[reason] ?? `It has ended: ${reason}.`}${lost > 0 ? ` ${many(lost, 'frame')} came too fast to be shown.` : ''}`;
}

async function download(event) {
  take(event.target.form);
  await run(async (signal) => {
    const file = await (await open(path('frames', asked), PCAPNG, signal)).blob();
    const link = Object.assign(document.createElement('a'), {href: URL.createObjectURL(file), download: 'framegate.pcapng'});
    link.click();
    URL.revokeObjectURL(link.href);
    return 'Downloaded.';
  });
}

async function run(work) {
  stop = new AbortController();
  end = null;
  redraw();
  try {
    end = {text: await work(stop.signal)};
  } catch (problem) {
    end = problem.name === 'AbortError' ? {text: 'Stopped.'} : {text: problem.message, bad: true};
  }
  stop = null;
  redraw();
}

function watched() {
  return html`
    <p aria-live="polite" class=${end?.bad ? 'bad' : ''}>${stop ? `Watching: ${many(number, 'frame')} so far.` : end ? `${end.text} ${many(number, 'frame')}.` : ''}</p>
    ${seen.map(frame)}`;
}

function frame(it) {
  return html`
    <article class="frame">
      <h2>${time(it.time)} ${it.route} ${it.side} ${it.direction} ${it.remote}, ${many(it.length, 'byte')}${it.truncated ? ', of which the first are shown' : ''}${it.masked ? ', masked' : ''}
        <a href="#/connections/${encodeURIComponent(it.connection)}">${it.connection}</a></h2>
      <div class="scroll" tabindex="0" role="region" aria-label="Frame ${it.number}"><pre>${hexLines(it.bytes)}</pre></div>
    </article>`;
}

export const frames = {name: 'frames', title: 'Frames', every: 10_000, load, view};
