package io.framegate.channel;

import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

import io.micrometer.observation.ObservationRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.integration.channel.DirectChannel;
import org.springframework.messaging.support.ChannelInterceptor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

/**
 * When a frame may go by its channel: only if a message would reach the route's own
 * handler and nobody else.
 */
class FrameChannelTests {

	private static final ChannelInterceptor SEES = new ChannelInterceptor() {
	};

	private final FrameHandler own = new FrameHandler((message) -> {
	});

	private final FrameChannel channel = new FrameChannel();

	static Stream<Arguments> watching() {
		return Stream.of(watching("interceptor", (channel) -> channel.addInterceptor(SEES)),
				watching("interceptor at an index", (channel) -> channel.addInterceptor(0, SEES)),
				watching("interceptors", (channel) -> channel.setInterceptors(List.of(SEES))),
				watching("history", (channel) -> channel.setShouldTrack(true)),
				watching("debug line", (channel) -> channel.setLoggingEnabled(true)),
				watching("conversion", (channel) -> channel.setDatatypes(String.class)),
				watching("observation", (channel) -> channel.registerObservationRegistry(ObservationRegistry.create())),
				watching("second subscriber", (channel) -> channel.subscribe((message) -> {
				})));
	}

	private static Arguments watching(String what, Consumer<FrameChannel> begins) {
		return argumentSet(what, begins);
	}

	@ParameterizedTest
	@MethodSource("watching")
	void frameDoesNotGoByWhoeverWatches(Consumer<FrameChannel> begins) {
		this.channel.subscribe(this.own);
		assertThat(this.channel.isUnwatched()).isTrue();
		begins.accept(this.channel);
		assertThat(this.channel.isUnwatched()).isFalse();
	}

	@Test
	void frameDoesNotGoByAUsersFlow() {
		this.channel.subscribe((message) -> {
		});
		assertThat(this.channel.isUnwatched()).isFalse();
	}

	@Test
	void frameDoesNotGoByAChannelThatNobodySubscribesTo() {
		assertThat(this.channel.isUnwatched()).isFalse();
		this.channel.subscribe(this.own);
		this.channel.unsubscribe(this.own);
		assertThat(this.channel.isUnwatched()).isFalse();
	}

	@Test
	void frameGoesByOnceNobodyWatchesAnyMore() {
		this.channel.subscribe(this.own);
		this.channel.addInterceptor(SEES);
		this.channel.removeInterceptor(SEES);
		assertThat(this.channel.isUnwatched()).isTrue();
		this.channel.addInterceptor(SEES);
		this.channel.removeInterceptor(0);
		assertThat(this.channel.isUnwatched()).isTrue();
	}

	@Test
	void frameDoesNotGoByWhoeverWatchesTheAdapter() {
		this.channel.subscribe(this.own);
		FrameAdapter adapter = new FrameAdapter(this.channel);
		assertThat(adapter.isUnwatched()).isTrue();
		adapter.setShouldTrack(true);
		assertThat(adapter.isUnwatched()).isFalse();
		FrameAdapter observed = new FrameAdapter(this.channel);
		observed.registerObservationRegistry(ObservationRegistry.create());
		assertThat(observed.isUnwatched()).isFalse();
		FrameAdapter stopping = new FrameAdapter(this.channel);
		stopping.beforeShutdown();
		assertThat(stopping.isUnwatched()).isFalse();
		assertThat(new FrameAdapter(new DirectChannel()).isUnwatched()).isFalse();
	}

}
