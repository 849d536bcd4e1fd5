package io.framegate.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Gateways that run side by side, each started once as a process of its own, and take the
 * same loads in turns. The load generator and the echo upstream live here, on one thread
 * each, so that a process's CPU time is a gateway's alone.
 */
final class Turns implements AutoCloseable {

	private static final Duration SETTLE = Duration.ofMillis(500);

	private final BenchmarkOptions options;

	private final EchoUpstream upstream;

	private final Map<Scenario, Gateway> gateways = new EnumMap<>(Scenario.class);

	Turns(BenchmarkOptions options, EchoUpstream upstream) {
		this.options = options;
		this.upstream = upstream;
		Runtime.getRuntime().addShutdownHook(new Thread(this::close));
	}

	void start(Collection<Scenario> scenarios, int payload) throws IOException, InterruptedException {
		for (Scenario scenario : scenarios) {
			start(scenario, payload);
		}
	}

	/**
	 * Starts one. It is known to {@link #close} before it is waited for.
	 * @param payload the largest frame that is sent, in bytes
	 */
	Gateway start(Scenario scenario, int payload) throws IOException, InterruptedException {
		say("starting " + scenario.label());
		Gateway gateway;
		synchronized (this.gateways) {
			gateway = Gateway.start(scenario, this.options, this.upstream.port(), payload);
			this.gateways.put(scenario, gateway);
		}
		gateway.awaitReady();
		return gateway;
	}

	/**
	 * The gateways, beginning with another one each round, so that no place in the turn
	 * favours one.
	 * @param round counted from 1
	 */
	List<Map.Entry<Scenario, Gateway>> inTurn(int round) {
		List<Map.Entry<Scenario, Gateway>> rows = new ArrayList<>(this.gateways.entrySet());
		Collections.rotate(rows, round - 1);
		return rows;
	}

	/**
	 * Every load through its gateways, unmeasured first, then in rounds.
	 * @param plan which gateways take which load
	 * @param results takes the samples
	 */
	void run(Map<Load, ? extends Collection<Scenario>> plan, Results results) throws IOException {
		warmUp(plan);
		for (int round = 1; round <= this.options.rounds(); round++) {
			round(round, plan, results);
		}
	}

	void warmUp(Map<Load, ? extends Collection<Scenario>> plan) throws IOException {
		say("warming up, " + this.options.warmUp().toSeconds() + " s each");
		for (Load load : plan.keySet()) {
			for (Map.Entry<Scenario, Gateway> row : inTurn(1)) {
				if (plan.get(load).contains(row.getKey())) {
					measure(row.getKey(), row.getValue(), load, Duration.ZERO, this.options.warmUp());
				}
			}
		}
	}

	void round(int round, Map<Load, ? extends Collection<Scenario>> plan, Results results) throws IOException {
		say("round " + round + " of " + this.options.rounds());
		for (Load load : plan.keySet()) {
			for (Map.Entry<Scenario, Gateway> row : inTurn(round)) {
				if (plan.get(load).contains(row.getKey())) {
					results.add(load.toString(), row.getKey(),
							measure(row.getKey(), row.getValue(), load, SETTLE, this.options.window()));
				}
			}
		}
	}

	private Sample measure(Scenario scenario, Gateway gateway, Load load, Duration settle, Duration window)
			throws IOException {
		try (LoadGenerator generator = new LoadGenerator(gateway, load, scenario.keepsOrder())) {
			Sample sample = generator.run(settle, window);
			say("  %-28s %-32s %s".formatted(scenario.label(), load, sample));
			return sample;
		}
		catch (IOException ex) {
			throw new IOException(scenario.label() + ", " + load + ": " + ex.getMessage() + gateway.lastWords(), ex);
		}
	}

	@Override
	public void close() {
		synchronized (this.gateways) {
			this.gateways.values().forEach(Gateway::close);
			this.gateways.clear();
		}
	}

	static void say(String line) {
		System.out.println(line);
	}

}
