package io.framegate.channel;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import org.springframework.integration.channel.DirectChannel;
import org.springframework.integration.history.MessageHistory;
import org.springframework.messaging.Message;
import org.springframework.messaging.support.GenericMessage;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The adapter does what Spring Integration's does where somebody asks for it.
 */
class FrameAdapterTests {

	@Test
	void historyOfAMessageNamesTheAdapterWhereMessagesAreTracked() {
		List<Message<?>> got = new ArrayList<>();
		DirectChannel channel = new DirectChannel();
		channel.subscribe(got::add);
		FrameAdapter adapter = new FrameAdapter(channel);
		adapter.setComponentName("framegate.s.inbound");
		adapter.sendMessage(new GenericMessage<>("untracked"));
		adapter.setShouldTrack(true);
		adapter.sendMessage(new GenericMessage<>("tracked"));
		assertThat(MessageHistory.read(got.getFirst())).isNull();
		assertThat(MessageHistory.read(got.getLast())).hasToString("framegate.s.inbound");
	}

}
