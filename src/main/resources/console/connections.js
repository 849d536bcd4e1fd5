// All connections: searched, filtered, sorted and paged by the gateway. One of them as a life line.

import {html, nothing} from './lib/lit-html.js';
import {repeat} from './lib/directives/repeat.js';
import {path, read} from './api.js';
import {bytes, count, duration, many, since} from './format.js';
import {lifeline, loadLifeline} from './lifeline.js';
import {again, redraw} from './page.js';

const SIZE = 100;
const STATES = ['ACCEPTED', 'CONNECTING', 'PROXY_HEADER', 'TLS_HANDSHAKE', 'OPEN', 'READ_CLOSED', 'WRITE_CLOSED', 'DRAINING'];

// Each column: what the gateway sorts by, its title, its cell, and whether it is a number.
const COLUMNS = [
  {key: 'route', title: 'Route', cell: (each) => each.route},
  {key: 'side', title: 'Side', cell: (each) => each.side},
  {key: 'state', title: 'State', cell: (each) => each.state},
  {key: 'age', title: 'Age', cell: (each) => duration(since(each.openedAt)), number: true},
  {key: 'idle', title: 'Idle', cell: (each) => duration(idle(each)), number: true},
  {key: 'framesIn', title: 'Frames in', cell: (each) => count(each.framesIn), number: true},
  {key: 'framesOut', title: 'Frames out', cell: (each) => count(each.framesOut), number: true},
  {key: 'bytesIn', title: 'Bytes in', cell: (each) => bytes(each.bytesIn), number: true},
  {key: 'bytesOut', title: 'Bytes out', cell: (each) => bytes(each.bytesOut), number: true},
  {key: 'pendingBytes', title: 'Pending', cell: (each) => bytes(each.pendingBytes), number: true},
  {key: 'inFlight', title: 'In flight', cell: (each) => count(each.inFlight), number: true},
];

const asked = {search: '', route: '', side: '', state: '', remote: ''};
let sort = '-age';

/** What to ask for to get each page up to this one; the first is asked for without. */
let places = [null];
let routes = [];
let found = null;
let ofRoute = null;

async function load(rest) {
  if (rest.length > 0 && rest[0] !== 'of') {
    return loadLifeline(rest[0]);
  }
  if (rest[0] === 'of' && rest[1] !== ofRoute) {
    asked.route = ofRoute = rest[1];
    places = [null];
  }
  if (routes.length === 0) {
    routes = (await read(path('routes'))).routes.map((route) => route.name);
  }
  found = await read(path('connections', {...asked, sort, limit: SIZE, after: places.at(-1)}));
}

function idle(connection) {
  return since([connection.openedAt, connection.lastReadAt, connection.lastWriteAt].filter(Boolean).sort().at(-1));
}

function view(rest) {
  if (rest.length > 0 && rest[0] !== 'of') {
    return lifeline(rest[0]);
  }
  return html`
    <h1>Connections</h1>
    <form class="filters" role="search" @submit=${(event) => event.preventDefault()}>
      <label>Search <input type="search" .value=${asked.search} placeholder="route, remote or id" @input=${(event) => filter('search', event)}></label>
      ${choice('Route', 'route', routes)}
      ${choice('Side', 'side', ['inbound', 'upstream'])}
      ${choice('State', 'state', STATES)}
      <label>Remote <input .value=${asked.remote} placeholder="address or address:port" @change=${(event) => filter('remote', event)}></label>
    </form>
    ${found ? table() : html`<p>Asking the gateway …</p>`}`;
}

function choice(title, name, values) {
  return html`<label>${title} <select @change=${(event) => filter(name, event)}>
    <option value="">all</option>
    ${values.map((value) => html`<option ?selected=${asked[name] === value}>${value}</option>`)}
  </select></label>`;
}

function filter(name, event) {
  asked[name] = event.target.value.trim();
  places = [null];
  again();
}

function table() {
  const first = (places.length - 1) * SIZE;
  return html`
    <p id="found">${found.total === 0 ? 'No connections.'
        : `${many(found.total, 'connection')}, ${count(first + 1)} to ${count(first + found.connections.length)}`}</p>
    <div class="scroll" tabindex="0" role="region" aria-labelledby="found">
      <table class="list">
        <caption class="hidden">Connections</caption>
        <thead><tr>${head('remote', 'Remote', false)}${COLUMNS.map((each) => head(each.key, each.title, each.number))}</tr></thead>
        <tbody>${repeat(found.connections, (each) => each.id, (each) => html`<tr>
          <th scope="row"><a href="#/connections/${encodeURIComponent(each.id)}">${each.remote}</a></th>
          ${COLUMNS.map((column) => html`<td class=${column.number ? 'number' : ''}>${column.cell(each)}</td>`)}</tr>`)}</tbody>
      </table>
    </div>
    <div class="actions">
      <button type="button" ?disabled=${places.length === 1} @click=${() => turnPage(-1)}>Previous</button>
      <button type="button" ?disabled=${!found.next} @click=${() => turnPage(1)}>Next</button>
    </div>`;
}

function head(key, title, number) {
  const order = sort === key ? 'ascending' : sort === `-${key}` ? 'descending' : nothing;
  return html`<th scope="col" class=${number ? 'number' : ''} aria-sort=${order}>
    <button type="button" @click=${() => sortBy(key, number)}>${title}${order === nothing ? '' : order === 'ascending' ? ' ▲' : ' ▼'}</button></th>`;
}

/** Numbers begin with the greatest; the same column again turns the order round. */
function sortBy(key, number) {
  const first = number ? `-${key}` : key;
  sort = sort === first ? (number ? key : `-${key}`) : first;
  places = [null];
  again();
}

function turnPage(by) {
  places = by > 0 ? [...places, found.next] : places.slice(0, -1);
  redraw();
  again();
}

export const connections = {name: 'connections', title: 'Connections', every: 2000, load, view};
