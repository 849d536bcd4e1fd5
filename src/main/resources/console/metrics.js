// Reads the few metrics that the page shows, in the text that Prometheus gets.

import {path, readText} from './api.js';

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/;
const TAG = /([a-zA-Z_]\w*)="((?:\\.|[^"\\])*)"/g;

/** Reads metrics by name, as [{name, tags, value}]. */
export async function metrics(names) {
  const samples = [];
  for (const line of (await readText(path('prometheus', {includedNames: names.join(',')}))).split('\n')) {
    const found = LINE.exec(line);
    if (found) {
      samples.push({name: found[1], tags: tags(found[2] ?? ''), value: Number(found[3])});
    }
  }
  return samples;
}

function tags(text) {
  return Object.fromEntries(Array.from(text.matchAll(TAG),
      ([, name, value]) => [name, value.replace(/\\(.)/g, (all, each) => (each === 'n' ? '\n' : each))]));
}

/** The value of the first sample of a name, or null. */
export function value(samples, name) {
  return samples.find((sample) => sample.name === name)?.value ?? null;
}

/**
 * Estimates a quantile of what was counted between two readings of a histogram's buckets.
 * @param now counts by upper bound, in seconds
 * @param before the same earlier, or undefined for all since the start
 * @param share 0.5 for the median
 * @returns seconds, or null if nothing was counted
 */
export function quantile(now, before, share) {
  const bounds = [...now.keys()].sort((one, other) => one - other);
  const counted = (bound) => now.get(bound) - (before?.get(bound) ?? 0);
  const all = bounds.length > 0 ? counted(bounds.at(-1)) : 0;
  if (!(all > 0)) {
    return null;
  }
  let below = 0;
  let from = 0;
  for (const bound of bounds) {
    const upTo = counted(bound);
    if (upTo >= share * all) {
      return bound === Infinity ? from : from + (bound - from) * ((share * all - below) / Math.max(1, upTo - below));
    }
    below = upTo;
    from = bound;
  }
  return null;
}
