package io.framegate.actuate;

import java.util.concurrent.TimeUnit;

import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ManagementConnectionTests {

	private final EmbeddedChannel channel = new EmbeddedChannel();

	private final ManagementConnection connection = new ManagementConnection(this.channel, "peer");

	ManagementConnectionTests() {
		this.channel.freezeTime();
		this.channel.pipeline().addLast(this.connection);
	}

	private void seconds(int seconds) {
		this.channel.advanceTimeBy(seconds, TimeUnit.SECONDS);
		this.channel.runPendingTasks();
	}

	private void head() {
		this.channel.writeInbound(new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/"));
	}

	@Test
	void closesWhereNoRequestComes() {
		seconds(29);
		assertThat(this.channel.isOpen()).isTrue();
		seconds(1);
		assertThat(this.channel.isOpen()).isFalse();
	}

	@Test
	void closesWhereARequestIsNeverWhole() {
		head();
		seconds(9);
		assertThat(this.channel.isOpen()).isTrue();
		seconds(1);
		assertThat(this.channel.isOpen()).isFalse();
	}

	@Test
	void waitsForTheAnswerAndThenForTheNextRequest() {
		head();
		this.channel.writeInbound(LastHttpContent.EMPTY_LAST_CONTENT);
		assertThat(this.connection.isBusy()).isTrue();
		seconds(65);
		assertThat(this.channel.isOpen()).isTrue();
		this.channel.writeOutbound(new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK));
		assertThat(this.connection.isBusy()).isFalse();
		seconds(29);
		assertThat(this.channel.isOpen()).isTrue();
		seconds(1);
		assertThat(this.channel.isOpen()).isFalse();
	}

	@Test
	void closesWhereNobodyTakesTheAnswer() {
		head();
		this.channel.writeInbound(LastHttpContent.EMPTY_LAST_CONTENT);
		seconds(120);
		assertThat(this.channel.isOpen()).isFalse();
	}

}
