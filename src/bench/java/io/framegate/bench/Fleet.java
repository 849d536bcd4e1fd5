package io.framegate.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.framegate.testkit.Balancer;
import io.framegate.testkit.Caller;
import io.framegate.testkit.GatewayProcess;
import io.framegate.testkit.HaProxy;
import io.framegate.testkit.OnceOnly;
import io.framegate.testkit.PlainBalancer;
import io.framegate.testkit.TestUpstream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Plays a fleet on one machine: gateways as processes behind a balancer grow, even out,
 * shrink and are replaced, while callers keep talking. Prints what became of connections
 * and requests in each act.
 */
final class Fleet {

	private static final String ROUTE = "calls";

	private static final int CALLERS = 80;

	private static final int DEPTH = 4;

	private static final Duration ACT = Duration.ofSeconds(8);

	private static final JsonMapper JSON = new JsonMapper();

	private final OnceOnly answers = new OnceOnly(Duration.ofMillis(50));

	private final TestUpstream server = TestUpstream.handling(this.answers);

	private final Balancer balancer = HaProxy.isInstalled() ? HaProxy.start() : PlainBalancer.start();

	private final List<GatewayProcess> pods = new ArrayList<>();

	private final List<Caller> callers = new ArrayList<>();

	private final StringBuilder table = new StringBuilder("""
			| act | connections of each pod | connects | asked again | lost or reset | seconds |
			|---|---|---|---|---|---|
			""");

	private long connects;

	private long askedAgain;

	private Fleet() {
	}

	static void run() throws Exception {
		Fleet fleet = new Fleet();
		Runtime.getRuntime().addShutdownHook(new Thread(fleet::close));
		try {
			fleet.play();
		}
		finally {
			fleet.close();
		}
	}

	private void play() throws Exception {
		grow(2);
		IntStream.range(0, CALLERS)
			.mapToObj((number) -> Caller.start("caller" + number, this.balancer.port(), DEPTH, 0))
			.forEach(this.callers::add);
		act("two pods, %d callers connect and stay".formatted(CALLERS), this::nothing);
		act("two pods more", () -> grow(2));
		act("max-age 5s for one act", () -> {
			limitAge("{\"value\":\"5s\"}");
			TimeUnit.SECONDS.sleep(7);
			limitAge("{\"value\":\"0s\"}");
		});
		act("scaled down by one", this::shrink);
		act("and by one more", this::shrink);
		act("both replaced, one after the other", () -> {
			grow(1);
			shrink();
			grow(1);
			shrink();
		});
		this.callers.forEach(Caller::finish);
		long answered = this.callers.stream().mapToLong(Caller::answered).sum();
		String sum = "%d requests, each answered once; the server saw %d different ones and %d twice; balancer's faults: %s%n"
			.formatted(answered, this.answers.seen(), this.answers.repeated().size(), this.balancer.faults());
		publish(this.table + "\n" + sum);
	}

	private interface Change {

		void happen() throws Exception;

	}

	private void nothing() {
	}

	private void act(String title, Change change) throws Exception {
		System.out.println(title);
		long begun = System.nanoTime();
		change.happen();
		long took = System.nanoTime() - begun;
		TimeUnit.MILLISECONDS.sleep(ACT.toMillis());
		long connectsNow = this.callers.stream().mapToLong(Caller::connections).sum();
		long againNow = this.callers.stream().mapToLong(Caller::askedAgain).sum();
		long failed = this.callers.stream().filter(Caller::hasFailed).count();
		this.table.append("| %s | %s | %d | %d | %d | %.1f |%n".formatted(title,
				this.pods.stream().map(Fleet::active).collect(Collectors.joining(", ")), connectsNow - this.connects,
				againNow - this.askedAgain, failed + this.balancer.faults().size(), took / 1e9));
		this.connects = connectsNow;
		this.askedAgain = againNow;
	}

	private static String active(GatewayProcess pod) {
		JsonNode route = JSON.readTree(pod.get("/actuator/routes/" + ROUTE).body());
		return route.at("/connections/active").asString();
	}

	private void grow(int more) {
		List<GatewayProcess> starting = new ArrayList<>();
		for (int i = 0; i < more; i++) {
			starting.add(GatewayProcess.start(4096, "framegate.routes." + ROUTE + ".listen.port=0",
					"framegate.routes." + ROUTE + ".listen.address=127.0.0.1",
					"framegate.routes." + ROUTE + ".upstream.targets=" + this.server.address(),
					"framegate.routes." + ROUTE + ".timeouts.drain=30s",
					"management.endpoint.timeouts.access=unrestricted"));
		}
		synchronized (this.pods) {
			this.pods.addAll(starting);
		}
		starting.forEach((pod) -> pod.awaitOutput("Started Framegate"));
		starting.forEach((pod) -> this.balancer.add(pod.port(ROUTE)));
	}

	/**
	 * The oldest pod leaves: its Service first, then SIGTERM, as with a preStop sleep.
	 */
	private void shrink() throws InterruptedException {
		GatewayProcess oldest = this.pods.getFirst();
		this.balancer.remove(oldest.port(ROUTE));
		TimeUnit.SECONDS.sleep(1);
		oldest.terminate();
		oldest.awaitExit();
		synchronized (this.pods) {
			this.pods.remove(oldest);
		}
	}

	private void limitAge(String value) throws Exception {
		try (HttpClient http = HttpClient.newHttpClient()) {
			for (GatewayProcess pod : this.pods) {
				String port = pod.awaitOutput("Netty started on port (\\d+)").group(1);
				URI timer = URI.create("http://127.0.0.1:" + port + "/actuator/timeouts/" + ROUTE + "/max-age");
				HttpResponse<String> response = http.send(HttpRequest.newBuilder(timer)
					.header("Content-Type", "application/json")
					.header("Authorization", pod.operator())
					.POST(HttpRequest.BodyPublishers.ofString(value))
					.build(), HttpResponse.BodyHandlers.ofString());
				if (response.statusCode() >= 300) {
					throw new IOException(timer + ": " + response.statusCode() + " " + response.body());
				}
			}
		}
	}

	private void publish(String text) throws IOException {
		Path file = BenchmarkOptions.fromSystemProperties().directory().resolve("fleet.md");
		Files.createDirectories(file.getParent());
		Files.writeString(file, text);
		System.out.println("\n" + text + "\nwritten to " + file);
	}

	private void close() {
		synchronized (this.pods) {
			this.pods.forEach(GatewayProcess::close);
		}
		this.balancer.close();
		this.server.close();
	}

}
