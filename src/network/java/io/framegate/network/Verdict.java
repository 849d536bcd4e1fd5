package io.framegate.network;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * What was found to be wrong. Any thread may add to it.
 */
final class Verdict {

	private final List<String> faults = new CopyOnWriteArrayList<>();

	void fault(String text) {
		this.faults.add(text);
		System.out.println("FAULT " + text);
	}

	void expect(String what, Object expected, Object found) {
		if (!expected.equals(found)) {
			fault(what + ": expected " + expected + ", found " + found);
		}
	}

	List<String> faults() {
		return this.faults;
	}

}
