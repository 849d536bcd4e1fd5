// How numbers and times are written.

const whole = new Intl.NumberFormat('en', {maximumFractionDigits: 0});
const tenths = new Intl.NumberFormat('en', {maximumFractionDigits: 1});
const clock = new Intl.DateTimeFormat('en-GB', {hour: '2-digit', minute: '2-digit', second: '2-digit'});

const UNITS = {ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000};

export function count(value) {
  return whole.format(value ?? 0);
}

/** A number of things: 1 frame, 2 frames. */
export function many(value, thing) {
  return `${count(value)} ${thing}${value === 1 ? '' : 's'}`;
}

/** A number that may be small, with one decimal below ten. */
export function rate(value) {
  return value === null || value === undefined ? '–' : (value < 10 ? tenths : whole).format(value);
}

export function bytes(value) {
  if (value === null || value === undefined || Number.isNaN(value)) {
    return '–';
  }
  let rest = value;
  for (const unit of ['B', 'KB', 'MB', 'GB']) {
    if (rest < 1024 || unit === 'GB') {
      return `${(rest < 10 && unit !== 'B' ? tenths : whole).format(rest)} ${unit}`;
    }
    rest /= 1024;
  }
}

/** Milliseconds as people say them: 3 s, 4 m 10 s, 2 d 3 h. */
export function duration(millis) {
  if (millis === null || millis === undefined || Number.isNaN(millis)) {
    return '–';
  }
  if (millis < 1000) {
    return `${Math.max(0, Math.round(millis))} ms`;
  }
  const seconds = Math.floor(millis / 1000);
  const parts = [[Math.floor(seconds / 86400), 'd'], [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'], [seconds % 60, 's']];
  const first = parts.findIndex(([value]) => value > 0);
  return parts.slice(first, first + 2).filter(([value]) => value > 0).map(([value, unit]) => `${value} ${unit}`).join(' ');
}

/** Seconds of a metric as milliseconds. */
export function seconds(value) {
  if (value === null || Number.isNaN(value)) {
    return '–';
  }
  return value < 1 ? `${(value * 1000 < 10 ? tenths : whole).format(value * 1000)} ms` : `${tenths.format(value)} s`;
}

export function time(instant) {
  return instant ? clock.format(new Date(instant)) : '–';
}

/** How long ago something was, by this machine's clock. */
export function since(instant) {
  return instant ? Math.max(0, Date.now() - Date.parse(instant)) : null;
}

/** A limit as Spring writes it, such as 30s or 500ms, in milliseconds; null if it is none. */
export function millis(text) {
  const found = /^(\d+)(ms|s|m|h|d)$/.exec(text ?? '');
  return found ? Number(found[1]) * UNITS[found[2]] : (text === '0' ? 0 : null);
}
