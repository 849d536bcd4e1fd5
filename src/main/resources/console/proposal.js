// The YAML that would change a route: checked by the gateway, to be copied into its configuration.

import {html, nothing} from './lib/lit-html.js';
import {change, path, read} from './api.js';
import {diff} from './diff.js';
import {may, redraw, whyNot} from './page.js';

const draft = {route: '', property: '', value: ''};
let names = [];

/** The chosen route's properties, with their values now. */
let properties = new Map();
let yaml = '';

/** What the check said: {preview} or {error}, or null. */
let checked = null;
let copied = false;

/** Knows the routes, and the properties of the chosen one. */
export async function loadProposal(routes) {
  names = routes.map((route) => route.name);
  if (!names.includes(draft.route)) {
    await chooseRoute(names[0] ?? '');
  }
}

async function chooseRoute(name) {
  draft.route = name;
  properties = new Map();
  if (name) {
    flatten('', (await read(path(['routes', name]))).configuration);
  }
  chooseProperty(properties.has('listen.max-connections') ? 'listen.max-connections' : properties.keys().next().value ?? '');
}

function flatten(name, value) {
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
    for (const [key, below] of Object.entries(value)) {
      flatten(name ? `${name}.${key}` : key, below);
    }
  } else if (value !== '******') {
    properties.set(name, value);
  }
}

function chooseProperty(name) {
  draft.property = name;
  const value = properties.get(name) ?? '';
  propose(typeof value === 'string' ? value : JSON.stringify(value));
}

function propose(value) {
  draft.value = value;
  const keys = ['framegate', 'routes', draft.route, ...draft.property.split('.')];
  yaml = keys.map((key, depth) => `${'  '.repeat(depth)}${key}:`).join('\n') + ` ${value}\n`;
  checked = null;
  copied = false;
  redraw();
}

export function proposal() {
  if (names.length === 0) {
    return nothing;
  }
  return html`
    <h2>Propose a change</h2>
    <p class="hint">The console edits no configuration. It writes the YAML for it, which you add where your configuration is kept.</p>
    <div class="filters">
      <label>Route <select @change=${(event) => chooseRoute(event.target.value)}>
        ${names.map((name) => html`<option ?selected=${name === draft.route}>${name}</option>`)}</select></label>
      <label>Property <select @change=${(event) => chooseProperty(event.target.value)}>
        ${[...properties.keys()].map((name) => html`<option ?selected=${name === draft.property}>${name}</option>`)}</select></label>
      <label>Value <input .value=${draft.value} @input=${(event) => propose(event.target.value)}></label>
    </div>
    <label>YAML <textarea rows="8" spellcheck="false" .value=${yaml} @input=${(event) => write(event.target.value)}></textarea></label>
    <div class="actions">
      ${may('routes') ? html`<button type="button" class="main" @click=${check}>Check</button>` : html`<span class="hint">It can't be checked: ${whyNot('routes')}</span>`}
      <button type="button" @click=${copy}>Copy</button>
    </div>
    <div aria-live="polite">
      ${copied ? html`<p>Copied.</p>` : nothing}
      ${checked?.error ? html`<p class="bad">Not valid: ${checked.error}</p>` : nothing}
      ${checked?.preview ? html`<p>Valid. With it:</p>${diff(checked.preview)}` : nothing}
    </div>`;
}

function write(text) {
  yaml = text;
  checked = null;
  copied = false;
  redraw();
}

async function check() {
  try {
    checked = {preview: await change('POST', 'routes', {action: 'reload', dryRun: true, yaml})};
  } catch (problem) {
    checked = {error: problem.message};
  }
  redraw();
}

async function copy() {
  try {
    await navigator.clipboard.writeText(yaml);
    copied = true;
  } catch {
    // Browsers allow it over HTTPS and on this machine only: the text is selected instead.
    document.querySelector('textarea').select();
  }
  redraw();
}
