// Every limit of every route, changed where it stands.

import {html, nothing} from './lib/lit-html.js';
import {act} from './act.js';
import {change, path, read} from './api.js';
import {count, millis} from './format.js';
import {may, redraw, whyNot} from './page.js';

const FROM_TO = {
  'connect': 'connect started → established',
  'tls-handshake': 'TLS and PROXY header started → done',
  'first-frame': 'open → first whole frame',
  'frame': 'first byte of a frame → its last',
  'idle': 'no byte in either direction',
  'reply': 'request → reply',
  'write': 'bytes pending, and none taken',
  'drain': 'closing began → done',
  'max-age': 'open → drained',
};

let all = null;

/** What people are typing, by route and timer: it stays until it is saved or taken back. */
const drafts = new Map();

async function load() {
  all = await read(path('timeouts'));
}

function view() {
  return html`
    <h1>Timeouts</h1>
    ${may('timeouts') ? html`<p class="hint">A limit is 0 (off) or a duration such as 500ms, 30s, 5m. A change reaches open connections, too.
      It is gone after a restart, unless you write it into the configuration.</p>` : html`<p class="hint">${whyNot('timeouts')}</p>`}
    ${all ? Object.entries(all).map(([route, timers]) => section(route, timers)) : html`<p>Asking the gateway …</p>`}`;
}

function section(route, timers) {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Timeouts of ${route}">
    <table class="list"><caption>${route}</caption>
      <thead><tr><th scope="col">Timer</th><th scope="col">From → to</th><th scope="col">Limit</th><th scope="col">Source</th><th scope="col" class="number">Fired</th>
        ${may('timeouts') ? html`<th scope="col">Change</th>` : nothing}</tr></thead>
      <tbody>${Object.entries(timers).map(([name, timer]) => row(route, name, timer))}</tbody>
    </table></div>`;
}

function row(route, name, timer) {
  const key = `${route}/${name}`;
  const draft = drafts.get(key);
  const wrong = draft !== undefined && millis(draft) === null;
  const error = `wrong-${route}-${name}`;
  return html`<tr class=${timer.source === 'runtime' ? 'changed' : ''}>
    <th scope="row">${name}</th><td>${FROM_TO[name] ?? ''}</td>
    <td>${may('timeouts') ? html`
      <input class="limit" aria-label="${name} of ${route}" .value=${draft ?? timer.value} aria-invalid=${wrong ? 'true' : 'false'} aria-describedby=${wrong ? error : nothing}
        @input=${(event) => type(key, event.target.value, timer.value)} @keydown=${(event) => press(event, route, name)}>
      ${wrong ? html`<span id=${error} class="bad">0, or a duration with its unit</span>` : nothing}` : timer.value}</td>
    <td>${timer.source}</td><td class="number">${count(timer.fired)}</td>
    ${may('timeouts') ? html`<td class="actions">
      ${draft !== undefined ? html`<button type="button" class="main" ?disabled=${wrong} @click=${() => save(route, name)}>Save</button>
        <button type="button" @click=${() => type(key, timer.value, timer.value)}>Undo</button>` : nothing}
      ${draft === undefined && timer.source === 'runtime' ? html`<button type="button" aria-label="Back to the configured ${name} of ${route}"
        @click=${() => reset(route, name)}>Back to configured</button>` : nothing}</td>` : nothing}</tr>`;
}

function type(key, text, value) {
  if (text.trim() === value) {
    drafts.delete(key);
  } else {
    drafts.set(key, text.trim());
  }
  redraw();
}

function press(event, route, name) {
  const key = `${route}/${name}`;
  if (event.key === 'Enter' && drafts.has(key) && millis(drafts.get(key)) !== null) {
    save(route, name);
  } else if (event.key === 'Escape') {
    drafts.delete(key);
    event.target.value = all[route][name].value;
    redraw();
  }
}

function save(route, name) {
  const value = drafts.get(`${route}/${name}`);
  return act(null, async () => {
    const answer = await change('POST', path(['timeouts', route, name]), {value});
    drafts.delete(`${route}/${name}`);
    return answer;
  }, (answer) => `${name} of ${route} is ${answer.value} now.`);
}

function reset(route, name) {
  return act(null, () => change('DELETE', path(['timeouts', route, name])),
      (answer) => `${name} of ${route} is ${answer.value} again.`);
}

export const timeouts = {name: 'timeouts', title: 'Timeouts', every: 3000, load, view};
