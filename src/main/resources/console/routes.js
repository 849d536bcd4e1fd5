// The routes with their levers, the configuration's dry run, and changes proposed as YAML.

import {html, nothing} from './lib/lit-html.js';
import {act, actOnRoute} from './act.js';
import {change, path, read} from './api.js';
import {count} from './format.js';
import {may, redraw, tell, whyNot} from './page.js';
import {diff} from './diff.js';
import {loadProposal, proposal} from './proposal.js';

let answer = null;

/** What the last dry run said, or null. */
let preview = null;

async function load() {
  answer = await read(path('routes'));
  await loadProposal(answer.routes);
}

function view() {
  if (!answer) {
    return html`<h1>Routes</h1><p>Asking the gateway …</p>`;
  }
  return html`
    <h1>Routes</h1>
    ${whyNot('routes') ? html`<p class="hint">${whyNot('routes')}</p>` : nothing}
    ${list()}
    <h2>The configuration</h2>
    ${answer.configurationError ? html`<p class="bad">The last configuration that was read is not applied: ${answer.configurationError}</p>`
        : html`<p>The last configuration that was read is applied.</p>`}
    ${may('routes') ? html`<div class="actions">
      <button type="button" @click=${dryRun}>Dry run</button>
      <button type="button" @click=${reload}>Reload</button></div>` : nothing}
    ${preview ? html`<section aria-label="Dry run">${diff(preview)}</section>` : nothing}
    ${proposal()}`;
}

function list() {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Routes">
    <table class="list"><caption class="hidden">Routes</caption>
      <thead><tr><th scope="col">Route</th><th scope="col">State</th><th scope="col">Listens</th><th scope="col">Mode</th><th scope="col" class="number">Connections</th>
        ${may('routes') ? html`<th scope="col">Change</th>` : nothing}</tr></thead>
      <tbody>${answer.routes.map((route) => html`<tr>
        <th scope="row">${route.name}</th>
        <td><span class="badge ${route.state.toLowerCase()}">${route.state}</span></td>
        <td>${route.address} port ${route.port}</td><td>${route.mode}</td>
        <td class="number">${count(route.connections.active)}</td>
        ${may('routes') ? html`<td class="actions">${levers(route).map((action) => html`
          <button type="button" aria-label="${action} ${route.name}" class=${action === 'drain' ? 'danger' : ''} @click=${() => actOnRoute(route.name, action)}>${action}</button>`)}</td>` : nothing}
      </tr>`)}</tbody></table></div>`;
}

function levers(route) {
  return route.state === 'LISTENING' ? ['pause', 'drain'] : route.state === 'PAUSED' ? ['resume', 'drain'] : ['resume'];
}

async function dryRun() {
  try {
    preview = await change('POST', 'routes', {action: 'reload', dryRun: true});
  } catch (problem) {
    preview = null;
    tell(`A reload would be refused: ${problem.message}`, true);
  }
  redraw();
}

function reload() {
  preview = null;
  return act({title: 'Reload the configuration?', action: 'Reload', dangerous: true,
    text: 'The files are read again and applied. Routes whose changes need it are replaced, and their connections drain. The dry run says which.'},
  () => change('POST', 'routes', {action: 'reload'}),
  (done) => `Reloaded: started ${names(done.started)}, removed ${names(done.removed)}, changed ${names(done.changed)}, restarted ${names(done.restarted)}.`);
}

function names(all) {
  return all.join(', ') || 'none';
}

export const routes = {name: 'routes', title: 'Routes', every: 3000, load, view};
