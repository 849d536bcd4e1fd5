// Why connections end, in a sentence each, with the setting that governs it.

/** reason: [what it means, the setting or the place to look at]. */
export const REASONS = {
  'inbound-eof': ['The client ended the connection: the normal end.', null],
  'upstream-eof': ['The server ended the connection: the normal end.', null],
  'inbound-reset': ['The client, or something between, reset the connection.', null],
  'upstream-reset': ['The server, or something between, reset the connection.', null],
  'upstream-refused': ['No target accepted a connection.', 'upstream.targets'],
  'upstream-unreachable': ['There is no route to a target, or its name is unknown.', 'upstream.targets'],
  'connect-timeout': ['A target did not accept in time.', 'timeouts.connect'],
  'tls-handshake-timeout': ['TLS or a PROXY header was not done in time.', 'timeouts.tls-handshake'],
  'tls-failed': ['TLS could not be agreed on; the detail says whose fault it was.', 'listen.tls, upstream.tls'],
  'first-frame-timeout': ['The client sent no whole frame in time after it had connected.', 'timeouts.first-frame'],
  'frame-timeout': ['A frame began, but its end did not come in time.', 'timeouts.frame'],
  'idle-timeout': ['Nothing was sent either way for too long.', 'timeouts.idle'],
  'reply-timeout': ['The server did not reply in time.', 'timeouts.reply'],
  'write-timeout': ['The peer took no bytes for too long.', 'timeouts.write'],
  'drain-timeout': ['The connection was being closed, and the peer did not end its side in time.', 'timeouts.drain'],
  'max-age': ['The connection had reached its greatest age.', 'timeouts.max-age'],
  'frame-too-long': ['A frame was longer than allowed.', 'listen.max-frame-size, upstream.max-frame-size'],
  'bad-frame': ['The peer sent bytes that the framing does not allow.', 'listen.framing, upstream.framing'],
  'truncated-frame': ['The peer ended the connection inside a frame.', 'listen.framing, upstream.framing'],
  'frame-not-encodable': ['The other side’s framing cannot carry a frame.', 'upstream.framing'],
  'late-reply': ['A reply came that nobody waited for, so the connection could not be trusted any more.', 'timeouts.reply, upstream.sharing'],
  'limit-connections': ['The route had as many clients as allowed.', 'listen.max-connections'],
  'limit-per-ip': ['The client’s address had as many connections as allowed.', 'listen.max-connections-per-ip'],
  'limit-rate': ['Clients came faster than allowed.', 'listen.max-accepts-per-second'],
  'denied': ['The client’s address or certificate is not allowed.', 'listen.allow, listen.deny, listen.tls.allow-subjects'],
  'proxy-header-bad': ['The PROXY protocol header was wrong, missing, or from an address that is not trusted.', 'listen.proxy-protocol, listen.proxy-trusted'],
  'overload': ['The gateway had no memory, descriptor or upstream connection left for it.', 'framegate.memory.limit, upstream.pool'],
  'operator-close': ['An operator closed it without loss.', null],
  'operator-abort': ['An operator reset it.', null],
  'route-drain': ['Its route was drained, replaced or removed.', null],
  'retired': ['The gateway no longer needed this upstream connection.', 'upstream.pool'],
  'shutdown': ['The gateway stopped.', 'framegate.shutdown.quiet-period'],
  'internal-error': ['A fault in the gateway, or in code of your own on its channels. The log says more.', null],
  'store-full': ['The store of the route was full.', 'upstream.store'],
};

/** What a reason means. */
export function meaning(reason) {
  const [text, setting] = REASONS[reason] ?? ['', null];
  return setting ? `${text} Setting: ${setting}.` : text;
}
