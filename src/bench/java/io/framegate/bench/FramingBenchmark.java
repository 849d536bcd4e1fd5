package io.framegate.bench;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

import io.framegate.framing.FrameCutter;
import io.framegate.framing.FrameSink;
import io.framegate.framing.Framing;
import io.framegate.framing.Framings;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

import org.springframework.integration.ip.tcp.serializer.AbstractByteArraySerializer;
import org.springframework.integration.ip.tcp.serializer.ByteArrayCrLfSerializer;
import org.springframework.integration.ip.tcp.serializer.ByteArrayLengthHeaderSerializer;
import org.springframework.integration.ip.tcp.serializer.ByteArrayStxEtxSerializer;

/**
 * What it takes to cut a frame off an array of bytes, and to write one into an array:
 * Framegate's framings as its connections use them, and Spring Integration's serializers
 * as its connections use them, from and to a stream.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
public class FramingBenchmark {

	/** Ends the name of a serializer of Spring Integration's. */
	static final String STOCK = " of Spring Integration";

	private static final int FRAMES = 16;

	/** The first nine are built in, the rest is declared. */
	@Param({ "crlf", "crlf" + STOCK, "stx-etx", "stx-etx" + STOCK, "length4", "length4" + STOCK, "lf", "mllp",
			"length2", "ascii4", "netstring", "protobuf", "jt808", "syslog" })
	String framing = "";

	@Param({ "64", "1024" })
	int payload;

	private byte[] frame = {};

	private byte[] stream = {};

	private @Nullable Subject subject;

	@Setup
	public void prepare(Blackhole blackhole) throws IOException {
		this.frame = new byte[this.payload];
		Arrays.fill(this.frame, (byte) 'x');
		Subject subject = subject(blackhole);
		ByteArrayOutputStream all = new ByteArrayOutputStream();
		for (int i = 0; i < FRAMES; i++) {
			all.write(subject.written(this.frame));
		}
		this.stream = all.toByteArray();
		this.subject = subject;
	}

	private Subject subject(Blackhole blackhole) {
		return switch (this.framing) {
			case "crlf" + STOCK -> new Stock(new ByteArrayCrLfSerializer(), blackhole);
			case "stx-etx" + STOCK -> new Stock(new ByteArrayStxEtxSerializer(), blackhole);
			case "length4" + STOCK -> new Stock(new ByteArrayLengthHeaderSerializer(), blackhole);
			default -> new Own(Framings.named(this.framing, false), blackhole);
		};
	}

	@Benchmark
	@OperationsPerInvocation(FRAMES)
	public void cut() throws IOException {
		Objects.requireNonNull(this.subject).cut(this.stream);
	}

	@Benchmark
	@OperationsPerInvocation(FRAMES)
	public void write(Blackhole blackhole) throws IOException {
		Subject subject = Objects.requireNonNull(this.subject);
		for (int i = 0; i < FRAMES; i++) {
			blackhole.consume(subject.write(this.frame));
		}
	}

	/** What is measured. */
	private abstract static class Subject {

		abstract void cut(byte[] stream) throws IOException;

		/** Writes into an array that is used again. */
		abstract int write(byte[] payload) throws IOException;

		/** A frame's bytes. */
		abstract byte[] written(byte[] payload) throws IOException;

	}

	private static final class Own extends Subject {

		private final byte[] target = new byte[8 * 1024];

		private final Framing framing;

		private final FrameCutter cutter;

		private final FrameSink sink;

		Own(Framing framing, Blackhole blackhole) {
			this.framing = framing;
			this.sink = (payload) -> {
				blackhole.consume(payload);
				return true;
			};
			this.cutter = framing.cutter(64 * 1024);
		}

		@Override
		void cut(byte[] stream) throws IOException {
			this.cutter.cut(stream, 0, stream.length, this.sink);
		}

		@Override
		int write(byte[] payload) throws IOException {
			if (this.framing.refusal(payload) != null) {
				throw new IOException("not encodable");
			}
			Framing writing = this.framing.writing(payload);
			int length = writing.prefix(payload, this.target, 0);
			byte[] body = writing.body(payload);
			System.arraycopy(body, 0, this.target, length, body.length);
			length += body.length;
			return length + writing.suffix(payload, this.target, length);
		}

		@Override
		byte[] written(byte[] payload) throws IOException {
			return Arrays.copyOf(this.target, write(payload));
		}

	}

	private static final class Stock extends Subject {

		private final ByteArrayOutputStream target = new ByteArrayOutputStream(8 * 1024);

		private final AbstractByteArraySerializer serializer;

		private final Blackhole blackhole;

		Stock(AbstractByteArraySerializer serializer, Blackhole blackhole) {
			this.serializer = serializer;
			this.blackhole = blackhole;
		}

		@Override
		void cut(byte[] stream) throws IOException {
			ByteArrayInputStream input = new ByteArrayInputStream(stream);
			for (int i = 0; i < FRAMES; i++) {
				this.blackhole.consume(this.serializer.deserialize(input));
			}
		}

		@Override
		int write(byte[] payload) throws IOException {
			this.target.reset();
			this.serializer.serialize(payload, this.target);
			return this.target.size();
		}

		@Override
		byte[] written(byte[] payload) throws IOException {
			write(payload);
			return this.target.toByteArray();
		}

	}

}
