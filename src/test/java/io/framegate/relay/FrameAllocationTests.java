package io.framegate.relay;

import java.util.stream.Stream;

import io.framegate.testkit.Gateway;
import io.framegate.testkit.GatewayBuilder;
import io.framegate.testkit.LoopAllocation;
import io.framegate.testkit.RouteSpec;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import io.framegate.transport.TestLoops;
import io.framegate.transport.Transport;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a frame costs on the heap on its way through a gateway: the array of its payload,
 * and not one object more.
 */
class FrameAllocationTests {

	private static final int PAYLOAD = 64;

	/** With its header. */
	private static final int ARRAY = 16 + PAYLOAD;

	private static final int SMALLEST_OBJECT = 16;

	private static final int FRAMES = 256;

	private static final int BURSTS = 20;

	static Stream<RouteSpec> routes() {
		return Stream.of(RouteSpec.route("session"), RouteSpec.route("translation").framing("crlf", "length4"));
	}

	@ParameterizedTest
	@MethodSource("routes")
	void frameCostsItsPayloadAlone(RouteSpec route) {
		Assumptions.assumeTrue(TestLoops.transport() == Transport.EPOLL, "io_uring's calls are objects of Netty's");
		byte[] burst = ("x".repeat(PAYLOAD) + "\r\n").repeat(FRAMES).getBytes();
		try (TestUpstream server = TestUpstream.echo();
				Gateway gateway = GatewayBuilder.routes(route.to(server)).start();
				TestClient client = gateway.connect(route.name())) {
			long least = Long.MAX_VALUE;
			// What runs first is linked, and timers allocate when they are due.
			for (int attempt = 0; attempt < 6; attempt++) {
				LoopAllocation allocation = new LoopAllocation();
				for (int i = 0; i < BURSTS; i++) {
					client.send(burst);
					assertThat(client.readExactly(burst.length)).isEqualTo(burst);
				}
				least = Math.min(least, allocation.bytes());
			}
			// There and back. What a read or a write may cost is shared by its frames.
			assertThat((double) least / (2 * FRAMES * BURSTS)).isLessThan(ARRAY + SMALLEST_OBJECT / 2.0);
		}
	}

}
