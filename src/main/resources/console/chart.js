// Closures over time as stacked bars, drawn by hand.

import {html, svg} from './lib/lit-html.js';
import {count, duration, time} from './format.js';

const WIDTH = 1000;
const HEIGHT = 160;
const BARS = 60;
const COLOURS = 8;

/**
 * Draws the chart and its legend.
 * @param records closures
 * @param chosen the reason that is filtered by, or ''
 * @param choose called with a reason that was clicked
 */
export function chart(records, chosen, choose) {
  const from = Math.min(...records.map((each) => Date.parse(each.closedAt)));
  const to = Math.max(from + 1000, Date.now());
  const reasons = ranked(records);
  const bars = stacked(records, reasons, from, to);
  const top = Math.max(...bars.map((bar) => bar.reduce((sum, each) => sum + each, 0)));
  const width = WIDTH / BARS;
  return html`<figure class="chart">
    ${svg`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img"
        aria-label="Connections ended over the last ${duration(to - from)}, by reason; the legend and the list say the same">
      ${bars.map((bar, index) => {
        let y = HEIGHT;
        return bar.map((value, place) => {
          const height = (value / top) * HEIGHT;
          y -= height;
          return value === 0 ? '' : svg`<rect class="series${colour(place)}" x=${index * width + 1} y=${y} width=${width - 2} height=${height}></rect>`;
        });
      })}</svg>`}
    <figcaption>${time(from)} to ${time(to)}; the highest bar has ${count(top)} in ${duration((to - from) / BARS)}</figcaption>
    <ul class="legend" aria-label="Reasons">
      ${reasons.map(([reason, number], place) => html`<li><button type="button" aria-pressed=${chosen === reason ? 'true' : 'false'} @click=${() => choose(reason)}>
        <svg class="key" viewBox="0 0 10 10" aria-hidden="true"><rect class="series${colour(place)}" width="10" height="10"></rect></svg>
        ${reason} ${count(number)}</button></li>`)}
    </ul>
  </figure>`;
}

function colour(place) {
  return Math.min(place, COLOURS - 1);
}

/** The reasons with how many ended so, the most frequent first. */
function ranked(records) {
  const counts = new Map();
  for (const each of records) {
    counts.set(each.reason, (counts.get(each.reason) ?? 0) + (each.count ?? 1));
  }
  return [...counts].sort((one, other) => other[1] - one[1] || one[0].localeCompare(other[0]));
}

function stacked(records, reasons, from, to) {
  const places = new Map(reasons.map(([reason], place) => [reason, place]));
  const bars = Array.from({length: BARS}, () => Array(reasons.length).fill(0));
  for (const each of records) {
    const bar = Math.min(BARS - 1, Math.floor(((Date.parse(each.closedAt) - from) / (to - from)) * BARS));
    bars[bar][places.get(each.reason)] += each.count ?? 1;
  }
  return bars;
}
