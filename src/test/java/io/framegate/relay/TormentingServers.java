package io.framegate.relay;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.framegate.testkit.Peer;
import io.framegate.testkit.TestUpstream;
import org.awaitility.Awaitility;

/**
 * Three servers, one of which comes and goes, that do what requests tell them to. They
 * count every reply that they send and remember every id that they see.
 */
final class TormentingServers implements AutoCloseable {

	private static final Pattern REQUEST = Pattern.compile("(([0-9]{6}) id=([0-9]+) client=[0-9]+) act=([a-z-]+)");

	/** Well after the gateway has given up waiting. */
	private static final long LATE_MILLIS = 700;

	private final ScheduledExecutorService clock = Executors.newScheduledThreadPool(1);

	private final Set<String> ids = ConcurrentHashMap.newKeySet();

	private final List<String> seenTwice = new CopyOnWriteArrayList<>();

	private final AtomicLong replies = new AtomicLong();

	private final AtomicLong halves = new AtomicLong();

	private final AtomicInteger busy = new AtomicInteger();

	private final AtomicInteger flaps = new AtomicInteger();

	/**
	 * Connections on which replies were sent that nobody had asked for, and how many
	 * requests have come on each since.
	 */
	private final Map<Peer, Integer> soiled = new ConcurrentHashMap<>();

	private final AtomicInteger mostAfterSoil = new AtomicInteger();

	/** Whether other replies may overtake a late one, and one may be left out. */
	private final boolean anyOrder;

	private final List<TestUpstream> steady;

	private final int flappingPort;

	private volatile TestUpstream flapping;

	private final AtomicBoolean hangingUp = new AtomicBoolean();

	TormentingServers(boolean anyOrder) {
		this.anyOrder = anyOrder;
		this.steady = List.of(TestUpstream.handling(this::serve), TestUpstream.handling(this::serve));
		this.flapping = TestUpstream.handling(this::serve);
		this.flappingPort = this.flapping.port();
		this.clock.scheduleWithFixedDelay(this::flap, 300, 300, TimeUnit.MILLISECONDS);
	}

	String addresses() {
		return this.steady.get(0).address() + "," + this.steady.get(1).address() + "," + this.flapping.address();
	}

	private void flap() {
		if (this.flaps.incrementAndGet() % 2 == 1) {
			this.flapping.stopListening();
			this.hangingUp.set(true);
		}
		else {
			this.hangingUp.set(false);
			this.flapping = TestUpstream.handling(this.flappingPort, this::serve);
		}
	}

	private void serve(Peer peer) throws Exception {
		try {
			serveUntilItEnds(peer);
		}
		finally {
			this.soiled.remove(peer);
		}
	}

	private void serveUntilItEnds(Peer peer) throws Exception {
		peer.within(Duration.ofMinutes(1));
		boolean flaps = peer.localPort() == this.flappingPort;
		for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
			this.busy.incrementAndGet();
			Integer more = this.soiled.computeIfPresent(peer, (same, before) -> before + 1);
			this.mostAfterSoil.accumulateAndGet((more != null) ? more : 0, Math::max);
			try {
				if (!obey(peer, line) || (flaps && this.hangingUp.get())) {
					hangUp(peer);
					return;
				}
			}
			finally {
				this.busy.decrementAndGet();
			}
		}
	}

	/** Ends as a server should: what the gateway sent meanwhile is read, not reset. */
	private void hangUp(Peer peer) {
		peer.halfClose();
		for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
			see(line);
		}
	}

	private Matcher see(String line) {
		Matcher request = REQUEST.matcher(line);
		if (!request.matches()) {
			this.seenTwice.add("not a request: " + line);
		}
		else if (!this.ids.add(request.group(3))) {
			this.seenTwice.add(line);
		}
		return request;
	}

	/**
	 * Does what a request says.
	 * @return whether the connection goes on
	 */
	private boolean obey(Peer peer, String line) throws Exception {
		Matcher request = see(line);
		String reply = request.group(1) + " answered\r\n";
		switch (request.group(4)) {
			case "late" -> late(peer, reply);
			case "twice" -> {
				this.soiled.putIfAbsent(peer, 0);
				reply(peer, reply + reply, 2);
			}
			case "twice-slowly" -> {
				reply(peer, reply, 1);
				Thread.sleep(ThreadLocalPause.next());
				this.soiled.putIfAbsent(peer, 0);
				reply(peer, reply, 1);
			}
			case "stray" -> {
				this.soiled.putIfAbsent(peer, 0);
				reply(peer, "999999 id=0 client=0 answered\r\n" + reply, 2);
			}
			case "soil" -> {
				reply(peer, reply + "junk", 1);
				this.halves.incrementAndGet();
			}
			case "half" -> {
				this.halves.incrementAndGet();
				peer.send(reply.substring(0, reply.length() / 2));
				return false;
			}
			case "close" -> {
				return false;
			}
			case "reset" -> peer.reset();
			case "silent" -> {
				if (!this.anyOrder) {
					for (String more = peer.readLineOrEof(); more != null; more = peer.readLineOrEof()) {
						see(more);
					}
				}
			}
			case "skip" -> {
			}
			default -> reply(peer, reply, 1);
		}
		return !request.group(4).equals("reset");
	}

	private void late(Peer peer, String reply) throws Exception {
		if (!this.anyOrder) {
			Thread.sleep(LATE_MILLIS);
			reply(peer, reply, 1);
			return;
		}
		this.busy.incrementAndGet();
		Thread.ofVirtual().start(() -> {
			try {
				Thread.sleep(LATE_MILLIS);
				reply(peer, reply, 1);
			}
			catch (InterruptedException | UncheckedIOException ex) {
				Thread.currentThread().interrupt();
			}
			finally {
				this.busy.decrementAndGet();
			}
		});
	}

	private void reply(Peer peer, String text, int count) {
		synchronized (peer) {
			peer.send(text);
			this.replies.addAndGet(count);
		}
	}

	/** Until nothing more will be sent. */
	void awaitQuiet(Duration limit) {
		Awaitility.await("the servers to be done")
			.atMost(limit)
			.pollInterval(Duration.ofMillis(20))
			.until(() -> this.busy.get() == 0);
	}

	/** The most requests that came on one connection after such a reply. */
	int mostAfterSoil() {
		return this.mostAfterSoil.get();
	}

	/** Until every connection has ended that got replies which nobody had asked for. */
	void awaitEndOfSoiled(Duration limit) {
		Awaitility.await("soiled connections to have ended").atMost(limit).until(this.soiled::isEmpty);
	}

	long seen() {
		return this.ids.size();
	}

	List<String> seenTwice() {
		return this.seenTwice;
	}

	long replies() {
		return this.replies.get();
	}

	long halves() {
		return this.halves.get();
	}

	@Override
	public void close() {
		this.clock.shutdownNow();
		List<TestUpstream> all = new ArrayList<>(this.steady);
		all.add(this.flapping);
		all.forEach(TestUpstream::close);
	}

	@Override
	public String toString() {
		return "%d requests seen, %d replies and %d halves sent, %d flaps".formatted(seen(), replies(), halves(),
				this.flaps.get());
	}

	/** Pauses of up to three milliseconds. */
	private static final class ThreadLocalPause {

		private static Duration next() {
			return Duration.ofNanos(java.util.concurrent.ThreadLocalRandom.current().nextLong(3_000_000));
		}

	}

}
