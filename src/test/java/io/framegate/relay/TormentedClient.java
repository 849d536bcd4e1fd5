package io.framegate.relay;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import io.framegate.testkit.TestClient;

/**
 * A client that sends several requests at once and looks closely at every reply. A
 * request is a key, which other clients may use too, an id that nothing else has, the
 * client's number and what the server is to do.
 */
final class TormentedClient {

	static final String SORRY = "sorry";

	private static final int CONNECTIONS = 3;

	private static final int BATCHES = 5;

	private static final int MAX_AT_ONCE = 10;

	private static final AtomicInteger IDS = new AtomicInteger();

	private final int port;

	private final int number;

	private final Acts acts;

	private final boolean sameKeys;

	private final boolean mayDie;

	private final Random random;

	private int keys;

	private long sent;

	private long good;

	private long sorry;

	private long dead;

	private final List<String> wrong = new ArrayList<>();

	TormentedClient(int port, int number, Acts acts, boolean sameKeys, boolean mayDie) {
		this.port = port;
		this.number = number;
		this.acts = acts;
		this.sameKeys = sameKeys;
		this.mayDie = mayDie;
		this.random = new Random(number * 31L + (mayDie ? 7 : 0));
	}

	Tally run() {
		for (int i = 0; i < CONNECTIONS; i++) {
			try (TestClient client = TestClient.connect(this.port)) {
				if (speak(client)) {
					client.halfClose();
					client.expectEof();
				}
			}
		}
		return new Tally(this.sent, this.good, this.sorry, this.dead, this.wrong);
	}

	/**
	 * Speaks on one connection.
	 * @return whether it lived to the end
	 */
	private boolean speak(TestClient client) {
		for (int batch = 0; batch < BATCHES; batch++) {
			int count = this.random.nextInt(1, MAX_AT_ONCE);
			StringBuilder requests = new StringBuilder();
			List<String> expected = new ArrayList<>();
			for (int i = 0; i < count; i++) {
				int id = IDS.incrementAndGet();
				String request = "%06d id=%d client=%d".formatted(this.sameKeys ? this.keys++ : id, id, this.number);
				requests.append(request).append(" act=").append(this.acts.next(this.random)).append("\r\n");
				expected.add(request + " answered");
			}
			client.send(requests.toString());
			this.sent += count;
			if (this.mayDie && this.random.nextInt(6) == 0) {
				for (int left = this.random.nextInt(count); left > 0; left--) {
					judge(client.readLine(), expected.removeFirst());
				}
				client.reset();
				this.dead++;
				return false;
			}
			expected.forEach((reply) -> judge(client.readLine(), reply));
		}
		return true;
	}

	private void judge(String reply, String expected) {
		if (reply.equals(expected)) {
			this.good++;
		}
		else if (reply.equals(SORRY)) {
			this.sorry++;
		}
		else {
			this.wrong.add("'" + reply + "' for '" + expected + "'");
		}
	}

	/**
	 * What clients saw.
	 *
	 * @param sent requests
	 * @param good right replies
	 * @param sorry the gateway's own replies
	 * @param dead connections reset
	 * @param wrong replies that were for somebody or something else
	 */
	record Tally(long sent, long good, long sorry, long dead, List<String> wrong) {

		static final Tally NONE = new Tally(0, 0, 0, 0, List.of());

		Tally plus(Tally other) {
			return new Tally(this.sent + other.sent, this.good + other.good, this.sorry + other.sorry,
					this.dead + other.dead, Stream.concat(this.wrong.stream(), other.wrong.stream()).toList());
		}

	}

}
