// What a reload would do, with the values before and after.

import {html, nothing} from './lib/lit-html.js';

/** Draws the answer of a dry run. */
export function diff(preview) {
  const routes = [...preview.changed, ...preview.restarted];
  if (preview.started.length + preview.removed.length + routes.length === 0) {
    return html`<p>Nothing would change.</p>`;
  }
  return html`
    ${preview.started.map((name) => html`<p><ins>+ route ${name}</ins> would start.</p>`)}
    ${preview.removed.map((name) => html`<p><del>− route ${name}</del> would drain and be removed.</p>`)}
    ${routes.map((name) => html`
      <p>Route ${name} ${preview.restarted.includes(name) ? html`<strong>would be replaced, and its connections drained.</strong>` : 'would take this while it runs:'}</p>
      <pre class="diff">${lines(preview, name)}</pre>`)}`;
}

function lines(preview, name) {
  const known = preview.differences[name] ?? [];
  const hidden = preview.properties[name].filter((property) => !known.some((each) => each.property.startsWith(property)));
  return html`${known.map((each) => html`${line('−', 'del', each.property, each.from)}${line('+', 'ins', each.property, each.to)}`)}${hidden
      .map((property) => html`  ${property} (the values are not shown)\n`)}`;
}

function line(sign, kind, property, value) {
  if (value === null || value === undefined) {
    return nothing;
  }
  const text = `${sign} ${property}: ${typeof value === 'string' ? value : JSON.stringify(value)}`;
  return kind === 'del' ? html`<del>${text}</del>\n` : html`<ins>${text}</ins>\n`;
}
