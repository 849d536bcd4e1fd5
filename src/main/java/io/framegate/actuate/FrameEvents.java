package io.framegate.actuate;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

import io.framegate.tap.TapEvent;
import io.framegate.tap.TapWriter;
import io.framegate.tap.TappedFrame;
import tools.jackson.databind.json.JsonMapper;

/**
 * Frames as server-sent events.
 */
final class FrameEvents implements TapWriter {

	private static final JsonMapper JSON = new JsonMapper();

	@Override
	public byte[] begin() {
		return comment("watching");
	}

	@Override
	public byte[] write(TapEvent event) {
		return switch (event) {
			case TapEvent.Frame(TappedFrame frame) -> event("frame", view(frame));
			case TapEvent.Lost(long frames) -> event("lost", Map.of("frames", frames));
			case TapEvent.Quiet _ -> comment("quiet");
			case TapEvent.End end -> {
				Map<String, Object> facts = new LinkedHashMap<>();
				facts.put("reason", end.reason().label());
				facts.put("frames", end.frames());
				facts.put("lost", end.lost());
				yield event("end", facts);
			}
		};
	}

	private static Map<String, Object> view(TappedFrame frame) {
		Map<String, Object> facts = new LinkedHashMap<>();
		facts.put("time", frame.time().toString());
		facts.put("route", frame.route());
		facts.put("connection", frame.connection());
		facts.put("side", frame.side().label());
		facts.put("direction", frame.in() ? "in" : "out");
		facts.put("remote", frame.remote());
		facts.put("length", frame.length());
		facts.put("bytes", Base64.getEncoder().encodeToString(frame.bytes()));
		facts.put("truncated", frame.isTruncated());
		facts.put("masked", frame.masked());
		return facts;
	}

	private static byte[] event(String name, Map<String, Object> facts) {
		return ("event: " + name + "\ndata: " + JSON.writeValueAsString(facts) + "\n\n")
			.getBytes(StandardCharsets.UTF_8);
	}

	private static byte[] comment(String text) {
		return (": " + text + "\n\n").getBytes(StandardCharsets.UTF_8);
	}

}
