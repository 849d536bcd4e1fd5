package io.framegate.inbound;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

import io.framegate.closure.CloseReason;
import io.framegate.closure.Closure;
import io.framegate.closure.ClosureLog;
import io.framegate.connection.ConnectionRegistry;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.TestCertificates;
import io.framegate.testkit.TestUpstream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The fuzz target of everything that a stranger's bytes reach before it is served: the
 * PROXY header's reader, the look at the first record, TLS. It sends them to a gateway
 * over a real socket, then FIN. The gateway must end the connection soon, for a reason
 * that is not a fault of its own. {@code ./mvnw -Pfuzz test} runs it under Jazzer.
 * <p>
 * An input's first byte is the route, {@code a} the first of {@link #ROUTES}; the second
 * how many bytes come first, by themselves; the rest are the bytes.
 */
public final class IntroductionFuzz implements AutoCloseable {

	/** TLS, TLS behind a PROXY header, a PROXY header before lines. */
	private static final List<String> ROUTES = List.of("tls", "both", "proxy");

	private static final int LIMIT_MILLIS = 20_000;

	private static final int MAX_ANSWER_BYTES = 256 * 1024;

	private static final int CHECK_EVERY = 500;

	private final TestUpstream server = TestUpstream.lineEcho();

	private final Gateway gateway;

	private int runs;

	/**
	 * Starts the gateway.
	 * @param directory where its certificate goes
	 */
	public IntroductionFuzz(Path directory) {
		TestCertificates.Identity identity = TestCertificates.authority("CN=Test CA")
			.issue("CN=gateway", "dns:localhost");
		this.gateway = Gateway.start(Gateway.all(identity.bundle("edge", directory),
				Gateway.route("tls", "crlf", "crlf", this.server.address(), "listen.tls.bundle=edge",
						"listen.tls.client-auth=want", "listen.tls.alpn=lines"),
				Gateway.route("both", "crlf", "crlf", this.server.address(), "listen.tls.bundle=edge",
						"listen.proxy-protocol=required", "listen.proxy-trusted=127.0.0.0/8"),
				Gateway.route("proxy", "crlf", "crlf", this.server.address(), "listen.proxy-protocol=optional",
						"listen.proxy-trusted=127.0.0.0/8"),
				new String[] { "framegate.closures.keep=50", "logging.level.io.framegate=error" }));
	}

	/**
	 * Called by the fuzzer.
	 * @param input any bytes
	 */
	public void test(byte[] input) {
		if (input.length < 3) {
			return;
		}
		String route = ROUTES.get(Math.floorMod(input[0] - 'a', ROUTES.size()));
		int first = 2 + Math.min(input[1] & 0xFF, input.length - 2);
		try (Socket socket = new Socket()) {
			socket.setTcpNoDelay(true);
			socket.setSoTimeout(LIMIT_MILLIS);
			socket.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), this.gateway.port(route)));
			exchange(socket, input, first);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		if (++this.runs % CHECK_EVERY == 0) {
			check();
		}
	}

	/** A timeout is a finding: the gateway holds on to the connection. */
	private static void exchange(Socket socket, byte[] input, int first) throws IOException {
		try {
			socket.getOutputStream().write(input, 2, first - 2);
			socket.getOutputStream().write(input, first, input.length - first);
			socket.shutdownOutput();
			assertThat(socket.getInputStream().readNBytes(MAX_ANSWER_BYTES).length).isLessThan(MAX_ANSWER_BYTES);
		}
		catch (java.net.SocketException ex) {
			// Refused with a reset while it was still sending.
		}
	}

	/**
	 * Checks what the gateway has made of the inputs so far.
	 */
	void check() {
		Gateway.await("no connection", () -> Optional.of(this.gateway.bean(ConnectionRegistry.class).all())
			.filter(java.util.Collection::isEmpty));
		this.server.forgetConnections();
		assertThat(this.gateway.bean(ClosureLog.class)
			.newest((closure) -> closure.reason() == CloseReason.INTERNAL_ERROR
					|| closure.reason() == CloseReason.TLS_HANDSHAKE_TIMEOUT, 5))
			.extracting(Closure::toString)
			.isEmpty();
	}

	@Override
	public void close() {
		this.gateway.close();
		this.server.close();
	}

}
