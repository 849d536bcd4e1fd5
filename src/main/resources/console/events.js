// Reads server-sent events from an answer. The browser's own EventSource can't send credentials.

/** The events of an answer as {name, data}, where data is JSON. */
export async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const blocks = (rest + part.value).split(/\r?\n\r?\n/);
    rest = blocks.pop();
    for (const block of blocks) {
      const event = parse(block);
      if (event) {
        yield event;
      }
    }
  }
}

function parse(block) {
  const lines = block.split(/\r?\n/).map((line) => /^(event|data): ?(.*)$/.exec(line)).filter(Boolean);
  const data = lines.filter(([, field]) => field === 'data').map(([, , value]) => value).join('\n');
  return data ? {name: lines.find(([, field]) => field === 'event')?.[2] ?? 'message', data: JSON.parse(data)} : null;
}
