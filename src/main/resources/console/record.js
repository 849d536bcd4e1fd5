// What is kept of a connection that has ended.

import {html, nothing} from './lib/lit-html.js';
import {bytes, count, duration, many, time} from './format.js';
import {meaning} from './reasons.js';

/** How it ended, as a list of facts. */
export function closureFacts(it) {
  return html`<dl class="facts">
    <div class="wide"><dt>Ended by</dt><dd>${it.endedBy}: ${it.reason}${it.detail ? `, ${it.detail}` : ''}</dd></div>
    <div class="wide"><dt>That means</dt><dd>${meaning(it.reason)}</dd></div>
    <div><dt>From, to</dt><dd>${time(it.openedAt)}, ${time(it.closedAt)}</dd></div>
    <div><dt>Lasted</dt><dd>${duration(Date.parse(it.closedAt) - Date.parse(it.openedAt))}</dd></div>
    <div><dt>From the peer</dt><dd>${many(it.framesIn, 'frame')}, ${bytes(it.bytesIn)}</dd></div>
    <div><dt>To the peer</dt><dd>${many(it.framesOut, 'frame')}, ${bytes(it.bytesOut)}</dd></div>
    <div><dt>Not delivered</dt><dd class=${it.undelivered.frames > 0 ? 'bad' : ''}>${many(it.undelivered.frames, 'frame')}, ${bytes(it.undelivered.bytes)}</dd></div>
    ${it.partialFrameBytes > 0 ? html`<div><dt>Of an incomplete frame</dt><dd>${bytes(it.partialFrameBytes)}</dd></div>` : nothing}
    ${it.count > 1 ? html`<div><dt>Connections that ended so</dt><dd>${count(it.count)}</dd></div>` : nothing}
  </dl>`;
}
