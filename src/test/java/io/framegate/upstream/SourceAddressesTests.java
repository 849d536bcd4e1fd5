package io.framegate.upstream;

import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import io.framegate.connection.TestConnections;
import io.framegate.route.PortRange;
import io.framegate.testkit.TestPorts;
import io.framegate.testkit.TestUpstream;
import io.framegate.transport.TestClock;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.embedded.EmbeddedChannel;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Where connections come from, and what is said where nothing can be had.
 */
class SourceAddressesTests {

	private static final int COUNT = 6;

	@AutoClose
	private static TestConnections connections;

	private final TestUpstream server = TestUpstream.silent();

	private final InetSocketAddress remote = new InetSocketAddress("127.0.0.1", this.server.port());

	private final List<Channel> channels = new ArrayList<>();

	@BeforeAll
	static void start() {
		connections = new TestConnections();
	}

	@AfterEach
	void close() {
		this.channels.forEach((channel) -> channel.close().syncUninterruptibly());
		this.server.close();
	}

	/** With RST, so that a port is free as soon as its connection is closed. */
	private ChannelFuture socket() {
		ChannelFuture registered = new Bootstrap().group(connections.loop().eventLoop())
			.channel(connections.loops().channel())
			.option(ChannelOption.SO_REUSEADDR, true)
			.option(ChannelOption.SO_LINGER, 0)
			.handler(new ChannelHandlerAdapter() {
			})
			.register();
		this.channels.add(registered.channel());
		return registered;
	}

	private SourceAddresses.Attempt connect(SourceAddresses sources) {
		CompletableFuture<SourceAddresses.Attempt> done = new CompletableFuture<>();
		connections.inLoop(() -> sources.connect(connections.loop(), this::socket, this.remote, done::complete));
		SourceAddresses.Attempt attempt = done.join();
		attempt.future().awaitUninterruptibly();
		return attempt;
	}

	private static int port(SourceAddresses.Attempt attempt) {
		assertThat(attempt.future().cause()).isNull();
		return ((InetSocketAddress) attempt.future().channel().localAddress()).getPort();
	}

	@Test
	void kernelChoosesWhereNothingIsAsked() {
		SourceAddresses.Attempt attempt = connect(new SourceAddresses(TestUpstreamSide.of(Map.of()), new TestClock()));
		assertThat(attempt.local()).isNull();
		assertThat(attempt.text()).isEmpty();
		assertThat(port(attempt)).isPositive();
	}

	@Test
	void addressAloneLeavesThePortToTheKernel() {
		SourceAddresses.Attempt attempt = connect(
				new SourceAddresses(TestUpstreamSide.of(Map.of("source-address", "127.0.0.3")), new TestClock()));
		assertThat(port(attempt)).isPositive();
		assertThat(((InetSocketAddress) attempt.future().channel().localAddress()).getAddress())
			.isEqualTo(InetAddress.ofLiteral("127.0.0.3"));
	}

	@Test
	void eachPortOfARangeIsUsedOnceUntilItsConnectionIsClosed() {
		int first = TestPorts.free(COUNT);
		String range = first + "-" + (first + COUNT - 1);
		SourceAddresses sources = new SourceAddresses(
				TestUpstreamSide.of(Map.of("source-address", "127.0.0.1", "source-port", range)), new TestClock());
		List<SourceAddresses.Attempt> attempts = new ArrayList<>();
		for (int i = 0; i < COUNT; i++) {
			attempts.add(connect(sources));
		}
		assertThat(attempts).extracting(SourceAddressesTests::port)
			.containsExactlyInAnyOrder(first, first + 1, first + 2, first + 3, first + 4, first + 5);
		SourceAddresses.Attempt none = connect(sources);
		assertThat(none.isLocalFault()).isTrue();
		assertThat(none.text())
			.isEqualTo(" from source address 127.0.0.1 port " + range + ": none is free, the last one");
		SourceAddresses.Attempt last = attempts.stream()
			.filter((attempt) -> port(attempt) == first + COUNT - 1)
			.findFirst()
			.orElseThrow();
		last.future().channel().close().syncUninterruptibly();
		assertThat(port(connect(sources))).isEqualTo(first + COUNT - 1);
	}

	/**
	 * Ports that others use are found out and passed over, more than are tried at once.
	 */
	@Test
	void portsThatOthersUseArePassedOver() {
		int first = TestPorts.free(COUNT);
		String range = first + "-" + (first + COUNT - 1);
		Map<String, String> properties = Map.of("source-address", "127.0.0.1", "source-port", range);
		SourceAddresses others = new SourceAddresses(TestUpstreamSide.of(properties), new TestClock());
		for (int i = 0; i < COUNT - 1; i++) {
			port(connect(others));
		}
		SourceAddresses sources = new SourceAddresses(TestUpstreamSide.of(properties), new TestClock());
		assertThat(port(connect(sources))).isBetween(first, first + COUNT - 1);
		SourceAddresses.Attempt none = connect(sources);
		assertThat(none.isLocalFault()).isTrue();
		assertThat(none.range()).isEqualTo(PortRange.of(range));
	}

	/**
	 * Where from, the range that was tried, what the kernel says; and what people read.
	 */
	@ParameterizedTest
	@CsvSource(delimiter = '|', value = { "           |             | Connection refused             |       | ''",
			"127.0.0.1:0   |             | Connection refused             | false | ' from source address 127.0.0.1'",
			"127.0.0.1:0   |             | Cannot assign requested address| true  | ' from source address 127.0.0.1'",
			"127.0.0.1:777 |             | Address already in use         | true  | ' from source address 127.0.0.1 port 777'",
			"0.0.0.0:777   |             | Address already in use         | true  | ' from source port 777'",
			"0.0.0.0:777   | 777-778     | Address already in use         | true  | ' from source port 777-778: none is free, the last one'" })
	void attemptThatFailed(@Nullable String local, @Nullable String range, String message, @Nullable Boolean ours,
			String text) {
		InetSocketAddress from = (local != null)
				? new InetSocketAddress(local.split(":")[0], Integer.parseInt(local.split(":")[1])) : null;
		SourceAddresses.Attempt attempt = new SourceAddresses.Attempt(
				new EmbeddedChannel().newFailedFuture(new BindException(message)), from,
				(range != null) ? PortRange.of(range) : null);
		assertThat(attempt.text()).isEqualTo(text);
		assertThat(attempt.isLocalFault()).isEqualTo(Boolean.TRUE.equals(ours));
		assertThat(attempt.hint().isEmpty()).isEqualTo(!message.startsWith("Cannot assign"));
	}

}
