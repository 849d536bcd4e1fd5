package io.framegate.actuate;

import java.util.Locale;
import java.util.function.Supplier;

import io.framegate.tap.PcapngWriter;
import io.framegate.tap.TapWriter;

import org.springframework.boot.actuate.endpoint.Producible;
import org.springframework.http.MediaType;
import org.springframework.util.MimeType;

/**
 * How frames are written that somebody watches.
 */
enum TapFormat implements Producible<TapFormat> {

	/** Server-sent events. */
	SSE(MediaType.TEXT_EVENT_STREAM, FrameEvents::new),

	/** A capture file, as Wireshark reads it. */
	PCAPNG(new MediaType("application", "x-pcapng"), PcapngWriter::new);

	private final MediaType type;

	private final Supplier<TapWriter> writers;

	TapFormat(MediaType type, Supplier<TapWriter> writers) {
		this.type = type;
		this.writers = writers;
	}

	MediaType type() {
		return this.type;
	}

	String label() {
		return name().toLowerCase(Locale.ROOT);
	}

	/**
	 * A new writer, for one reader.
	 */
	TapWriter writer() {
		return this.writers.get();
	}

	@Override
	public MimeType getProducedMimeType() {
		return this.type;
	}

	@Override
	public boolean isDefault() {
		return this == SSE;
	}

}
