package io.framegate.actuate;

import java.util.Locale;

import io.framegate.tap.PcapngWriter;
import io.framegate.tap.TapEvent;

import org.springframework.boot.actuate.endpoint.Producible;
import org.springframework.http.MediaType;
import org.springframework.util.MimeType;

/**
 * How frames are written that somebody watches.
 */
enum TapFormat implements Producible<TapFormat> {

	/** Server-sent events. */
	SSE(MediaType.TEXT_EVENT_STREAM) {

		@Override
		TapWriter writer() {
			return new FrameEvents();
		}

	},

	/** A capture file, as Wireshark reads it. */
	PCAPNG(new MediaType("application", "x-pcapng")) {

		@Override
		TapWriter writer() {
			PcapngWriter capture = new PcapngWriter();
			return new TapWriter() {

				@Override
				public byte[] begin() {
					return capture.begin();
				}

				@Override
				public byte[] write(TapEvent event) {
					return capture.write(event);
				}
			};
		}

	};

	private final MediaType type;

	TapFormat(MediaType type) {
		this.type = type;
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
	abstract TapWriter writer();

	@Override
	public MimeType getProducedMimeType() {
		return this.type;
	}

	@Override
	public boolean isDefault() {
		return this == SSE;
	}

}
