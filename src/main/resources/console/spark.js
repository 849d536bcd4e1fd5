// A small line of the last values, drawn by hand.

import {svg} from './lib/lit-html.js';

const WIDTH = 160;
const HEIGHT = 32;

/** Draws values, the newest last. The text beside it says the newest, so it is hidden from screen readers. */
export function spark(values) {
  const top = Math.max(1, ...values);
  const step = WIDTH / Math.max(1, values.length - 1);
  const points = values.map((value, index) =>
    `${(index * step).toFixed(1)},${(HEIGHT - 1 - (value / top) * (HEIGHT - 2)).toFixed(1)}`).join(' ');
  return svg`<svg class="spark" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true">
    <polyline points=${points}></polyline></svg>`;
}
