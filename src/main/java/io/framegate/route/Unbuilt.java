package io.framegate.route;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What the configuration can say and this version cannot do. Delete a line when its
 * capability is there.
 */
final class Unbuilt {

	/** Each is refused, but for the value that means it is not wanted. */
	private static final List<Unbuilt> ALL = List.of(
	// @formatter:off
			new Unbuilt("mode", "session"),
			new Unbuilt("listen.tls", null),
			new Unbuilt("listen.proxy-protocol", "off"),
			new Unbuilt("listen.proxy-trusted", null),
			new Unbuilt("listen.allow", null),
			new Unbuilt("listen.deny", null),
			new Unbuilt("listen.max-connections-per-ip", "0"),
			new Unbuilt("listen.max-accepts-per-second", "0"),
			new Unbuilt("upstream.balance", null),
			new Unbuilt("upstream.tls", null),
			new Unbuilt("upstream.proxy-protocol", "off"),
			new Unbuilt("upstream.sharing", null),
			new Unbuilt("upstream.pool", null),
			new Unbuilt("upstream.correlation", null),
			new Unbuilt("upstream.heartbeat", null),
			new Unbuilt("upstream.on-failure", null),
			new Unbuilt("upstream.on-failure-reply", null),
			new Unbuilt("upstream.on-down", null),
			new Unbuilt("upstream.health-check", null)
	// @formatter:on
	);

	private final String key;

	private final @Nullable String harmless;

	private Unbuilt(String key, @Nullable String harmless) {
		this.key = key;
		this.harmless = harmless;
	}

	/**
	 * Refuses what cannot be done.
	 * @param settings the settings, all of them of the right type
	 * @param problems takes what is refused
	 */
	static void refuse(Settings settings, Problems problems) {
		for (String route : settings.routes()) {
			for (Unbuilt unbuilt : ALL) {
				unbuilt.refuse(Settings.route(route) + "." + unbuilt.key, settings, problems);
			}
		}
	}

	private void refuse(String property, Settings settings, Problems problems) {
		settings.firstAt(property).ifPresent((setting) -> {
			String message = "is not available in this version";
			if (!setting.property().equals(property)) {
				problems.add(new Problem(property, null, setting.origin(), message));
			}
			else if (this.harmless == null) {
				problems.add(property, setting, message);
			}
			else if (!this.harmless.equals(setting.value().toString())) {
				problems.add(property, setting, message + ": only " + this.harmless + " is");
			}
		});
	}

}
