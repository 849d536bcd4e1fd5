package io.framegate.link;

import java.util.Map;

import io.framegate.exchange.Exchange;
import io.framegate.testkit.TestUpstream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Frames that nobody answers.
 */
class OneWayLinkTests {

	private final TestUpstream server = TestUpstream.sink();

	private TestLinks owner;

	@BeforeEach
	void begin() {
		this.owner = new TestLinks(Map.of("mode", "one-way", "upstream.targets", this.server.address()));
	}

	@AfterEach
	void close() {
		this.owner.close();
		this.server.close();
	}

	private void inLoop(Runnable task) {
		this.owner.connections().inLoop(task);
	}

	@Test
	void frameIsDoneOnceTheKernelHasItsLastByte() {
		PermanentLinks links = this.owner.opened(1);
		TestLinks.Client client = this.owner.client(1);
		inLoop(() -> {
			Link link = links.all().getFirst();
			this.owner.send(link, this.owner.exchange(client, "first"));
			this.owner.send(link, this.owner.exchange(client, "second"));
			assertThat(this.owner.ended()).isEmpty();
			assertThat(client.onLane()).hasValue(2);
		});
		Awaitility.await().untilAsserted(() -> assertThat(this.owner.ended()).containsExactly("first: ", "second: "));
		inLoop(() -> {
			assertThat(client.onLane()).hasValue(0);
			assertThat(links.all().getFirst().exchangesInFlight()).isEmpty();
		});
		Awaitility.await().until(() -> this.server.receivedCount() == "first\r\nsecond\r\n".length());
	}

	@Test
	void clientKeepsToItsLinkAsLongAsThatIsThere() {
		PermanentLinks links = this.owner.opened(2);
		TestLinks.Client client = this.owner.client(1);
		inLoop(() -> {
			Link first = links.all().getFirst();
			Link second = links.all().getLast();
			Exchange next = this.owner.exchange(client, "second");
			this.owner.send(first, this.owner.exchange(client, "first"));
			assertThat(second.hasRoomFor(next)).isFalse();
			assertThat(second.hasRoomFor(this.owner.exchange(this.owner.client(2), "other"))).isTrue();
			first.stopUse();
			assertThat(second.hasRoomFor(next)).as("while one is under way").isFalse();
		});
		Awaitility.await().untilAsserted(() -> assertThat(this.owner.ended()).containsExactly("first: "));
		// What waits for its link to be done with is told that it is.
		assertThat(this.owner.told()).contains("room for client 1");
		inLoop(() -> assertThat(links.all().getLast().hasRoomFor(this.owner.exchange(client, "second"))).isTrue());
	}

	@Test
	void whatTheServerSendsIsNoReply() {
		PermanentLinks links = this.owner.opened(1);
		inLoop(() -> {
			Link link = links.all().getFirst();
			this.owner.send(link, this.owner.exchange(this.owner.client(1), "first"));
			link.received(new byte[1], null);
			assertThat(this.owner.ended()).isEmpty();
			assertThat(this.owner.unsolicited()).isEmpty();
			assertThat(link.isOpen()).isTrue();
		});
	}

}
