package io.framegate.actuate;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import org.junit.jupiter.api.Test;
import reactor.netty.NettyPipeline;

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

	private static EmbeddedChannel from(String address) {
		EmbeddedChannel channel = new EmbeddedChannel() {

			@Override
			protected SocketAddress remoteAddress0() {
				return new InetSocketAddress(address, 40_000);
			}
		};
		channel.pipeline().addLast(NettyPipeline.HttpCodec, new ChannelHandlerAdapter() {
		});
		return channel;
	}

	@Test
	void oneTooManyCostsThePeerThatHasMostItsOldestIdleOne() {
		ManagementConnections connections = new ManagementConnections(4);
		EmbeddedChannel probe = from("10.0.0.1");
		EmbeddedChannel busy = from("10.0.0.2");
		EmbeddedChannel oldest = from("10.0.0.2");
		EmbeddedChannel newer = from("10.0.0.2");
		for (EmbeddedChannel each : List.of(probe, busy, oldest, newer)) {
			connections.add(each);
		}
		busy.writeInbound(new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/"));
		EmbeddedChannel another = from("10.0.0.3");
		connections.add(another);
		assertThat(List.of(probe, busy, oldest, newer, another)).extracting(EmbeddedChannel::isOpen)
			.containsExactly(true, true, false, true, true);
		// What has closed makes room.
		newer.close();
		connections.add(from("10.0.0.4"));
		assertThat(List.of(probe, busy, another)).allMatch(EmbeddedChannel::isOpen);
	}

	@Test
	void strangersWhoAllTakeNoAnswerDoNotKeepAProbeOut() {
		ManagementConnections connections = new ManagementConnections(4);
		List<EmbeddedChannel> strangers = Stream.of("10.0.1.1", "10.0.1.2", "10.0.1.3", "10.0.1.4")
			.map(ManagementConnectionTests::from)
			.toList();
		for (EmbeddedChannel each : strangers) {
			connections.add(each);
			each.writeInbound(new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/"));
		}
		EmbeddedChannel probe = from("10.0.0.1");
		connections.add(probe);
		assertThat(probe.isOpen()).isTrue();
		assertThat(strangers).extracting(EmbeddedChannel::isOpen).containsExactly(false, true, true, true);
	}

	@Test
	void closesWhereNobodyTakesTheAnswer() {
		head();
		this.channel.writeInbound(LastHttpContent.EMPTY_LAST_CONTENT);
		seconds(120);
		assertThat(this.channel.isOpen()).isFalse();
	}

	@Test
	void answerMayComeLittleByLittleWhileItIsTaken() {
		head();
		this.channel.writeInbound(LastHttpContent.EMPTY_LAST_CONTENT);
		this.channel.writeOutbound(new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK));
		for (int i = 0; i < 30; i++) {
			seconds(10);
			this.channel.writeOutbound(new DefaultHttpContent(Unpooled.copiedBuffer(new byte[1])));
		}
		assertThat(this.channel.isOpen()).isTrue();
		seconds(119);
		assertThat(this.channel.isOpen()).isTrue();
		seconds(1);
		assertThat(this.channel.isOpen()).isFalse();
	}

}
