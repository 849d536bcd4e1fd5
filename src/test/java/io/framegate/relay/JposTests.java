package io.framegate.relay;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import io.framegate.closure.CloseReason;
import io.framegate.closure.Closure;
import io.framegate.closure.Side;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.GatewayBuilder;
import org.jpos.iso.BaseChannel;
import org.jpos.iso.ISOException;
import org.jpos.iso.ISOMsg;
import org.jpos.iso.ISOUtil;
import org.jpos.iso.channel.ASCIIChannel;
import org.jpos.iso.channel.AmexChannel;
import org.jpos.iso.channel.BASE24Channel;
import org.jpos.iso.channel.BASE24TCPChannel;
import org.jpos.iso.channel.BCDChannel;
import org.jpos.iso.channel.CSChannel;
import org.jpos.iso.channel.GICCChannel;
import org.jpos.iso.channel.HEXChannel;
import org.jpos.iso.channel.NACChannel;
import org.jpos.iso.channel.NCCChannel;
import org.jpos.iso.channel.PostChannel;
import org.jpos.iso.channel.RBPChannel;
import org.jpos.iso.channel.RawChannel;
import org.jpos.iso.channel.VAPChannel;
import org.jpos.iso.packager.ISO87APackager;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import static io.framegate.testkit.RouteSpec.route;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * ISO 8583 between channels of jPOS, one before the gateway and one behind it: the same
 * on both sides, and each translated to another.
 */
@Timeout(60)
class JposTests {

	private static final int MESSAGES = 20;

	private static final byte[] TPDU = ISOUtil.hex2byte("6000058001");

	private static Gateway gateway;

	@BeforeAll
	static void start() {
		gateway = GatewayBuilder.routes().start();
	}

	@AfterAll
	static void stop() {
		gateway.close();
	}

	/** What stands before a message that the framing does not cut off. */
	enum Header {

		NONE, TPDU, BASE1

	}

	/** The channels whose framing is a preset. */
	enum Kind {

		POST("post", Header.NONE) {
			@Override
			BaseChannel channel() throws ISOException {
				return new PostChannel();
			}
		},
		RAW("nexo", Header.NONE) {
			@Override
			BaseChannel channel() throws ISOException {
				return new RawChannel();
			}
		},
		AMEX("amex", Header.NONE) {
			@Override
			BaseChannel channel() throws ISOException {
				return new AmexChannel();
			}
		},
		ASCII("ascii4", Header.NONE) {
			@Override
			BaseChannel channel() throws ISOException {
				return new ASCIIChannel();
			}
		},
		HEX("hex4", Header.NONE) {
			@Override
			BaseChannel channel() throws ISOException {
				return new HEXChannel();
			}
		},
		CS("cs", Header.NONE) {
			@Override
			BaseChannel channel() throws ISOException {
				return new CSChannel();
			}
		},
		GICC("gicc", Header.NONE) {
			@Override
			BaseChannel channel() throws ISOException {
				return new GICCChannel();
			}
		},
		RBP("rbp", Header.NONE) {
			@Override
			BaseChannel channel() throws ISOException {
				return new RBPChannel();
			}
		},
		BASE24_TCP("base24-tcp", Header.NONE) {
			@Override
			BaseChannel channel() throws ISOException {
				return new BASE24TCPChannel();
			}
		},
		BASE24("base24", Header.NONE) {
			@Override
			BaseChannel channel() throws ISOException {
				return new BASE24Channel();
			}
		},
		NAC("nac", Header.TPDU) {
			@Override
			BaseChannel channel() throws ISOException {
				return new NACChannel();
			}
		},
		BCD("bcd", Header.TPDU) {
			@Override
			BaseChannel channel() throws ISOException {
				return new BCDChannel();
			}
		},
		NCC("bcd", Header.TPDU) {
			@Override
			BaseChannel channel() throws ISOException {
				return new NCCChannel();
			}
		},
		VAP("vap", Header.BASE1) {
			@Override
			BaseChannel channel() throws ISOException {
				return new VAPChannel();
			}
		};

		private final String framing;

		private final Header header;

		Kind(String framing, Header header) {
			this.framing = framing;
			this.header = header;
		}

		abstract BaseChannel channel() throws ISOException;

		BaseChannel newChannel() throws ISOException {
			BaseChannel channel = channel();
			channel.setPackager(new ISO87APackager());
			if (this.header == Header.TPDU) {
				channel.setHeader(TPDU);
			}
			return channel;
		}

	}

	record Pair(Kind before, Kind behind) {

		@Override
		public String toString() {
			return this.before + " to " + this.behind;
		}

	}

	/**
	 * Each to its own kind, to the next one with such a header, and to the one before.
	 */
	static Stream<Pair> pairs() {
		List<Pair> pairs = new ArrayList<>();
		for (Header header : Header.values()) {
			List<Kind> kinds = Stream.of(Kind.values()).filter((kind) -> kind.header == header).toList();
			for (int i = 0; i < kinds.size(); i++) {
				Kind next = kinds.get((i + 1) % kinds.size());
				pairs.add(new Pair(kinds.get(i), kinds.get(i)));
				if (kinds.size() > 1) {
					pairs.add(new Pair(kinds.get(i), next));
					pairs.add(new Pair(next, kinds.get(i)));
				}
			}
		}
		return pairs.stream().distinct();
	}

	@ParameterizedTest
	@MethodSource("pairs")
	void messagesAndRepliesPass(Pair pair) throws Exception {
		String route = "%s-%s".formatted(pair.before(), pair.behind()).toLowerCase().replace('_', '-');
		try (Host host = new Host(pair.behind())) {
			gateway.configure(route(route).framing(pair.before().framing, pair.behind().framing).to(host.address()));
			BaseChannel terminal = connect(pair.before(), route);
			for (int i = 1; i <= MESSAGES; i++) {
				ask(terminal, i);
			}
			terminal.disconnect();
			Closure closure = gateway.awaitClosure(route, Side.INBOUND);
			assertThat(closure.reason()).isEqualTo(CloseReason.INBOUND_EOF);
			assertThat(closure.framesIn()).isEqualTo(MESSAGES);
			assertThat(closure.framesOut()).isEqualTo(MESSAGES);
			assertThat(closure.undelivered().frames()).isZero();
		}
	}

	@ParameterizedTest
	@EnumSource(value = Kind.class, names = { "ASCII", "BASE24", "CS", "HEX" })
	void terminalsShareLinks(Kind kind) throws Exception {
		String route = "shared-" + kind.framing;
		try (Host host = new Host(kind)) {
			gateway.configure(route(route)
				.correlated("regex-request=^08[0-9]{2}[0-9A-F]{32}(?P<key>[0-9]{6})",
						"regex-reply=^08[0-9]{2}[0-9A-F]{32}(?P<key>[0-9]{6})", "rewrite=true", "key-range=1-999999")
				.framing(kind.framing, kind.framing)
				.with("upstream.pool.max-connections=1")
				.to(host.address()));
			List<BaseChannel> terminals = new ArrayList<>();
			for (int i = 0; i < 5; i++) {
				terminals.add(connect(kind, route));
			}
			for (int i = 1; i <= MESSAGES; i++) {
				for (BaseChannel terminal : terminals) {
					ask(terminal, i);
				}
			}
			for (BaseChannel terminal : terminals) {
				terminal.disconnect();
			}
			assertThat(host.channels()).isOne();
		}
	}

	@Test
	void pollsAreAnsweredAndGoNoFurther() throws Exception {
		try (Host host = new Host(Kind.ASCII)) {
			gateway.configure(route("polls").framing("ascii4", "ascii4").to(host.address()));
			BaseChannel terminal = connect(Kind.ASCII, "polls");
			for (int i = 1; i <= MESSAGES; i++) {
				terminal.sendKeepAlive();
				ask(terminal, i);
			}
			terminal.disconnect();
			Closure closure = gateway.awaitClosure("polls", Side.INBOUND);
			assertThat(closure.framesOut()).isEqualTo(MESSAGES);
			assertThat(closure.bytesOut()).as("the answers to polls count")
				.isEqualTo(gateway.awaitClosure("polls", Side.UPSTREAM).bytesIn() + 4L * MESSAGES);
		}
	}

	private static BaseChannel connect(Kind kind, String route) throws Exception {
		BaseChannel terminal = kind.newChannel();
		terminal.setHost("127.0.0.1", gateway.port(route));
		terminal.setTimeout(20_000);
		terminal.connect();
		return terminal;
	}

	private static void ask(BaseChannel terminal, int trace) throws Exception {
		ISOMsg request = new ISOMsg("0800");
		request.set(11, "%06d".formatted(trace));
		request.set(48, "x".repeat(1 + 37 * trace));
		request.set(70, "301");
		terminal.send(request);
		ISOMsg reply = terminal.receive();
		assertThat(reply.getMTI()).isEqualTo("0810");
		assertThat(reply.getString(11)).isEqualTo("%06d".formatted(trace));
		assertThat(reply.getString(39)).isEqualTo("00");
		assertThat(reply.getString(48)).isEqualTo(request.getString(48));
	}

	/** Answers every message. */
	private static final class Host implements AutoCloseable {

		private final ServerSocket server = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());

		private final List<BaseChannel> channels = new ArrayList<>();

		Host(Kind kind) throws IOException {
			Thread.ofVirtual().start(() -> accept(kind));
		}

		private void accept(Kind kind) {
			while (!this.server.isClosed()) {
				try {
					BaseChannel channel = kind.newChannel();
					channel.accept(this.server);
					synchronized (this.channels) {
						this.channels.add(channel);
					}
					Thread.ofVirtual().start(() -> serve(channel));
				}
				catch (ISOException | IOException ex) {
					Thread.yield();
				}
			}
		}

		private static void serve(BaseChannel channel) {
			try {
				while (true) {
					ISOMsg message = channel.receive();
					message.setResponseMTI();
					message.set(39, "00");
					channel.send(message);
				}
			}
			catch (IOException ex) {
				// The end of the connection, which some kinds take for other bytes.
				close(channel);
			}
			catch (ISOException ex) {
				close(channel);
				throw new IllegalStateException(ex);
			}
		}

		private static void close(BaseChannel channel) {
			try {
				channel.disconnect();
			}
			catch (IOException ex) {
				Thread.yield();
			}
		}

		int channels() {
			synchronized (this.channels) {
				return this.channels.size();
			}
		}

		String address() {
			return "127.0.0.1:" + this.server.getLocalPort();
		}

		@Override
		public void close() throws IOException {
			this.server.close();
		}

	}

}
