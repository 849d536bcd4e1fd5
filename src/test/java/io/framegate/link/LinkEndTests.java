package io.framegate.link;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

import io.framegate.exchange.Exchange;
import io.framegate.route.Sharing;
import io.framegate.testkit.TestUpstream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What becomes of the exchanges of a link that ends.
 */
class LinkEndTests {

	private final TestUpstream server = TestUpstream.sink();

	private TestLinks owner;

	private PermanentLinks links;

	@AfterEach
	void close() {
		this.owner.close();
		this.server.close();
	}

	private void begin(Sharing sharing) {
		Map<String, String> properties = new TreeMap<>(Map.of("upstream.targets", this.server.address(),
				"upstream.sharing", sharing.name().toLowerCase(Locale.ROOT)));
		if (sharing == Sharing.CORRELATED) {
			properties.put("upstream.correlation.offset", "0");
			properties.put("upstream.correlation.length", "2");
		}
		this.owner = new TestLinks(properties);
		this.links = this.owner.opened(1);
	}

	/** They are put back in front of their clients' others, the last one first. */
	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "EXCLUSIVE")
	void requestsThatHaveNotLeftGoElsewhereInTheirOrder(Sharing sharing) {
		begin(sharing);
		TestLinks.Client client = this.owner.client(1);
		this.owner.connections().inLoop(() -> {
			Link link = this.links.all().getFirst();
			for (String request : new String[] { "01 first", "02 second", "03 third" }) {
				this.owner.send(link, this.owner.exchange(client, request));
			}
			this.owner.told().clear();
			// As if the server had sent FIN before the loop could flush.
			link.inputEnded(link.connection());
			assertThat(this.owner.told()).containsExactly("gone", "put back 03 third", "put back 02 second",
					"put back 01 first", "room");
			assertThat(link.isOpen()).isFalse();
			assertThat(client.onLane()).hasValue(0);
			assertThat(this.owner.ended()).isEmpty();
		});
	}

	@ParameterizedTest
	@CsvSource({ "ORDERED", "CORRELATED" })
	void requestsThatMayHaveLeftFail(Sharing sharing) {
		begin(sharing);
		TestLinks.Client client = this.owner.client(1);
		this.owner.connections()
			.inLoop(() -> this.owner.send(this.links.all().getFirst(), this.owner.exchange(client, "01 first")));
		Awaitility.await().until(() -> this.server.receivedCount() > 0);
		this.owner.connections().inLoop(() -> {
			Link link = this.links.all().getFirst();
			Exchange second = this.owner.exchange(client, "02 second");
			this.owner.send(link, second);
			this.owner.told().clear();
			link.inputEnded(link.connection());
			assertThat(this.owner.told()).containsExactly("gone", "put back 02 second", "room");
			assertThat(this.owner.ended()).containsExactly("01 first: UPSTREAM_EOF");
			assertThat(second.isEnded()).isFalse();
		});
	}

}
