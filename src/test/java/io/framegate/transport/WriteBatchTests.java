package io.framegate.transport;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import io.framegate.framing.Framing;
import io.framegate.framing.Framings;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a loop gathers and hands over. Frames have a length of two bytes before them.
 */
class WriteBatchTests {

	/** As many bytes as are gathered. */
	private static final int SIZE = 128 * 1024;

	private final WriteBatch batch = new WriteBatch();

	private final List<String> told = new ArrayList<>();

	private final Recorder one = new Recorder("1");

	private final Recorder two = new Recorder("2");

	@AfterEach
	void close() {
		this.one.buffers.forEach(ByteBuf::release);
		this.two.buffers.forEach(ByteBuf::release);
		this.batch.close();
	}

	private void add(Recorder to, String frame) {
		this.batch.add(to, frame.getBytes(StandardCharsets.ISO_8859_1));
	}

	/** Frames for sink 1 or 2, or a flush. */
	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			1A                | ''
			1A F              | 1:-A@3 1!
			1A 1BC F          | 1:-A-BC@3,7 1!
			1A 2B F           | 1:-A@3 2:-B@3 1! 2!
			1A 2B 1C F        | 1:-A@3 2:-B@3 1:-C@3 1! 2! 1!
			1A F F            | 1:-A@3 1!
			1A F 1B F         | 1:-A@3 1! 1:-B@3 1!
			1A -1 F           | ''
			1A -2 F           | 1:-A@3 1!
			1A -1 1B F        | 1:-B@3 1!
			1A 2B -2 F        | 1:-A@3 1!
			F                 | ''
			""")
	void framesForOneSinkLeaveTogether(String steps, String told) {
		for (String step : steps.split(" ")) {
			Recorder sink = step.contains("1") ? this.one : this.two;
			switch (step.charAt(0)) {
				case 'F' -> this.batch.flush();
				case '-' -> this.batch.takeBack(sink);
				default -> add(sink, step.substring(1));
			}
		}
		assertThat(String.join(" ", this.told)).isEqualTo(told);
	}

	@Test
	void whatIsGatheredIsKnown() {
		assertThat(this.batch.isEmpty()).isTrue();
		add(this.one, "AB");
		add(this.one, "C");
		assertThat(this.batch.gatheredFor(this.one)).isEqualTo(7);
		assertThat(this.batch.gatheredFor(this.two)).isZero();
		assertThat(this.batch.isEmpty()).isFalse();
		add(this.two, "D");
		assertThat(this.batch.gatheredFor(this.one)).isZero();
		this.batch.takeBack(this.two);
		assertThat(this.batch.isEmpty()).as("one is to be flushed").isFalse();
		this.batch.flush();
		assertThat(this.batch.isEmpty()).isTrue();
	}

	/** 1,200 frames are more than it has room for ends at first. */
	@Test
	void manySmallFramesLeaveTogether() {
		for (int i = 0; i < 1200; i++) {
			add(this.one, "A");
		}
		this.batch.flush();
		assertThat(this.one.lastEnds).hasSize(1200).startsWith(3, 6).endsWith(3600);
		assertThat(this.told).hasSize(2);
	}

	@Test
	void fullBatchIsHandedOver() {
		add(this.one, "x".repeat(65_000));
		add(this.one, "y".repeat(65_000));
		add(this.one, "z".repeat(SIZE - 2 * 65_002 - 2));
		assertThat(this.one.lastEnds).isEmpty();
		assertThat(this.batch.gatheredFor(this.one)).isEqualTo(SIZE);
		add(this.one, "");
		assertThat(this.one.lastEnds).containsExactly(65_002, 130_004, SIZE);
		this.batch.flush();
		assertThat(this.one.lastEnds).containsExactly(2);
	}

	@Test
	void longFrameHasABufferOfItsOwn() {
		Recorder sink = new Recorder("3", Framings.named("length4", false));
		add(sink, "A");
		this.batch.add(sink, new byte[SIZE - 4]);
		assertThat(this.batch.gatheredFor(sink)).isEqualTo(SIZE);
		this.batch.add(sink, new byte[SIZE - 3]);
		assertThat(sink.allocated).as("the batch's own is in use").containsExactly(SIZE, SIZE + 1);
		assertThat(sink.lastEnds).containsExactly(SIZE + 1);
		this.batch.flush();
		assertThat(this.told).hasSize(6).endsWith("3!", "3!", "3!");
		sink.buffers.forEach(ByteBuf::release);
	}

	@Test
	void longFrameWithoutMemoryIsLeftOut() {
		Recorder sink = new Recorder("3", Framings.named("length4", false));
		sink.noMemory = true;
		add(sink, "A");
		this.batch.add(sink, new byte[SIZE]);
		add(sink, "B");
		this.batch.flush();
		assertThat(sink.buffers).extracting(ByteBuf::readableBytes).containsExactly(5, 5);
		sink.buffers.forEach(ByteBuf::release);
	}

	@Test
	void ownBufferServesAgainOnceItIsFree() {
		add(this.one, "A");
		this.batch.flush();
		add(this.one, "B");
		this.batch.flush();
		assertThat(this.one.allocated).containsExactly(3);
		this.one.buffers.forEach(ByteBuf::release);
		this.one.buffers.clear();
		add(this.one, "C");
		this.batch.flush();
		assertThat(this.one.allocated).hasSize(1);
	}

	@Test
	void sinkThatTakesNothingIsNotFlushed() {
		this.one.refuses = true;
		add(this.one, "A");
		add(this.two, "B");
		this.batch.flush();
		assertThat(this.told).containsExactly("1:-A@3", "2:-B@3", "2!");
	}

	@Test
	void faultOfOneSinkStopsNoOther() {
		this.one.enqueueFault = new IllegalStateException("enqueue");
		add(this.one, "A");
		add(this.two, "B");
		this.two.flushFault = new IllegalStateException("flush");
		Recorder three = new Recorder("3");
		add(three, "C");
		this.batch.flush();
		assertThat(this.told).containsExactly("1 failed enqueue", "2:-B@3", "3:-C@3", "2 failed flush", "3!");
		assertThat(this.batch.isEmpty()).isTrue();
		three.buffers.forEach(ByteBuf::release);
	}

	@Test
	void framesWithoutABufferAreNotWritten() {
		add(this.one, "A");
		this.batch.flush();
		this.one.allocateFault = new IllegalStateException("allocate");
		add(this.one, "BC");
		add(this.one, "D");
		this.batch.flush();
		assertThat(this.told).last().isEqualTo("1 not written 2/3 allocate");
		Recorder sink = new Recorder("3", Framings.named("length4", false));
		sink.allocateFault = new IllegalStateException("allocate");
		this.batch.add(sink, new byte[SIZE]);
		assertThat(this.told).last().isEqualTo("3 not written 1/" + SIZE + " allocate");
	}

	/** Remembers what it is told. */
	private final class Recorder implements WriteBatch.Sink {

		private final String name;

		private final Framing framing;

		private final List<ByteBuf> buffers = new ArrayList<>();

		private final List<Integer> allocated = new ArrayList<>();

		private final List<Integer> lastEnds = new ArrayList<>();

		private boolean noMemory;

		private boolean refuses;

		private RuntimeException enqueueFault;

		private RuntimeException flushFault;

		private RuntimeException allocateFault;

		private Recorder(String name) {
			this(name, Framings.named("length2", false));
		}

		private Recorder(String name, Framing framing) {
			this.name = name;
			this.framing = framing;
		}

		@Override
		public Framing framing() {
			return this.framing;
		}

		@Override
		public ByteBuf allocate(int size) {
			if (this.allocateFault != null) {
				throw this.allocateFault;
			}
			this.allocated.add(size);
			return Unpooled.buffer(size, size);
		}

		@Override
		public ByteBuf allocate(int size, byte[] payload) {
			return this.noMemory ? null : allocate(size);
		}

		@Override
		public boolean enqueue(ByteBuf buffer, int[] ends, int[] payloads, int count) {
			this.buffers.add(buffer);
			if (this.enqueueFault != null) {
				throw this.enqueueFault;
			}
			this.lastEnds.clear();
			StringBuilder all = new StringBuilder();
			for (int i = 0; i < count; i++) {
				this.lastEnds.add(ends[i]);
				all.append((i > 0) ? "," : "").append(ends[i]);
			}
			// Each length takes two bytes, of which the first is 0 in short frames.
			String text = buffer.toString(StandardCharsets.ISO_8859_1).replaceAll("\\x00[\\x00-\\x1f]", "-");
			WriteBatchTests.this.told.add(this.name + ":" + ((text.length() < 50) ? text : "...") + "@" + all);
			return !this.refuses;
		}

		@Override
		public void flush() {
			if (this.flushFault != null) {
				throw this.flushFault;
			}
			WriteBatchTests.this.told.add(this.name + "!");
		}

		@Override
		public void notWritten(int frames, long bytes, Throwable fault) {
			WriteBatchTests.this.told
				.add(this.name + " not written " + frames + "/" + bytes + " " + fault.getMessage());
		}

		@Override
		public void failed(Throwable fault) {
			WriteBatchTests.this.told.add(this.name + " failed " + fault.getMessage());
		}

	}

}
