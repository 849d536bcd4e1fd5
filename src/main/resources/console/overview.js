// Each route as a card.

import {html, nothing} from './lib/lit-html.js';
import {actOnTarget} from './act.js';
import {path, read} from './api.js';
import {bytes, count, rate, seconds} from './format.js';
import {metrics, quantile} from './metrics.js';
import {may, whyNot} from './page.js';
import {spark} from './spark.js';

/** How many readings the sparklines show; they are this page's, the gateway keeps none. */
const POINTS = 60;
const SLOW_EVERY = 10_000;
const EXCHANGE = 'framegate_exchange_seconds';

let list = null;
let timeouts = {};
let slowAt = 0;

/** Readings by route: [{at, framesIn, framesOut, bytesIn, bytesOut}], the newest last. */
const readings = new Map();

/** Buckets by route, as two readings: {before, now}. */
const exchanges = new Map();

async function load() {
  const answer = await read(path('routes'));
  const at = Date.now();
  for (const route of answer.routes) {
    const known = readings.get(route.name) ?? [];
    known.push({at, framesIn: route.frames.in, framesOut: route.frames.out, bytesIn: route.bytes.in, bytesOut: route.bytes.out});
    readings.set(route.name, known.slice(-POINTS));
  }
  list = answer.routes;
  if (at - slowAt >= SLOW_EVERY) {
    slowAt = at;
    timeouts = await read(path('timeouts'));
    await loadExchanges().catch(() => {});
  }
}

async function loadExchanges() {
  const found = new Map();
  if (list.some((route) => route.mode === 'request-reply')) {
    for (const {name, tags, value} of await metrics([EXCHANGE])) {
      if (name === `${EXCHANGE}_bucket`) {
        const bounds = found.get(tags.route) ?? new Map();
        bounds.set(tags.le === '+Inf' ? Infinity : Number(tags.le), value);
        found.set(tags.route, bounds);
      }
    }
  }
  for (const [route, now] of found) {
    exchanges.set(route, {before: exchanges.get(route)?.now, now});
  }
}

function view() {
  if (!list) {
    return html`<h1>Overview</h1><p>Asking the gateway …</p>`;
  }
  return html`
    <h1>Overview</h1>
    ${whyNot('targets') ? html`<p class="hint">${whyNot('targets')}</p>` : nothing}
    ${list.length === 0 ? html`<p>There are no routes.</p>` : nothing}
    <div class="cards">${list.map(card)}</div>`;
}

function card(route) {
  const heading = `route-${route.name}`;
  return html`
    <article class="card" aria-labelledby=${heading}>
      <header>
        <h2 id=${heading}>${route.name}</h2>
        <span class="badge ${route.state.toLowerCase()}">${route.state}</span>
      </header>
      <p class="hint">${route.mode}, ${route.address} port ${route.port}, ${route.framing.inbound} to ${route.framing.upstream}</p>
      <dl class="facts">
        <div><dt>Connections</dt><dd><a href="#/connections/of/${encodeURIComponent(route.name)}">${count(route.connections.active)}</a></dd></div>
        ${flow('Frames', 'frames', route, rate)}
        ${flow('Bytes', 'bytes', route, bytes)}
        ${exchangeTimes(route)}
        <div><dt>Timeouts fired</dt><dd><a href="#/timeouts">${count(fired(route.name))}</a></dd></div>
      </dl>
      ${route.lastError ? html`<p class="bad">Last error: ${route.lastError}</p>` : nothing}
      ${route.targets.length > 0 ? targets(route) : nothing}
      ${route.advice.length > 0 ? html`<details><summary>Advice (${route.advice.length})</summary>
        <ul>${route.advice.map((each) => html`<li>${each}</li>`)}</ul></details>` : nothing}
    </article>`;
}

function flow(title, unit, route, text) {
  const rates = perSecond(readings.get(route.name) ?? [], unit);
  const last = rates.at(-1);
  return html`<div class="wide"><dt>${title} a second</dt>
    <dd>${last ? html`${text(last.in)} in, ${text(last.out)} out` : '–'} ${spark(rates.map((each) => each.in + each.out))}</dd></div>`;
}

function perSecond(all, unit) {
  return all.slice(1).map((now, index) => {
    const before = all[index];
    const passed = Math.max(1, now.at - before.at) / 1000;
    return {in: Math.max(0, now[`${unit}In`] - before[`${unit}In`]) / passed,
      out: Math.max(0, now[`${unit}Out`] - before[`${unit}Out`]) / passed};
  });
}

function exchangeTimes(route) {
  const its = exchanges.get(route.name);
  if (!its) {
    return nothing;
  }
  const of = (share) => quantile(its.now, its.before, share) ?? quantile(its.now, undefined, share);
  const median = of(0.5);
  return html`<div><dt>Exchange p50, p99</dt>
    <dd>${median === null ? 'none yet' : html`${seconds(median)}, ${seconds(of(0.99))}`}</dd></div>`;
}

function fired(route) {
  return Object.values(timeouts[route] ?? {}).reduce((sum, each) => sum + each.fired, 0);
}

function targets(route) {
  return html`
    <div class="scroll" tabindex="0" role="region" aria-label="Targets of ${route.name}">
      <table>
        <caption class="hidden">Targets of ${route.name}</caption>
        <thead><tr><th scope="col">Target</th><th scope="col">State</th><th scope="col" class="number">Connections</th>
          ${may('targets') ? html`<th scope="col">Change</th>` : nothing}</tr></thead>
        <tbody>${route.targets.map((target) => html`<tr>
          <th scope="row">${target.address}</th>
          <td><span class="badge ${target.state.toLowerCase()}">${target.state}</span></td>
          <td class="number">${count(target.connections)}</td>
          ${may('targets') ? html`<td class="levers">${levers(route.name, target)}</td>` : nothing}</tr>`)}</tbody>
      </table>
    </div>`;
}

function levers(route, target) {
  const out = target.state === 'DISABLED' || target.state === 'DRAINING';
  return (out ? ['enable'] : ['disable', 'drain']).map((action) => html`
    <button type="button" aria-label="${action} ${target.address}" @click=${() => actOnTarget(route, target.address, action)}>${action}</button>`);
}

export const overview = {name: 'overview', title: 'Overview', every: 2000, load, view};
