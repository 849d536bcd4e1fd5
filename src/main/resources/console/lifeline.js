// A connection and the other one of its session, as lines on a common axis of time.

import {html, nothing, svg} from './lib/lit-html.js';
import {actOnConnection} from './act.js';
import {path, read} from './api.js';
import {bytes, count, duration, many, millis, time} from './format.js';
import {may, page, whyNot} from './page.js';
import {closureFacts} from './record.js';

const WIDTH = 1000;
const LANE = 80;

/** The connections shown, by id; one that has ended keeps what was last known of it. */
const known = new Map();
let shown = null;

/** Reads a connection and its peer, or their records once they have ended. */
export async function loadLifeline(id) {
  if (shown !== id) {
    shown = id;
    known.clear();
  }
  const first = await loadOne(id);
  const peer = first.connection?.peerId ?? first.closure?.peerId;
  if (peer) {
    await loadOne(peer);
  }
}

async function loadOne(id) {
  const its = known.get(id) ?? {id};
  known.set(id, its);
  if (!its.closure) {
    try {
      its.connection = await read(path(['connections', id]));
      its.readAt = Date.now();
    } catch (problem) {
      if (problem.status !== 404) {
        throw problem;
      }
      its.closure = (await read(path('closures', {id, limit: 1}))).closures[0];
      its.lost = !its.closure;
    }
  }
  return its;
}

export function lifeline(id) {
  const first = shown === id ? known.get(id) : null;
  const both = [...known.values()].filter((each) => each.connection || each.closure).sort((one) => (sideOf(one) === 'inbound' ? -1 : 1));
  return html`
    <p><a href="#/connections">All connections</a></p>
    <h1>Connection ${id}</h1>
    ${first?.lost && !first.connection ? html`<p>The gateway knows no connection ${id}: it ended too long ago, or was never there.</p>` : nothing}
    ${!first || (both.length === 0 && !first.lost) ? html`<p>Asking the gateway …</p>` : nothing}
    ${both.length > 0 ? html`${axis(both)}<div class="cards">${both.map(half)}</div>` : nothing}`;
}

function sideOf(its) {
  return (its.connection ?? its.closure).side;
}

function axis(both) {
  const from = Math.min(...both.map((each) => Date.parse((each.connection ?? each.closure).openedAt)));
  const to = Math.max(from + 1000, ...both.map((each) => (each.closure ? Date.parse(each.closure.closedAt) : each.readAt)));
  const x = (at) => ((Math.min(to, Math.max(from, at)) - from) / (to - from)) * WIDTH;
  return html`<figure class="lifeline">
    ${svg`<svg viewBox="0 0 ${WIDTH} ${both.length * LANE + 8}" role="img" aria-label="States over ${duration(to - from)}; the tables below say the same">
      ${both.map((each, lane) => line(each, lane * LANE, x, to))}</svg>`}
    <figcaption>${time(from)} to ${time(to)}, ${duration(to - from)}. ▼ last write, ▲ last read.</figcaption>
  </figure>`;
}

function line(its, y, x, to) {
  const states = statesOf(its);
  return svg`<g>
    <text x="0" y=${y + 13}>${sideOf(its)}</text>
    ${states.map((each, index) => {
      const left = x(each.at);
      const width = Math.max(3, x(states[index + 1]?.at ?? to) - left);
      return svg`<rect class="state ${each.state.toLowerCase()}" x=${left} y=${y + 31} width=${width} height="22"></rect>
        ${width > 11 * each.state.length ? svg`<text class="on" x=${left + 6} y=${y + 47}>${each.state}</text>` : nothing}`;
    })}
    ${mark(its.connection?.lastReadAt, 'read', y, x)}${mark(its.connection?.lastWriteAt, 'write', y, x)}</g>`;
}

function mark(at, name, y, x) {
  return at ? svg`<path class=${name} d="M ${x(Date.parse(at))} ${y + (name === 'read' ? 55 : 29)} l -5 ${name === 'read' ? 9 : -9} h 10 z"></path>` : nothing;
}

function statesOf(its) {
  const states = (its.connection?.states ?? [{state: 'OPEN', since: (its.connection ?? its.closure).openedAt}])
      .map((each) => ({state: each.state, at: Date.parse(each.since)}));
  return its.closure ? [...states, {state: 'CLOSED', at: Date.parse(its.closure.closedAt)}] : states;
}

function half(its) {
  const it = its.connection;
  const heading = `connection-${its.id}`;
  return html`<article class="card" aria-labelledby=${heading}>
    <header><h2 id=${heading}>${sideOf(its)} ${(it ?? its.closure).remote}</h2>
      <span class="badge ${its.closure || its.lost ? 'closed' : it.state.toLowerCase()}">${its.closure || its.lost ? 'CLOSED' : it.state}</span></header>
    ${its.closure ? closureFacts(its.closure) : nothing}
    ${it ? facts(it) : nothing}
    ${it && !its.closure && !its.lost ? html`${timers(it)}${levers(it)}
      ${page.rights.frames && page.rights.roles.includes('tap') ? html`<p><a href="#/frames/of/${encodeURIComponent(it.id)}">Watch its frames</a></p>` : nothing}` : nothing}
    <table><caption>States</caption>
      <thead><tr><th scope="col">State</th><th scope="col">Since</th></tr></thead>
      <tbody>${statesOf(its).map((each) => html`<tr><th scope="row">${each.state}</th><td>${time(each.at)}</td></tr>`)}</tbody></table>
  </article>`;
}

function facts(it) {
  return html`<dl class="facts">
    <div><dt>Route</dt><dd>${it.route}</dd></div>
    <div><dt>Local</dt><dd>${it.local ?? '–'}</dd></div>
    <div><dt>From the peer</dt><dd>${many(it.framesIn, 'frame')}, ${bytes(it.bytesIn)}</dd></div>
    <div><dt>To the peer</dt><dd>${many(it.framesOut, 'frame')}, ${bytes(it.bytesOut)}</dd></div>
    <div><dt>Pending, in flight</dt><dd>${bytes(it.pendingBytes)}, ${count(it.inFlight)}</dd></div>
    <div><dt>Last read, write</dt><dd>${time(it.lastReadAt)}, ${time(it.lastWriteAt)}</dd></div>
    ${it.tcp ? html`<div><dt>Round trip</dt><dd>${(it.tcp.rttMicros / 1000).toFixed(2)} ms</dd></div>
      <div><dt>Retransmits, unacknowledged</dt><dd>${count(it.tcp.retransmits)}, ${count(it.tcp.unacked)} segments</dd></div>` : nothing}
    ${it.tls ? html`<div><dt>TLS</dt><dd>${it.tls.protocol} ${it.tls.cipher}</dd></div>` : nothing}
  </dl>`;
}

function timers(it) {
  const running = it.timers.filter((each) => each.remaining !== null);
  if (running.length === 0) {
    return html`<p>No timer runs.</p>`;
  }
  return html`<table><caption>Running timers</caption>
    <thead><tr><th scope="col">Timer</th><th scope="col">Left</th><th scope="col">Limit</th></tr></thead>
    <tbody>${running.map((each) => html`<tr><th scope="row">${each.name}</th>
      <td><progress aria-label="${each.name}, left" max=${millis(each.limit) || 1} .value=${millis(each.remaining) ?? 0}></progress> ${duration(millis(each.remaining))}</td>
      <td><a href="#/timeouts">${each.limit}</a></td></tr>`)}</tbody></table>`;
}

function levers(it) {
  if (!may('connections')) {
    return html`<p class="hint">${whyNot('connections')}</p>`;
  }
  return html`<div class="actions">
    <button type="button" @click=${() => actOnConnection(it.id, it.remote, 'drain')}>Drain</button>
    <button type="button" class="danger" @click=${() => actOnConnection(it.id, it.remote, 'abort')}>Abort</button></div>`;
}
