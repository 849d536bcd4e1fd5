package io.framegate.lifecycle;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

import io.framegate.channel.FrameAdapter;
import io.framegate.channel.FrameChannel;
import io.framegate.channel.FrameDispatcher;
import io.framegate.channel.RouteChannels;
import io.framegate.closure.ClosureLog;
import io.framegate.closure.Side;
import io.framegate.connection.ConnectionContext;
import io.framegate.connection.ConnectionRegistry;
import io.framegate.connection.FirstFailures;
import io.framegate.framing.BeanFraming;
import io.framegate.framing.Framing;
import io.framegate.framing.FramingDeclaration;
import io.framegate.framing.Framings;
import io.framegate.inbound.Listener;
import io.framegate.link.LinkPool;
import io.framegate.link.UnsolicitedFrames;
import io.framegate.metrics.RouteMetrics;
import io.framegate.relay.ExchangeRelay;
import io.framegate.relay.LocalRelay;
import io.framegate.relay.Relay;
import io.framegate.relay.SessionRelay;
import io.framegate.relay.UnsolicitedChannel;
import io.framegate.route.Handler;
import io.framegate.route.Listen;
import io.framegate.route.Mode;
import io.framegate.route.Route;
import io.framegate.route.Upstream;
import io.framegate.tap.Taps;
import io.framegate.timeout.Timeouts;
import io.framegate.tls.ClientTls;
import io.framegate.tls.ServerTls;
import io.framegate.tls.TlsBundles;
import io.framegate.transport.EventLoops;
import io.framegate.transport.MemoryBudget;
import io.framegate.upstream.Connector;
import io.micrometer.core.instrument.MeterRegistry;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.BeanDefinitionBuilder;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.integration.channel.AbstractMessageChannel;
import org.springframework.integration.channel.DirectChannel;
import org.springframework.integration.ip.tcp.connection.AbstractConnectionFactory;
import org.springframework.integration.ip.tcp.inbound.TcpReceivingChannelAdapter;
import org.springframework.integration.ip.tcp.serializer.AbstractByteArraySerializer;
import org.springframework.messaging.MessageChannel;

/**
 * The beans of a route, each named after it. {@code framegate.<route>.request} and
 * {@code .reply} are the channels that every frame passes. If a user's own flow consumes
 * them, it sends its output to {@code .forward} and {@code .deliver}. {@code
 * .unsolicited} gets frames of servers that are no reply. {@code .inbound} and {@code
 * .upstream} are the adapters that feed the channels, {@code .listener} and {@code
 * .connector} the connection factories, and {@code framegate.<route>} is the
 * {@link RunningRoute}.
 */
final class RouteBeans {

	private static final String UNSOLICITED = ".unsolicited";

	private static final List<String> CHANNELS = List.of(".request", ".reply", ".forward", ".deliver", UNSOLICITED);

	private static final List<String> NAMES = List.of(".terms", ".connector", ".relay", ".listener", ".inbound",
			".upstream", "");

	private final Route route;

	private final String prefix;

	private final ConfigurableListableBeanFactory beans;

	/** New objects for the beans of these names, not registered yet. */
	private final Map<String, Object> made = new HashMap<>();

	RouteBeans(Route route, ConfigurableListableBeanFactory beans) {
		this.route = route;
		this.prefix = "framegate." + route.name();
		this.beans = beans;
	}

	/**
	 * Registers the beans, so that a user's own beans can refer to them before any is
	 * made.
	 * @param registry takes the beans
	 */
	void register(BeanDefinitionRegistry registry) {
		registerChannels(registry);
		define(registry, ".terms", RouteContinuity.class, this::continuity);
		define(registry, ".connector", Connector.class, this::connector);
		define(registry, ".relay", Relay.class, this::relay);
		define(registry, ".listener", Listener.class, this::listener);
		define(registry, ".inbound", TcpReceivingChannelAdapter.class, () -> adapter(".listener", ".request"));
		define(registry, ".upstream", TcpReceivingChannelAdapter.class, () -> adapter(".connector", ".reply"));
		define(registry, "", RunningRoute.class, this::running);
	}

	/** Only if requests have replies can a frame be none. */
	private boolean isOn(String channel) {
		return !channel.equals(UNSOLICITED) || this.route.mode() == Mode.REQUEST_REPLY;
	}

	private void registerChannels(BeanDefinitionRegistry registry) {
		for (String name : CHANNELS) {
			if (isOn(name) && !registry.containsBeanDefinition(this.prefix + name)) {
				define(registry, name, DirectChannel.class, FrameChannel::new);
			}
		}
	}

	private <T> void define(BeanDefinitionRegistry registry, String name, Class<T> type, Supplier<T> maker) {
		registry.registerBeanDefinition(this.prefix + name,
				BeanDefinitionBuilder.genericBeanDefinition(type, maker).getBeanDefinition());
	}

	/**
	 * Makes the route while the beans are still those of the route that it replaces.
	 * @param registry takes channels that do not exist yet
	 * @param goesOn what that route hands on, {@code null} if there is none
	 * @return the route
	 */
	RunningRoute make(BeanDefinitionRegistry registry, @Nullable RouteContinuity goesOn) {
		registerChannels(registry);
		make(".terms", () -> (goesOn != null) ? goesOn : continuity());
		make(".connector", this::connector);
		make(".relay", this::relay);
		make(".listener", this::listener);
		make(".inbound", () -> adapter(".listener", ".request"));
		make(".upstream", () -> adapter(".connector", ".reply"));
		make("", this::running);
		return bean("", RunningRoute.class);
	}

	private void make(String name, Supplier<Object> maker) {
		this.made.put(name, this.beans.initializeBean(maker.get(), this.prefix + name));
	}

	/**
	 * Registers the new objects under the beans' names.
	 * @param registry takes the beans
	 */
	void publish(BeanDefinitionRegistry registry) {
		NAMES.reversed().forEach((name) -> remove(registry, name));
		NAMES.forEach((name) -> this.beans.registerSingleton(this.prefix + name,
				Objects.requireNonNull(this.made.remove(name))));
	}

	/**
	 * Finds the user's own beans that the route needs.
	 * @throws RuntimeException if one is missing or has the wrong type
	 */
	void check() {
		var listen = this.route.listen();
		framing(listen.framing(), listen.lengthIncludesHeader(), listen.maxFrameBytes());
		var upstream = this.route.upstream();
		framing(upstream.framing(), upstream.lengthIncludesHeader(), upstream.maxFrameBytes());
		clientTls();
		serverTls();
		if (this.route.mode() != Mode.SESSION && upstream.targets().isEmpty()
				&& !this.beans.containsBean(this.prefix + ".request")) {
			throw RouteChannels.nobodyAnswers(this.prefix);
		}
	}

	/**
	 * Destroys the beans and removes their names. A channel stays if a user's own beans
	 * use it, because they would not find a new one.
	 * @param registry has the beans
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
		else if (this.beans instanceof DefaultListableBeanFactory known) {
			known.destroySingleton(this.prefix + name);
		}
	}

	private boolean isOthers(String channel) {
		return this.beans.getSingleton(this.prefix + channel) instanceof DirectChannel known
				&& (known.getSubscriberCount() > 0 || this.beans.getDependentBeans(this.prefix + channel).length > 0);
	}

	private <T> T bean(String name, Class<T> type) {
		Object own = this.made.get(name);
		return (own != null) ? type.cast(own) : this.beans.getBean(this.prefix + name, type);
	}

	private RouteContinuity continuity() {
		ConnectionRegistry connections = this.beans.getBean(ConnectionRegistry.class);
		Timeouts timeouts = new Timeouts(this.route.timeouts(), this.route.timeoutDefaults());
		RouteMetrics metrics = new RouteMetrics(this.route.name(), timeouts, this.beans.getBean(MeterRegistry.class));
		connections.showStates(metrics, this.route.name());
		return new RouteContinuity(timeouts, metrics,
				new RouteChannels(this.prefix, new FrameDispatcher(connections, metrics), this.beans));
	}

	private ConnectionContext context(Side side, String framing, boolean lengthIncludesHeader, int maxFrameBytes) {
		RouteContinuity shared = bean(".terms", RouteContinuity.class);
		Framing cut = framing(framing, lengthIncludesHeader, maxFrameBytes);
		return new ConnectionContext(this.route.name(), side, cut, maxFrameBytes, shared.timeouts(),
				this.route.handler() == Handler.BLOCKING, this.route.mode() != Mode.SESSION, shared.metrics(),
				this.beans.getBean(ClosureLog.class), new FirstFailures(this.route.name(), side, framing),
				this.beans.getBean(Taps.class).point(this.route.name(), cut));
	}

	private Framing framing(String name, boolean lengthIncludesHeader, int maxFrameBytes) {
		if (name.startsWith(Framings.BEAN)) {
			String bean = name.substring(Framings.BEAN.length());
			return BeanFraming.of(bean, this.beans.getBean(bean));
		}
		FramingDeclaration declared = this.route.framings().get(name);
		Framing framing = (declared != null) ? Framings.of(name, declared) : Framings.named(name, lengthIncludesHeader);
		if (framing instanceof AbstractByteArraySerializer serializer) {
			serializer.setMaxMessageSize(maxFrameBytes);
		}
		return framing;
	}

	private Connector connector() {
		var upstream = this.route.upstream();
		ConnectionContext context = context(Side.UPSTREAM, upstream.framing(), upstream.lengthIncludesHeader(),
				upstream.maxFrameBytes());
		return new Connector(this.route, context, this.beans.getBean(EventLoops.class),
				this.beans.getBean(ConnectionRegistry.class), clientTls(),
				bean(".terms", RouteContinuity.class).switches());
	}

	private @Nullable ClientTls clientTls() {
		Upstream.Tls tls = this.route.upstream().tls();
		return (tls != null) ? this.beans.getBean(TlsBundles.class).client(tls) : null;
	}

	private @Nullable ServerTls serverTls() {
		Listen.Tls tls = this.route.listen().tls();
		return (tls != null) ? this.beans.getBean(TlsBundles.class).server(tls) : null;
	}

	private Relay relay() {
		Connector connector = bean(".connector", Connector.class);
		if (this.route.mode() == Mode.SESSION) {
			return new SessionRelay(connector);
		}
		if (this.route.upstream().targets().isEmpty()) {
			return new LocalRelay(this.route.mode() == Mode.ONE_WAY);
		}
		return new ExchangeRelay(this.route, connector,
				new LinkPool(this.route, connector, this.beans.getBean(EventLoops.class), unsolicited(connector)),
				this.beans.getBean(MemoryBudget.class));
	}

	private UnsolicitedFrames unsolicited(Connector connector) {
		if (!isOn(UNSOLICITED)) {
			return UnsolicitedFrames.IGNORED;
		}
		return new UnsolicitedChannel(bean(UNSOLICITED, AbstractMessageChannel.class), connector.context().metrics());
	}

	private Listener listener() {
		var listen = this.route.listen();
		ConnectionContext context = context(Side.INBOUND, listen.framing(), listen.lengthIncludesHeader(),
				listen.maxFrameBytes());
		return new Listener(context, listen, this.beans.getBean(EventLoops.class),
				this.beans.getBean(ConnectionRegistry.class), bean(".terms", RouteContinuity.class).admission(),
				bean(".relay", Relay.class)::handler, serverTls());
	}

	private FrameAdapter adapter(String factory, String channel) {
		FrameAdapter adapter = new FrameAdapter(bean(channel, MessageChannel.class));
		adapter.setConnectionFactory(bean(factory, AbstractConnectionFactory.class));
		return adapter;
	}

	private RunningRoute running() {
		// Upstream first: it must be ready when the first connection is accepted.
		return new RunningRoute(this.route, bean(".terms", RouteContinuity.class),
				this.beans.getBean(ConnectionRegistry.class), bean(".listener", Listener.class),
				bean(".connector", Connector.class), bean(".relay", Relay.class),
				List.of(bean(".upstream", FrameAdapter.class), bean(".inbound", FrameAdapter.class)),
				this.beans.getBean(EventLoops.class).next());
	}

}
