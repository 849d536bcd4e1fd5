package io.framegate.closure;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How many first bytes are kept.
 */
class UnreadableStartsTests {

	private final UnreadableStarts starts = new UnreadableStarts();

	private void keep(String route, int count) {
		for (int i = 0; i < count; i++) {
			this.starts.keep(route + "-" + i, route, Side.INBOUND, new byte[] { (byte) i });
		}
	}

	@Test
	void newestOfARouteAreKept() {
		keep("busy", 150);
		keep("quiet", 1);
		assertThat(this.starts.find("busy-49")).isNull();
		assertThat(this.starts.find("busy-50")).isNotNull();
		assertThat(this.starts.find("quiet-0")).isNotNull();
		assertThat(this.starts.find("nobody")).isNull();
	}

	@Test
	void allRoutesTogetherKeepABoundedNumber() {
		for (int route = 0; route < 100; route++) {
			keep("r" + route, UnreadableStarts.OF_ROUTE);
		}
		int found = 0;
		for (int route = 0; route < 100; route++) {
			for (int i = 0; i < UnreadableStarts.OF_ROUTE; i++) {
				found += (this.starts.find("r" + route + "-" + i) != null) ? 1 : 0;
			}
		}
		assertThat(found).isEqualTo(UnreadableStarts.OF_ALL);
	}

	@Test
	void laterBytesOfAConnectionReplaceItsEarlier() {
		this.starts.keep("c", "r", Side.UPSTREAM, new byte[] { 1 });
		this.starts.keep("c", "r", Side.UPSTREAM, new byte[] { 2 });
		assertThat(this.starts.find("c").bytes()).containsExactly(2);
	}

}
