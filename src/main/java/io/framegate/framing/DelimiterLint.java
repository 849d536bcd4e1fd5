package io.framegate.framing;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Finds what is wrong with delimiters.
 */
final class DelimiterLint {

	private final FramingDeclaration declared;

	private final FaultList faults;

	private DelimiterLint(FramingDeclaration declared, FaultList faults) {
		this.declared = declared;
		this.faults = faults;
	}

	static void check(FramingDeclaration declared, FaultList faults) {
		DelimiterLint lint = new DelimiterLint(declared, faults);
		lint.checkDelimiters();
		boolean skips = Boolean.TRUE.equals(declared.skipBeforeStart());
		faults.addIf(skips && declared.startDelimiter() == null, "skip-before-start", "needs a start-delimiter");
		FramingDeclaration.Escape escape = declared.escape();
		if (Boolean.FALSE.equals(declared.stripDelimiter())) {
			String message = "cannot be combined with strip-delimiter: false";
			faults.addIf(escape != null, "escape", message);
			faults.addIf(declared.trailer() != null, "trailer", message);
		}
		if (escape != null) {
			lint.checkEscape(escape);
		}
		faults.addIf(escape != null && declared.trailer() != null, "trailer", "cannot be combined with an escape");
		faults.addIf(declared.trailer() != null && !faults.isAny() && !carriesEmpty(declared), "trailer",
				"must not contain a delimiter, nor end with a part of one that the delimiter would complete");
	}

	private static boolean carriesEmpty(FramingDeclaration declared) {
		return new DelimiterShape("", declared).refusal(new byte[0]) == null;
	}

	private void checkDelimiters() {
		List<HexBytes> delimiters = this.declared.delimiter();
		for (int i = 0; i < delimiters.size(); i++) {
			for (int j = 0; j < delimiters.size(); j++) {
				boolean same = delimiters.get(i).equals(delimiters.get(j));
				this.faults.addIf(same && j < i, "delimiter[" + i + "]", "is there twice");
				boolean begins = !same && delimiters.get(j).toString().startsWith(delimiters.get(i).toString());
				this.faults.addIf(begins && !Boolean.TRUE.equals(this.declared.skipBeforeStart()),
						"delimiter[" + i + "]",
						"is the beginning of %s: whether a frame ends with it would be known only with the next one. Remove one of them, or set skip-before-start"
							.formatted(delimiters.get(j)));
				if (!same) {
					checkInner(i, delimiters.get(i).toBytes(), delimiters.get(j));
				}
			}
		}
	}

	/**
	 * A frame ends with the delimiter that ends first.
	 * @param index the index of a delimiter
	 * @param one the delimiter
	 * @param other another one
	 */
	private void checkInner(int index, byte[] one, HexBytes other) {
		byte[] bytes = other.toBytes();
		int at = indexOf(one, bytes);
		int end = at + one.length;
		this.faults.addIf(at > 0 && end < bytes.length, "delimiter[" + index + "]",
				"is within %s: no frame would end with that. Remove one of them".formatted(other));
		boolean skips = at == 0 && Boolean.TRUE.equals(this.declared.skipBeforeStart());
		this.faults.addIf(skips && mayBegin(bytes, end), "delimiter[" + index + "]",
				"leaves bytes of %s that a start-delimiter begins with. Remove one of them".formatted(other));
	}

	private static int indexOf(byte[] one, byte[] other) {
		int at = 0;
		while (at + one.length <= other.length && !Arrays.equals(one, 0, one.length, other, at, at + one.length)) {
			at++;
		}
		return (at + one.length <= other.length) ? at : -1;
	}

	/** Whether a frame may begin within what is left of a delimiter. */
	private boolean mayBegin(byte[] delimiter, int from) {
		HexBytes declaredStart = this.declared.startDelimiter();
		byte[] start = (declaredStart != null) ? declaredStart.toBytes() : new byte[0];
		for (int at = from; at < delimiter.length; at++) {
			int common = Math.min(start.length, delimiter.length - at);
			if (Arrays.equals(delimiter, at, at + common, start, 0, common)) {
				return true;
			}
		}
		return false;
	}

	private void checkEscape(FramingDeclaration.Escape escape) {
		HexBytes octet = escape.octet();
		HexBytes xor = escape.xor();
		this.faults.addIf(octet == null, "escape.byte", "is required");
		one(octet, "escape.byte");
		one(xor, "escape.xor");
		this.faults.addIf(xor != null && !escape.map().isEmpty(), "escape.xor", "cannot be combined with escape.map");
		this.faults.addIf(xor == null && escape.map().isEmpty(), "escape", "must have either map or xor");
		if (octet == null || octet.length() > 1) {
			return;
		}
		this.faults.addIf(isInDelimiter(octet.toBytes()[0]), "escape.byte", "must not be a byte of a delimiter");
		if (xor != null && xor.length() == 1) {
			checkXor(octet.toBytes()[0], xor.toBytes()[0]);
		}
		else if (xor == null && !escape.map().isEmpty()) {
			checkMap(octet, escape.map());
		}
	}

	private void one(@Nullable HexBytes octet, String property) {
		this.faults.addIf(octet != null && octet.length() > 1, property, "must be one byte");
	}

	private boolean isInDelimiter(byte octet) {
		return this.declared.delimiter()
			.stream()
			.map(HexBytes::toBytes)
			.anyMatch((delimiter) -> Octets.indexOf(delimiter, 0, delimiter.length, octet) >= 0);
	}

	private void checkXor(byte octet, byte xor) {
		checkImage(octet, xor);
		HexBytes start = this.declared.startDelimiter();
		for (byte one : (start != null) ? start.toBytes() : new byte[0]) {
			checkImage(one, xor);
		}
		this.declared.delimiter().forEach((delimiter) -> {
			for (byte one : delimiter.toBytes()) {
				checkImage(one, xor);
			}
		});
	}

	private void checkImage(byte meant, byte xor) {
		this.faults.addIf(isInDelimiter((byte) (meant ^ xor)), "escape.xor",
				"must not make a byte of a delimiter: %s becomes %s".formatted(Octets.hex(meant),
						Octets.hex((byte) (meant ^ xor))));
	}

	private void checkMap(HexBytes octet, Map<String, HexBytes> map) {
		Map<String, String> images = new HashMap<>();
		Map<HexBytes, String> meant = new HashMap<>();
		map.entrySet().stream().sorted(Map.Entry.comparingByKey()).forEach((entry) -> {
			String key = entry.getKey();
			String property = property(key);
			one(entry.getValue(), property);
			if (!key.matches("[0-9A-Fa-f]{1,2}")) {
				this.faults.add(property, "must be one byte, such as 01");
				return;
			}
			HexBytes image = HexBytes.of((key.length() == 1) ? "0" + key : key);
			this.faults.addIf(isInDelimiter(image.toBytes()[0]), property, "must not be a byte of a delimiter");
			this.faults.addIf(images.put(image.toString(), key) != null, property, "is there twice");
			String other = meant.put(entry.getValue(), image.toString());
			this.faults.addIf(other != null, property, "means the same byte as %s".formatted(other));
		});
		this.faults.addIf(!meant.containsKey(octet), "escape.map",
				"must have a byte that means the escape byte itself, %s".formatted(octet));
	}

	private static String property(String key) {
		return key.matches("[a-z][a-z0-9-]*") ? "escape.map." + key : "escape.map[" + key + "]";
	}

}
