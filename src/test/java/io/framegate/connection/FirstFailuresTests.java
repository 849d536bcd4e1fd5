package io.framegate.connection;

import io.framegate.closure.Side;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * When a route says that its framing does not fit any of its peers.
 */
class FirstFailuresTests {

	private static final String HTTP = "looks like an HTTP request";

	private final FirstFailures clients = new FirstFailures("x", Side.INBOUND, "crlf");

	private void fail(FirstFailures failures, String... looks) {
		for (String one : looks) {
			failures.failed(one);
		}
	}

	@Test
	void threeAlikeAreTold() {
		fail(this.clients, HTTP, HTTP);
		assertThat(this.clients.advice()).isNull();
		fail(this.clients, HTTP);
		assertThat(this.clients.advice())
			.isEqualTo("Its first 3 clients sent what looks like an HTTP request; the route expects crlf. "
					+ "Check the port, or set framegate.routes.x.listen.framing");
		fail(this.clients, HTTP);
		assertThat(this.clients.advice()).startsWith("Its first 4 clients");
		this.clients.frameCut();
		assertThat(this.clients.advice()).isNull();
	}

	@Test
	void serversHaveTheirOwnSentence() {
		FirstFailures servers = new FirstFailures("x", Side.UPSTREAM, "length4");
		fail(servers, "a two-byte length would fit", "a two-byte length would fit", "a two-byte length would fit");
		assertThat(servers.advice())
			.isEqualTo("Its servers, on the first 3 connections, sent frames that cannot be cut, but a two-byte length "
					+ "would fit; the route expects length4. Check the port, or set framegate.routes.x.upstream.framing");
	}

	@Test
	void differentOnesAndUnknownOnesAreNotTold() {
		fail(this.clients, HTTP, "looks like SSH", HTTP, HTTP, HTTP);
		assertThat(this.clients.advice()).isNull();
		FirstFailures unknown = new FirstFailures("x", Side.INBOUND, "crlf");
		fail(unknown, "", "", "");
		assertThat(unknown.advice()).isNull();
		FirstFailures late = new FirstFailures("x", Side.INBOUND, "crlf");
		late.frameCut();
		fail(late, HTTP, HTTP, HTTP);
		assertThat(late.advice()).isNull();
	}

}
