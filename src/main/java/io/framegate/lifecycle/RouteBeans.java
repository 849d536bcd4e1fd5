package io.framegate.lifecycle;

import java.util.List;

import io.framegate.connection.Closures;
import io.framegate.connection.Connections;
import io.framegate.connection.Loops;
import io.framegate.connection.RouteMeters;
import io.framegate.connection.Side;
import io.framegate.connection.Terms;
import io.framegate.framing.BeanFraming;
import io.framegate.framing.Framing;
import io.framegate.framing.Framings;
import io.framegate.inbound.Listener;
import io.framegate.relay.ExchangeRelay;
import io.framegate.relay.LocalRelay;
import io.framegate.relay.Relay;
import io.framegate.relay.SessionRelay;
import io.framegate.route.Handler;
import io.framegate.route.Mode;
import io.framegate.route.Route;
import io.framegate.timeout.Timeouts;
import io.framegate.upstream.Connector;
import io.framegate.upstream.Links;
import io.framegate.upstream.UnsolicitedFrames;
import io.micrometer.core.instrument.MeterRegistry;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.BeanDefinitionBuilder;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.integration.channel.AbstractMessageChannel;
import org.springframework.integration.channel.DirectChannel;
import org.springframework.integration.ip.tcp.inbound.TcpReceivingChannelAdapter;
import org.springframework.integration.ip.tcp.connection.AbstractConnectionFactory;
import org.springframework.integration.ip.tcp.serializer.AbstractByteArraySerializer;
import org.springframework.messaging.MessageChannel;

/**
 * The beans of a route, each named after it: {@code framegate.<route>.request} and
 * {@code .reply}, the channels that every frame passes; {@code .forward} and
 * {@code .deliver}, where a user's own flow that consumes these sends what is to go on;
 * {@code .unsolicited}, where frames of servers go that are no reply; {@code .inbound}
 * and {@code .upstream}, the adapters that feed them; {@code .listener} and
 * {@code .connector}, the connection factories; and {@code framegate.<route>}, the
 * {@link RunningRoute}.
 */
final class RouteBeans {

	private static final String BEAN = "bean:";

	private static final String UNSOLICITED = ".unsolicited";

	private static final List<String> CHANNELS = List.of(".request", ".reply", ".forward", ".deliver", UNSOLICITED);

	private static final List<String> NAMES = List.of(".terms", ".connector", ".relay", ".listener", ".inbound",
			".upstream", "");

	private final Route route;

	private final String prefix;

	private final ConfigurableListableBeanFactory beans;

	RouteBeans(Route route, ConfigurableListableBeanFactory beans) {
		this.route = route;
		this.prefix = "framegate." + route.name();
		this.beans = beans;
	}

	/**
	 * Names the beans, so that a user's own beans can refer to them before any is made.
	 * @param registry where
	 */
	void register(BeanDefinitionRegistry registry) {
		for (String name : CHANNELS) {
			if (isOn(name) && !registry.containsBeanDefinition(this.prefix + name)) {
				define(registry, name, DirectChannel.class, FrameChannel::new);
			}
		}
		define(registry, ".terms", Shared.class, this::shared);
		define(registry, ".connector", Connector.class, this::connector);
		define(registry, ".relay", Relay.class, this::relay);
		define(registry, ".listener", Listener.class, this::listener);
		define(registry, ".inbound", TcpReceivingChannelAdapter.class, () -> adapter(".listener", ".request"));
		define(registry, ".upstream", TcpReceivingChannelAdapter.class, () -> adapter(".connector", ".reply"));
		define(registry, "", RunningRoute.class, this::running);
	}

	/** Only where requests have replies can a frame be none. */
	private boolean isOn(String channel) {
		return !channel.equals(UNSOLICITED) || this.route.mode() == Mode.REQUEST_REPLY;
	}

	private <T> void define(BeanDefinitionRegistry registry, String name, Class<T> type,
			java.util.function.Supplier<T> maker) {
		registry.registerBeanDefinition(this.prefix + name,
				BeanDefinitionBuilder.genericBeanDefinition(type, maker).getBeanDefinition());
	}

	/**
	 * Makes the beans.
	 * @return the route that they are
	 */
	RunningRoute make() {
		return bean("", RunningRoute.class);
	}

	/**
	 * Looks for the beans of a user's own that the route needs.
	 * @throws RuntimeException where one is not there, or not what it has to be
	 */
	void check() {
		var listen = this.route.listen();
		framing(listen.framing(), listen.lengthIncludesHeader(), listen.maxFrameBytes());
		var upstream = this.route.upstream();
		framing(upstream.framing(), upstream.lengthIncludesHeader(), upstream.maxFrameBytes());
		if (this.route.mode() != Mode.SESSION && upstream.targets().isEmpty()
				&& !this.beans.containsBean(this.prefix + ".request")) {
			throw RouteChannels.nobodyAnswers(this.prefix);
		}
	}

	/**
	 * Destroys the beans and forgets their names; the channels stay where a user's own
	 * beans are on them, for those would not find new ones.
	 * @param registry where
	 */
	void remove(BeanDefinitionRegistry registry) {
		NAMES.reversed().forEach((name) -> remove(registry, name));
		if (CHANNELS.stream().noneMatch(this::isOthers)) {
			CHANNELS.forEach((name) -> remove(registry, name));
		}
	}

	private void remove(BeanDefinitionRegistry registry, String name) {
		if (registry.containsBeanDefinition(this.prefix + name)) {
			registry.removeBeanDefinition(this.prefix + name);
		}
	}

	private boolean isOthers(String channel) {
		return this.beans.getSingleton(this.prefix + channel) instanceof DirectChannel known
				&& (known.getSubscriberCount() > 0 || this.beans.getDependentBeans(this.prefix + channel).length > 0);
	}

	private <T> T bean(String name, Class<T> type) {
		return this.beans.getBean(this.prefix + name, type);
	}

	private Shared shared() {
		Timeouts timeouts = new Timeouts(this.route.timeouts(), this.route.timeoutDefaults());
		RouteMeters meters = new RouteMeters(this.route.name(), timeouts, this.beans.getBean(MeterRegistry.class));
		meters.watchStates(this.beans.getBean(Connections.class));
		return new Shared(timeouts, meters);
	}

	private Terms terms(Side side, String framing, boolean lengthIncludesHeader, int maxFrameBytes) {
		Shared shared = bean(".terms", Shared.class);
		return new Terms(this.route.name(), side, framing(framing, lengthIncludesHeader, maxFrameBytes), maxFrameBytes,
				shared.timeouts(), this.route.handler() == Handler.BLOCKING, this.route.mode() != Mode.SESSION,
				shared.meters(), this.beans.getBean(Connections.class), this.beans.getBean(Closures.class));
	}

	private Framing framing(String name, boolean lengthIncludesHeader, int maxFrameBytes) {
		if (name.startsWith(BEAN)) {
			String bean = name.substring(BEAN.length());
			return BeanFraming.of(bean, this.beans.getBean(bean));
		}
		Framing framing = Framings.named(name, lengthIncludesHeader);
		if (framing instanceof AbstractByteArraySerializer serializer) {
			serializer.setMaxMessageSize(maxFrameBytes);
		}
		return framing;
	}

	private Connector connector() {
		var upstream = this.route.upstream();
		Terms terms = terms(Side.UPSTREAM, upstream.framing(), upstream.lengthIncludesHeader(),
				upstream.maxFrameBytes());
		return new Connector(this.route, terms, this.beans.getBean(Loops.class));
	}

	private Relay relay() {
		Connector connector = bean(".connector", Connector.class);
		if (this.route.mode() == Mode.SESSION) {
			return new SessionRelay(connector);
		}
		if (this.route.upstream().targets().isEmpty()) {
			return new LocalRelay(this.route.mode() == Mode.ONE_WAY, connector.terms().connections(),
					connector.terms().meters());
		}
		return new ExchangeRelay(this.route, connector,
				new Links(this.route, connector, this.beans.getBean(Loops.class), unsolicited(connector)));
	}

	private UnsolicitedFrames unsolicited(Connector connector) {
		if (!isOn(UNSOLICITED)) {
			return (from, frame) -> {
				// Nobody asked for anything.
			};
		}
		return new UnsolicitedChannel(bean(UNSOLICITED, AbstractMessageChannel.class), connector.terms().meters());
	}

	private Listener listener() {
		var listen = this.route.listen();
		Terms terms = terms(Side.INBOUND, listen.framing(), listen.lengthIncludesHeader(), listen.maxFrameBytes());
		return new Listener(terms, listen, this.beans.getBean(Loops.class), bean(".relay", Relay.class)::watcher);
	}

	private TcpReceivingChannelAdapter adapter(String factory, String channel) {
		FrameAdapter adapter = new FrameAdapter(bean(channel, MessageChannel.class));
		adapter.setConnectionFactory(bean(factory, AbstractConnectionFactory.class));
		return adapter;
	}

	private RunningRoute running() {
		Shared shared = bean(".terms", Shared.class);
		// Upstream first: it must be ready when the first connection is accepted.
		return new RunningRoute(this.route, shared.timeouts(), shared.meters(), this.beans.getBean(Connections.class),
				bean(".listener", Listener.class), bean(".connector", Connector.class), bean(".relay", Relay.class),
				new RouteChannels(this.prefix, this.beans), List.of(bean(".upstream", TcpReceivingChannelAdapter.class),
						bean(".inbound", TcpReceivingChannelAdapter.class)));
	}

	/**
	 * What both sides of a route share.
	 *
	 * @param timeouts its limits
	 * @param meters its counts
	 */
	record Shared(Timeouts timeouts, RouteMeters meters) {

	}

}
