package io.framegate.actuate;

import java.time.Duration;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import io.framegate.tap.Tap;
import io.framegate.tap.TapEvent;
import io.framegate.tap.TapWriter;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.http.HttpHeaders;

/**
 * A tap as an answer. It looks for frames ten times a second, on threads of its own, and
 * only as fast as they are read.
 */
final class FrameStream extends StreamedBody {

	private static final Duration LOOK_EVERY = Duration.ofMillis(100);

	/** A reader that takes nothing is left so long after the tap's end. */
	private static final Duration LAST = Duration.ofSeconds(30);

	private static final int UNREAD_SECONDS = 10;

	private final Tap tap;

	private final TapFormat format;

	private final Runnable ended;

	private final AtomicBoolean begun = new AtomicBoolean();

	private final AtomicBoolean done = new AtomicBoolean();

	/**
	 * A tap that was opened.
	 * @param tap the tap
	 * @param format how frames are written
	 * @param ended run when the reader has gone, or has got all
	 */
	FrameStream(Tap tap, TapFormat format, Runnable ended) {
		this.tap = tap;
		this.format = format;
		this.ended = ended;
		// Who has gone before the answer began does not cancel it.
		Schedulers.parallel().schedule(this::forgetUnlessBegun, UNREAD_SECONDS, TimeUnit.SECONDS);
	}

	private void forgetUnlessBegun() {
		if (!this.begun.get()) {
			unwanted();
		}
	}

	@Override
	void describe(HttpHeaders headers) {
		headers.setContentType(this.format.type());
		headers.set("X-Accel-Buffering", "no");
		if (this.format == TapFormat.PCAPNG) {
			headers.set(HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"frames.pcapng\"");
		}
	}

	@Override
	Flux<byte[]> parts() {
		this.begun.set(true);
		TapWriter writer = this.format.writer();
		Duration most = Duration.ofNanos(this.tap.request().nanos()).plus(LAST);
		return Flux.interval(Duration.ZERO, LOOK_EVERY, Schedulers.parallel())
			.onBackpressureDrop()
			.concatMapIterable((tick) -> () -> new Ready(this.tap), 1)
			.takeUntil(TapEvent.End.class::isInstance)
			.takeUntilOther(Mono.delay(most))
			.map(writer::write)
			.startWith(writer.begin())
			.doFinally((how) -> unwanted());
	}

	@Override
	void unwanted() {
		if (this.done.compareAndSet(false, true)) {
			this.tap.close();
			this.ended.run();
		}
	}

	/** What can be read now. */
	private static final class Ready implements Iterator<TapEvent> {

		private final Tap tap;

		private @Nullable TapEvent next;

		private Ready(Tap tap) {
			this.tap = tap;
		}

		@Override
		public boolean hasNext() {
			if (this.next == null) {
				this.next = this.tap.poll();
			}
			return this.next != null;
		}

		@Override
		public TapEvent next() {
			TapEvent event = hasNext() ? this.next : null;
			this.next = null;
			if (event == null) {
				throw new NoSuchElementException();
			}
			return event;
		}

	}

}
