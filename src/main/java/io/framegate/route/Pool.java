package io.framegate.route;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The upstream connections that clients of a request-reply route share.
 *
 * @param maxConnections how many there may be, 1 to 65535. Not set: 16 if sharing is
 * exclusive, else one for each event loop
 * @param maxWait how long a request may wait for a place
 * @param maxIdle how long an unused connection is kept; 0 for as long as it lasts
 * @param maxAge how long a connection is used; 0 for as long as it lasts
 * @param rest how long an exclusive connection rests after a reply before it carries the
 * next request, so that a duplicate reply is noticed and not taken for the next one's;
 * with a correlation key, only before one with a key that was just answered
 */
public record Pool(@Range(min = 1, max = 65535) @Nullable Integer maxConnections, @DefaultValue("5s") Duration maxWait,
		@DefaultValue("1m") Duration maxIdle, @DefaultValue("0s") Duration maxAge, @DefaultValue("1ms") Duration rest) {

}
