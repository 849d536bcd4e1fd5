package io.framegate.network;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.framegate.network.Framegate.Ending;

/**
 * Peers that are dead in every way, all at once, each on a route of its own: the
 * connections must end for the right reason in time, and fifty others must not wait for
 * more than 100 ms. Fifty more have no gateway between them and the server: how long they
 * wait is the machine's own doing.
 */
final class DeadPeers {

	private static final int LARGE_PEERS = 4;

	private static final int LARGE_FRAMES = 200;

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private static final Duration WARM_UP = Duration.ofSeconds(8);

	/** How much later than its timer an end may be seen, on a machine that is busy. */
	private static final Duration GRACE = Duration.ofSeconds(8);

	private static final Duration MAX_PAUSE = Duration.ofMillis(100);

	private static final int ECHO_PORT = 6000;

	private final Network network;

	private final LabOptions options;

	private final Verdict verdict;

	DeadPeers(Network network, LabOptions options, Verdict verdict) {
		this.network = network;
		this.options = options;
		this.verdict = verdict;
	}

	void run() throws IOException, InterruptedException {
		List<Stage> stages = new ArrayList<>();
		List<String> routes = new ArrayList<>();
		routes.add("""
				    bystanders:
				      listen: {port: %d, framing: crlf}
				      upstream: {targets: ["%s"], framing: length4}
				""".formatted(ECHO_PORT, Network.text(this.network.server(ECHO_PORT))));
		for (DeadPeer play : DeadPeer.values()) {
			Stage stage = new Stage(this.network, play);
			stages.add(stage);
			routes.add(stage.route());
		}
		new EchoServer(this.network.servers(), this.network.server(ECHO_PORT), Codec.LENGTH4, true, (payload) -> {
		}, (fault) -> {
		});
		try (Framegate gateway = Framegate.start(this.network.gateway(), this.options, "dead-peers", routes)) {
			Bystanders through = new Bystanders("through the gateway", this.verdict);
			Bystanders direct = new Bystanders("direct", this.verdict);
			for (int i = 0; i < this.options.bystanders(); i++) {
				through
					.add(new Peer(this.network.clients().connect(this.network.client(0), this.network.route(ECHO_PORT)),
							Codec.CRLF, PATIENCE));
				direct.add(
						new Peer(this.network.clients().connect(this.network.client(0), this.network.server(ECHO_PORT)),
								Codec.LENGTH4, PATIENCE));
			}
			sendMuch();
			Thread.sleep(WARM_UP);
			through.measure();
			direct.measure();
			play(stages, gateway);
			judge(through.end(), direct.end());
		}
		for (Stage stage : stages) {
			stage.close();
		}
	}

	/**
	 * Large frames before it counts: a JVM that has seen none yet is slow with the first,
	 * which is not what is measured here.
	 */
	private void sendMuch() throws IOException {
		byte[] large = "x".repeat(60_000).getBytes(StandardCharsets.US_ASCII);
		for (int i = 0; i < LARGE_PEERS; i++) {
			try (Peer peer = new Peer(
					this.network.clients().connect(this.network.client(0), this.network.route(ECHO_PORT)), Codec.CRLF,
					PATIENCE)) {
				for (int frame = 0; frame < LARGE_FRAMES; frame++) {
					peer.send(large);
					peer.receive();
				}
			}
		}
	}

	private void play(List<Stage> stages, Framegate gateway) throws InterruptedException {
		List<Thread> threads = new ArrayList<>();
		System.out.printf("%-32s %-22s %-9s %s%n", "", "reason", "ended by", "after");
		for (DeadPeer play : DeadPeer.values()) {
			threads.add(Thread.ofPlatform().start(() -> play(play, stages.get(play.ordinal()), gateway)));
		}
		for (Thread thread : threads) {
			thread.join();
		}
	}

	private void play(DeadPeer play, Stage stage, Framegate gateway) {
		try {
			long begun = System.nanoTime();
			play.play(stage);
			stage.attend();
			long start = System.nanoTime();
			gateway.await("both connections of " + play.label() + " to end",
					Duration.ofSeconds(play.seconds()).plus(GRACE), () -> gateway.endings(play.label()).size() >= 2);
			long ended = System.nanoTime();
			List<Ending> endings = gateway.endings(play.label()).subList(0, 2);
			System.out.printf("%-32s %-22s %-9s %5.1f s   %s%n", play.label(), endings.getFirst().reason(),
					endings.getFirst().endedBy(), (ended - start) / 1e9, endings.getFirst().detail());
			for (Ending ending : endings) {
				check(play, ending, gateway);
			}
			if (ended - begun < play.seconds() * 1_000_000_000L) {
				this.verdict.fault(play.label() + " ended too early");
			}
			if (play.reason().endsWith("-timeout")) {
				String timer = play.reason().replace("-timeout", "");
				// Keepalive is the kernel's, whatever the idle timer is set to.
				this.verdict.expect(play.label() + ": timers fired", play.detail().equals("keepalive") ? 0L : 1L,
						gateway.metric("framegate_timeouts_fired_total", play.label(), "timer=" + timer));
			}
		}
		catch (IOException ex) {
			this.verdict.fault(play.label() + ": " + ex.getMessage());
		}
	}

	private void check(DeadPeer play, Ending ending, Framegate gateway) throws IOException {
		String what = play.label() + ", " + ending.side() + ": ";
		this.verdict.expect(what + "reason", play.reason(), ending.reason());
		this.verdict.expect(what + "ended by", play.endedBy(), ending.endedBy());
		if (!ending.detail().contains(play.detail())) {
			this.verdict.fault(what + "detail '" + ending.detail() + "' lacks '" + play.detail() + "'");
		}
		this.verdict.expect(what + "closed by metric", 1L, gateway.metric("framegate_connections_closed_total",
				play.label(), "side=" + ending.side(), "reason=" + play.reason()));
		gateway.await("the log line of " + ending.id(), GRACE, () -> gateway.hasLogged(ending));
	}

	private void judge(Duration through, Duration direct) {
		if (direct.compareTo(MAX_PAUSE) > 0) {
			System.out.println("This machine is too busy to judge pauses: it paused where there is no gateway, too");
		}
		else if (through.compareTo(MAX_PAUSE) > 0) {
			this.verdict.fault("a bystander waited " + through.toMillis() + " ms; without a gateway the longest was "
					+ direct.toMillis() + " ms");
		}
	}

}
