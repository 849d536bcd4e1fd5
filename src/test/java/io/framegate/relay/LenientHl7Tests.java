package io.framegate.relay;

import java.nio.charset.StandardCharsets;

import io.framegate.closure.CloseReason;
import io.framegate.closure.Closure;
import io.framegate.closure.Side;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.GatewayBuilder;
import io.framegate.testkit.Peer;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestSocket;
import io.framegate.testkit.TestUpstream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.framegate.testkit.RouteSpec.route;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * HL7 senders that leave out the last CR or put bytes between blocks, before a server
 * that wants MLLP as HL7 writes it.
 */
@Timeout(60)
class LenientHl7Tests {

	private static final int MESSAGES = 20;

	private static Gateway gateway;

	private static TestUpstream strict;

	@BeforeAll
	static void start() {
		gateway = GatewayBuilder.routes().start();
		strict = TestUpstream.handling((peer) -> {
			while (true) {
				peer.send(bytes("\u000B" + acknowledgement(readStrictly(peer)) + "\u001C\r"));
			}
		});
	}

	@AfterAll
	static void stop() {
		gateway.close();
		strict.close();
	}

	/** Fails where a byte is other than HL7 writes it. */
	private static String readStrictly(Peer peer) {
		assertThat(peer.readExactly(1)).isEqualTo(bytes("\u000B"));
		StringBuilder message = new StringBuilder();
		String one = text(peer.readExactly(1));
		while (!one.equals("\u001C")) {
			message.append(one);
			one = text(peer.readExactly(1));
		}
		assertThat(peer.readExactly(1)).isEqualTo(bytes("\r"));
		return message.toString();
	}

	private static String message(int id) {
		return "MSH|^~\\&|LAB|A|HIS|B|202601010000||ADT^A01|%d|P|2.5\rPID|1||%d\r".formatted(id, id);
	}

	private static String acknowledgement(String message) {
		return "MSH|^~\\&|HIS|B|LAB|A|202601010000||ACK^A01|1|P|2.5\rMSA|AA|%s\r"
			.formatted(message.split("\r")[0].split("\\|")[9]);
	}

	/** What stands before and behind a message. */
	@ParameterizedTest
	@ValueSource(strings = { "\u000B*\u001C\r", "\u000B*\u001C", "\n\u000B*\u001C\r", "\u000B*\u001C\n",
			"\u000B*\u001C\r\n", "\r\n\u000B*\u001C\r\0" })
	void messagesAreAcknowledged(String block) {
		try (TestClient sender = gateway.connect(route("lenient").framing("mllp-lenient", "mllp").to(strict))) {
			for (int i = 1; i <= MESSAGES; i++) {
				sender.send(bytes(block.replace("*", message(i))));
				expect(sender, "\u000B" + acknowledgement(message(i)) + "\u001C\r");
			}
			sender.halfClose();
			sender.expectEof();
			Closure closure = gateway.awaitClosure("lenient", sender);
			assertThat(closure.reason()).isEqualTo(CloseReason.INBOUND_EOF);
			assertThat(closure.framesIn()).isEqualTo(MESSAGES);
			assertThat(closure.framesOut()).isEqualTo(MESSAGES);
			assertThat(closure.partialFrameBytes()).isZero();
			assertThat(closure.bytesIn()).isEqualTo((long) MESSAGES * (block.length() - 1) + totalLength());
		}
	}

	private static long totalLength() {
		long total = 0;
		for (int i = 1; i <= MESSAGES; i++) {
			total += message(i).length();
		}
		return total;
	}

	@Test
	void strictFramingRefusesThem() {
		try (TestClient sender = gateway.connect(route("strict").framing("mllp", "mllp").to(strict))) {
			sender.send(bytes("\n\u000B" + message(1) + "\u001C\r"));
			sender.halfClose();
			sender.readAll();
		}
		assertThat(gateway.awaitClosure("strict", Side.INBOUND).reason()).isEqualTo(CloseReason.BAD_FRAME);
	}

	private static void expect(TestSocket from, String text) {
		assertThat(text(from.readExactly(text.length()))).isEqualTo(text);
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.ISO_8859_1);
	}

	private static String text(byte[] bytes) {
		return new String(bytes, StandardCharsets.ISO_8859_1);
	}

}
