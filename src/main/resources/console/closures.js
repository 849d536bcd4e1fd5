// How connections ended: a chart by reason, and the newest.

import {html, nothing} from './lib/lit-html.js';
import {repeat} from './lib/directives/repeat.js';
import {path, read} from './api.js';
import {chart} from './chart.js';
import {count, duration, time} from './format.js';
import {again} from './page.js';
import {meaning, REASONS} from './reasons.js';

/** How many are asked for at first, and how many after that, if all others are known. */
const ALL = 1000;
const NEWEST = 100;
const SHOWN = 100;

const asked = {route: '', reason: '', side: '', search: ''};
let records = null;
let shown = SHOWN;

/** What the records at hand were asked for with. */
let answered = null;

async function load() {
  const question = JSON.stringify(asked);
  const isNew = question !== answered;
  let newest = await newestRecords(isNew ? ALL : NEWEST);
  if (!isNew && newest.length === NEWEST && !newest.some((each) => records.some((known) => isSame(each, known)))) {
    newest = await newestRecords(ALL);
  }
  if (question === JSON.stringify(asked)) {
    records = isNew ? newest : merged(newest);
    answered = question;
  }
}

async function newestRecords(limit) {
  return (await read(path('closures', {...asked, limit}))).closures;
}

/** A record of several connections changes as more end so. */
function isSame(one, other) {
  return one.id === other.id && one.closedAt === other.closedAt;
}

function merged(newest) {
  const ids = new Set(newest.map((each) => each.id));
  return [...newest, ...records.filter((each) => !ids.has(each.id))].slice(0, ALL);
}

function view() {
  return html`
    <h1>Closures</h1>
    <form class="filters" role="search" @submit=${(event) => event.preventDefault()}>
      <label>Search <input type="search" .value=${asked.search} placeholder="route or remote" @input=${(event) => filter('search', event.target.value.trim())}></label>
      <label>Reason <select @change=${(event) => filter('reason', event.target.value)}>
        <option value="">all</option>
        ${Object.keys(REASONS).map((reason) => html`<option ?selected=${asked.reason === reason}>${reason}</option>`)}</select></label>
      <label>Side <select @change=${(event) => filter('side', event.target.value)}>
        <option value="">both</option>
        ${['inbound', 'upstream'].map((side) => html`<option ?selected=${asked.side === side}>${side}</option>`)}</select></label>
      ${asked.route ? html`<button type="button" @click=${() => filter('route', '')}>All routes, not only ${asked.route}</button>` : nothing}
    </form>
    ${asked.reason ? html`<p class="banner"><strong>${asked.reason}</strong>: ${meaning(asked.reason)}
      <button type="button" @click=${() => filter('reason', '')}>Show all reasons</button></p>` : nothing}
    ${found()}`;
}

function found() {
  if (!records) {
    return html`<p>Asking the gateway …</p>`;
  }
  if (records.length === 0) {
    return html`<p>No connection has ended so.</p>`;
  }
  return html`
    ${chart(records, asked.reason, (reason) => filter('reason', asked.reason === reason ? '' : reason))}
    <div class="scroll" tabindex="0" role="region" aria-label="The newest closures">
      <table class="list">
        <caption class="hidden">The newest closures</caption>
        <thead><tr>${['Closed', 'Remote', 'Route', 'Side', 'Reason', 'Ended by', 'Detail', 'Lasted', 'Frames in', 'Frames out', 'Undelivered']
            .map((title) => html`<th scope="col">${title}</th>`)}</tr></thead>
        <tbody>${repeat(records.slice(0, shown), (each) => each.id, row)}</tbody>
      </table>
    </div>
    ${records.length > shown ? html`<button type="button" @click=${more}>Show more of ${count(records.length)}</button>` : nothing}`;
}

function row(each) {
  return html`<tr>
    <td>${time(each.closedAt)}</td>
    <th scope="row"><a href="#/connections/${encodeURIComponent(each.id)}">${each.remote}</a></th>
    <td><button type="button" class="link" @click=${() => filter('route', each.route)}>${each.route}</button></td>
    <td>${each.side}</td>
    <td><button type="button" class="link" title=${meaning(each.reason)} @click=${() => filter('reason', each.reason)}>${each.reason}</button>${each.count > 1 ? ` × ${count(each.count)}` : ''}</td>
    <td>${each.endedBy}</td>
    <td class="detail">${each.detail}</td>
    <td class="number">${duration(Date.parse(each.closedAt) - Date.parse(each.openedAt))}</td>
    <td class="number">${count(each.framesIn)}</td>
    <td class="number">${count(each.framesOut)}</td>
    <td class=${each.undelivered.frames > 0 ? 'number bad' : 'number'}>${count(each.undelivered.frames)}</td></tr>`;
}

function filter(name, value) {
  asked[name] = value;
  shown = SHOWN;
  again();
}

function more() {
  shown += SHOWN;
  again();
}

export const closures = {name: 'closures', title: 'Closures', every: 3000, load, view};
