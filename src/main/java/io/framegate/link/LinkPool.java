package io.framegate.link;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import io.framegate.closure.Cause;
import io.framegate.connection.ConnectionContext;
import io.framegate.exchange.CorrelationKey;
import io.framegate.exchange.Correlator;
import io.framegate.exchange.Exchange;
import io.framegate.exchange.GeneratedKeys;
import io.framegate.route.Correlation;
import io.framegate.route.Mode;
import io.framegate.route.Route;
import io.framegate.route.Upstream;
import io.framegate.timeout.Timeout;
import io.framegate.transport.EventLoops;
import io.framegate.upstream.Connector;
import org.jspecify.annotations.Nullable;

/**
 * The upstream connections that a route's clients share, spread over the event loops.
 * Exclusive links are opened on demand; the others are permanent. Any thread may call.
 */
public final class LinkPool {

	private static final int EXCLUSIVE = 16;

	private final LinkSettings settings;

	private final GeneratedKeys generatedKeys;

	private final List<ExchangeDispatcher> dispatchers = new ArrayList<>();

	/**
	 * No link is open yet.
	 * @param route the route
	 * @param connector opens the connections
	 * @param loops where they live
	 * @param unsolicited takes frames that servers send without a request
	 */
	public LinkPool(Route route, Connector connector, EventLoops loops, UnsolicitedFrames unsolicited) {
		Upstream upstream = route.upstream();
		Correlation correlation = upstream.correlation();
		Correlator correlator = (correlation != null) ? new Correlator(correlation) : null;
		ConnectionContext context = connector.context();
		int searchedBytes = (correlator != null) ? correlator.searchedBytes(context.maxFrameSize()) : 0;
		this.settings = new LinkSettings(route.mode() == Mode.ONE_WAY, upstream.sharing(), upstream.pool(),
				upstream.heartbeat(), correlator, searchedBytes, context.timeouts(), context.metrics(), unsolicited);
		this.generatedKeys = new GeneratedKeys((correlation != null) ? correlation.keyRange() : null,
				() -> context.timeouts().nanos(Timeout.REPLY));
		int loopCount = loops.all().size();
		int most = Objects.requireNonNullElse(upstream.pool().maxConnections(),
				this.settings.isPermanent() ? loopCount : EXCLUSIVE);
		int count = Math.min(loopCount, most);
		for (int i = 0; i < count; i++) {
			this.dispatchers.add(new ExchangeDispatcher(loops.all().get(i), connector, this.settings,
					quota(most, count, i), this::newLink, this::shareWork));
		}
		connector.whenTargetIsBack((target) -> this.dispatchers.forEach((dispatcher) -> dispatcher.loop()
			.execute(() -> dispatcher.retarget((links) -> links.cameBack(target)))));
		connector.whenTargetIsDisabled((target, cause) -> this.dispatchers.forEach((dispatcher) -> dispatcher.loop()
			.execute(() -> dispatcher.retarget((links) -> links.disabled(target, cause)))));
	}

	/**
	 * How many links one of the dispatchers may have.
	 * @param most how many there may be in all
	 * @param count how many dispatchers share them, at most as many
	 * @param index which one
	 * @return its even share; the first ones have what is left over
	 */
	static int quota(int most, int count, int index) {
		return most / count + ((index < most % count) ? 1 : 0);
	}

	public void start() {
		this.dispatchers.forEach((dispatcher) -> dispatcher.loop().execute(dispatcher::start));
	}

	/**
	 * Closes every link once no exchange is in flight on it, within the drain timer.
	 * @param cause why
	 * @param since when the drain began, a {@link System#nanoTime()} stamp
	 */
	public void stop(Cause cause, long since) {
		this.dispatchers.forEach((dispatcher) -> dispatcher.loop().execute(() -> dispatcher.stop(cause, since)));
	}

	/**
	 * How many exchanges are queued, about now.
	 * @return a number of exchanges
	 */
	public int waiting() {
		return this.dispatchers.stream().mapToInt(ExchangeDispatcher::waiting).sum();
	}

	/**
	 * Why a request cannot be an exchange.
	 * @param exchange the exchange
	 * @return the reason, or {@code null}
	 */
	public @Nullable String refusal(Exchange exchange) {
		if (!this.settings.checksKeys() || this.settings.oneWay()) {
			return null;
		}
		Correlator keys = this.settings.keys();
		CorrelationKey key = keys.inRequest(exchange.request());
		if (key == null || (keys.rewrites() && key.part().isEmpty())) {
			return "no correlation key in the request";
		}
		if (keys.rewrites() && !this.generatedKeys.fits(key.part().length(), keys.isOfDigits(key))) {
			return "the request's correlation key is too short for correlation.key-range";
		}
		exchange.key(key);
		return null;
	}

	/**
	 * Sends an exchange. The loop of its requester calls.
	 * @param exchange the exchange
	 */
	public void submit(Exchange exchange) {
		ExchangeDispatcher dispatcher = this.dispatchers
			.get(exchange.origin().loop().index() % this.dispatchers.size());
		// With permanent links a client keeps to its dispatcher: its requests stay in
		// order.
		if (!this.settings.isPermanent() && !dispatcher.hasRoom()) {
			for (ExchangeDispatcher other : this.dispatchers) {
				if (other.hasRoom()) {
					dispatcher = other;
					break;
				}
			}
		}
		if (dispatcher.loop().inLoop()) {
			dispatcher.submit(exchange);
		}
		else {
			ExchangeDispatcher taker = dispatcher;
			taker.loop().later(() -> taker.submit(exchange));
		}
	}

	/**
	 * Lets a crowded dispatcher give an exchange to one that has room.
	 * @param idle the one that has room
	 */
	private void shareWork(ExchangeDispatcher idle) {
		for (ExchangeDispatcher other : this.dispatchers) {
			if (other != idle && other.isCrowded()) {
				other.loop().later(() -> other.giveOne(idle));
			}
		}
	}

	private Link newLink(LinkOwner<Link> owner) {
		return newLink(owner, this.settings, this.generatedKeys);
	}

	/**
	 * Makes a link of the kind that the settings ask for.
	 * @param owner its owner
	 * @param settings what the route's links have in common
	 * @param generatedKeys for links that replace keys
	 * @return the link, not yet connected
	 */
	static Link newLink(LinkOwner<Link> owner, LinkSettings settings, GeneratedKeys generatedKeys) {
		if (settings.oneWay()) {
			return new OneWayLink(owner, settings);
		}
		return switch (settings.sharing()) {
			case EXCLUSIVE -> new ExclusiveLink(owner, settings);
			case ORDERED -> new OrderedLink(owner, settings);
			case CORRELATED -> new CorrelatedLink(owner, settings, generatedKeys);
		};
	}

}
