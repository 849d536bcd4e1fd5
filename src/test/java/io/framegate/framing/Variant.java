package io.framegate.framing;

import java.util.ArrayList;
import java.util.List;

/**
 * A framing under test: each of {@link Framings}, the lengths that count themselves too,
 * and a terminator with its high bit set.
 *
 * @param name for reports
 * @param framing the framing
 */
record Variant(String name, Framing framing) {

	static List<Variant> all() {
		List<Variant> all = new ArrayList<>();
		for (String name : Framings.NAMES) {
			all.add(new Variant(name, Framings.named(name, false)));
		}
		for (String name : List.of("length1", "length2", "length4")) {
			all.add(new Variant(name + "-inclusive", Framings.named(name, true)));
		}
		all.add(new Variant("0xFF", new TerminatorFraming((byte) 0xFF)));
		return all;
	}

	/** Those that keep frames apart. */
	static List<Variant> framed() {
		return all().stream().filter((variant) -> !variant.isStream()).toList();
	}

	boolean isStream() {
		return this.framing instanceof StreamFraming;
	}

	@Override
	public String toString() {
		return this.name;
	}

}
