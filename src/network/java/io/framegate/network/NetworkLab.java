package io.framegate.network;

import java.io.IOException;
import java.time.Duration;

/**
 * Runs the scenarios one after the other, each in namespaces and with a gateway of its
 * own, and removes them whatever happens. Needs root, {@code ip} and {@code nft}. See
 * {@link LabOptions} for what can be set.
 */
final class NetworkLab {

	private NetworkLab() {
	}

	static Verdict run(LabOptions options) throws Exception {
		Namespace.removeAll();
		Runtime.getRuntime().addShutdownHook(new Thread(NetworkLab::cleanUp));
		Verdict verdict = new Verdict();
		for (String scenario : options.only()) {
			System.out.println("\n" + scenario);
			play(scenario, options, verdict);
		}
		System.out.println(verdict.faults().isEmpty() ? "\nNothing was wrong"
				: "\n" + verdict.faults().size() + " faults:\n" + String.join("\n", verdict.faults()));
		return verdict;
	}

	private static void play(String scenario, LabOptions options, Verdict verdict) throws Exception {
		switch (scenario) {
			case "dead-peers" -> {
				try (Network network = new Network(Duration.ZERO, 0)) {
					new DeadPeers(network, options, verdict).run();
				}
			}
			case "weak-network" -> {
				try (Network network = new Network(options.delay(), options.loss())) {
					new WeakNetwork(network, options, verdict).run();
				}
			}
			default -> throw new IllegalArgumentException(
					"network.only: no scenario '" + scenario + "'; there are dead-peers and weak-network");
		}
	}

	private static void cleanUp() {
		try {
			Namespace.removeAll();
		}
		catch (IOException ex) {
			System.err.println(ex.getMessage());
		}
	}

}
