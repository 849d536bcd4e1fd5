// The strip on every page: memory, descriptors, overload, configuration, version.

import {html, nothing} from './lib/lit-html.js';
import {bytes, count} from './format.js';
import {metrics, value} from './metrics.js';
import {page} from './page.js';

const EVERY = 5000;
const NEARLY_FULL = 0.9;
const NAMES = ['framegate_memory_used_bytes', 'framegate_memory_limit_bytes', 'process_files_open_files',
  'process_files_max_files', 'framegate_accepts_refused', 'framegate_configuration_error', 'framegate_build'];

let readAt = 0;
let facts = null;

/** Reads the facts, if those at hand are old. */
export async function loadStrip() {
  if (Date.now() - readAt < EVERY) {
    return;
  }
  readAt = Date.now();
  const samples = await metrics(NAMES);
  const overload = samples
      .filter((sample) => sample.name === 'framegate_accepts_refused_total' && sample.tags.reason === 'overload')
      .reduce((sum, sample) => sum + sample.value, 0);
  facts = {
    memory: value(samples, 'framegate_memory_used_bytes'),
    memoryLimit: value(samples, 'framegate_memory_limit_bytes'),
    files: value(samples, 'process_files_open_files'),
    filesLimit: value(samples, 'process_files_max_files'),
    invalid: value(samples, 'framegate_configuration_error') === 1,
    version: samples.find((sample) => sample.name === 'framegate_build_info')?.tags.version,
    overload,
    overloaded: facts !== null && overload > facts.overload,
  };
}

export function strip() {
  if (!facts) {
    return html`<section class="strip" aria-label="The gateway"><span>Asking the gateway …</span></section>`;
  }
  return html`
    <section class="strip" aria-label="The gateway">
      ${share('Memory', facts.memory, facts.memoryLimit, bytes)}
      ${share('Descriptors', facts.files, facts.filesLimit, count)}
      ${overload()}
      ${facts.invalid ? html`<a class="bad" href="#/routes">Configuration: not applied, see why</a>`
          : html`<span>Configuration: as its files say</span>`}
      ${facts.version ? html`<span>Version ${facts.version}</span>` : nothing}
      ${page.rights.user ? nothing : html`<span>Not logged in</span>`}
    </section>`;
}

function share(name, used, limit, text) {
  if (used === null) {
    return nothing;
  }
  return html`<span class=${used > NEARLY_FULL * limit ? 'bad' : ''}>${name}: ${text(used)} of ${text(limit)}
    <meter aria-hidden="true" min="0" max=${limit || 1} high=${NEARLY_FULL * limit} .value=${used}></meter></span>`;
}

function overload() {
  if (facts.overloaded || facts.memory > NEARLY_FULL * facts.memoryLimit) {
    return html`<span class="bad">Overload: now</span>`;
  }
  return html`<span>Overload: ${facts.overload > 0 ? `${count(facts.overload)} clients refused so far` : 'none'}</span>`;
}
