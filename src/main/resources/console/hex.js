// Bytes as people read them: an offset, hex digits, and text beside them.

const ROW = 16;

/** Writes bytes, given in base64, as lines. What is no printable ASCII is a dot. */
export function hexLines(base64) {
  const bytes = Array.from(atob(base64), (each) => each.charCodeAt(0));
  const lines = [];
  for (let at = 0; at < bytes.length; at += ROW) {
    const row = bytes.slice(at, at + ROW);
    lines.push(`${digits(at, 4)}  ${row.map((each) => digits(each, 2)).join(' ').padEnd(ROW * 3)} ${row.map(character).join('')}`);
  }
  return lines.join('\n') || '(empty)';
}

function digits(number, width) {
  return number.toString(16).padStart(width, '0');
}

function character(code) {
  return code >= 0x20 && code < 0x7f ? String.fromCharCode(code) : '·';
}
