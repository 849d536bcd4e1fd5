package io.framegate.exchange;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Predicate;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import io.framegate.route.Correlation;
import io.framegate.route.FrameCondition;
import org.jspecify.annotations.Nullable;

/**
 * Finds the key that a request and its reply have in common, replaces it, and says which
 * frames are replies. Regular expressions run in linear time and see only the first
 * {@link FrameCondition#SEARCHED_BYTES} of a frame. Any thread may call.
 */
public final class Correlator {

	/** Separates what two groups have found; no byte is this character. */
	private static final char NEXT_GROUP = '\u0100';

	/** Stands for a group that has found nothing. */
	private static final char NO_GROUP = '\u0101';

	/** A binary key of so many bytes hardly ever looks like digits. */
	private static final int LONG_ENOUGH = 4;

	private final boolean hasKey;

	private final int offset;

	private final int length;

	private final boolean rewrite;

	private final @Nullable Pattern requests;

	private final @Nullable Pattern replies;

	private final @Nullable Predicate<byte[]> replyWhen;

	public Correlator(Correlation correlation) {
		this.hasKey = correlation.hasKey();
		this.offset = Objects.requireNonNullElse(correlation.offset(), 0);
		this.length = Objects.requireNonNullElse(correlation.length(), 0);
		this.rewrite = correlation.rewrite();
		this.requests = pattern(correlation.regexRequest());
		this.replies = pattern(correlation.regexReply());
		FrameCondition condition = correlation.replyWhen();
		this.replyWhen = (condition != null) ? condition.compile() : null;
	}

	private static @Nullable Pattern pattern(@Nullable String regex) {
		return (regex != null) ? Pattern.compile(regex, Pattern.DOTALL) : null;
	}

	/**
	 * Whether replies have keys.
	 * @return {@code false} if it only says which frames are replies
	 */
	public boolean hasKey() {
		return this.hasKey;
	}

	/**
	 * How many of a frame's first bytes are needed to find its key and to say whether it
	 * is a reply.
	 * @param longest the length of the longest possible frame, in bytes
	 * @return a number of bytes, one more than is searched, so that a cut-off key is
	 * noticed
	 */
	public int searchedBytes(int longest) {
		return (int) Math.max(FrameCondition.SEARCHED_BYTES, Math.min(longest, (long) this.offset + this.length)) + 1;
	}

	public boolean rewrites() {
		return this.rewrite;
	}

	/**
	 * Whether a frame from a server is a reply: it meets the condition, if there is one,
	 * and has a key, if keys are searched for.
	 * @param frame the frame
	 * @return {@code false} for a frame that the server sent without a request
	 */
	public boolean isReply(byte[] frame) {
		return meetsCondition(frame) && (this.replies == null || inReply(frame) != null);
	}

	/**
	 * Whether there is a condition that says which frames are replies.
	 */
	public boolean hasCondition() {
		return this.replyWhen != null;
	}

	/**
	 * Whether a condition or a regular expression can tell replies from other frames.
	 */
	public boolean tellsReplies() {
		return hasCondition() || this.replies != null;
	}

	/**
	 * Whether a frame may be a reply by the condition for replies.
	 * @param frame the frame
	 * @return also {@code true} if there is no condition
	 */
	public boolean meetsCondition(byte[] frame) {
		return this.replyWhen == null || this.replyWhen.test(frame);
	}

	/**
	 * Whether a reply has the key of its request.
	 * @param asked the request's key; a heartbeat may have none
	 * @param reply a reply
	 * @return {@code true} for any reply if the request has no key
	 */
	public boolean isReplyTo(@Nullable CorrelationKey asked, byte[] reply) {
		CorrelationKey found = (asked != null) ? inReply(reply) : null;
		return asked == null || (found != null && found.text().equals(asked.text()));
	}

	public @Nullable CorrelationKey inRequest(byte[] frame) {
		return find(this.requests, frame);
	}

	public @Nullable CorrelationKey inReply(byte[] frame) {
		return find(this.replies, frame);
	}

	private @Nullable CorrelationKey find(@Nullable Pattern pattern, byte[] frame) {
		if (pattern != null) {
			return find(pattern, frame, FrameCondition.searched(frame));
		}
		if (!this.hasKey || frame.length - this.length < this.offset) {
			return null;
		}
		String text = new String(frame, this.offset, this.length, StandardCharsets.ISO_8859_1);
		return new CorrelationKey(text, text, 0, this.offset);
	}

	private static @Nullable CorrelationKey find(Pattern pattern, byte[] frame, String searched) {
		Matcher matcher = pattern.matcher(searched);
		if (!matcher.find()) {
			return null;
		}
		int groups = pattern.groupCount();
		int rewritten = (groups > 1) ? pattern.namedGroups().getOrDefault(Correlation.KEY_GROUP, 1) : 1;
		int from = matcher.start(rewritten);
		boolean cut = searched.length() < frame.length;
		if (groups == 1) {
			if (from < 0 || (cut && matcher.end(1) == searched.length())) {
				return null;
			}
			String text = searched.substring(from, matcher.end(1));
			return new CorrelationKey(text, text, 0, from);
		}
		StringBuilder text = new StringBuilder();
		int partAt = 0;
		boolean found = false;
		for (int group = 1; group <= groups; group++) {
			if (group == rewritten) {
				partAt = text.length();
			}
			int end = matcher.end(group);
			if (end < 0) {
				text.append(NO_GROUP);
			}
			else if (cut && end == searched.length()) {
				// It may go on beyond what is searched.
				return null;
			}
			else {
				found = true;
				text.append(searched, matcher.start(group), end);
			}
			text.append(NEXT_GROUP);
		}
		if (!found) {
			return null;
		}
		String part = (from >= 0) ? searched.substring(from, matcher.end(rewritten)) : "";
		return new CorrelationKey(text.toString(), part, partAt, Math.max(0, from));
	}

	/**
	 * Whether a generated key must be made of digits: in the place of what a regular
	 * expression finds, because that is text, and of a longer key that is made of digits
	 * itself, such as a trace number.
	 * @param like the client's key
	 * @return {@code false} for a binary key
	 */
	public boolean isOfDigits(CorrelationKey like) {
		return this.requests != null || (like.part().length() >= LONG_ENOUGH
				&& like.part().chars().allMatch((one) -> one >= '0' && one <= '9'));
	}

	/**
	 * The part of a frame around its key as it will be with another key.
	 * @param frame the frame
	 * @param key the key that it has
	 * @param by the new key, of the same length
	 * @param margin how many bytes on either side
	 * @return a part of the new frame
	 */
	public static byte[] around(byte[] frame, CorrelationKey key, String by, int margin) {
		int from = Math.max(0, key.from() - margin);
		int to = (int) Math.min(frame.length, (long) key.from() + by.length() + margin);
		byte[] part = Arrays.copyOfRange(frame, from, to);
		byte[] bytes = by.getBytes(StandardCharsets.ISO_8859_1);
		System.arraycopy(bytes, 0, part, key.from() - from, bytes.length);
		return part;
	}

	public static byte[] replace(byte[] frame, CorrelationKey key, String by) {
		byte[] bytes = by.getBytes(StandardCharsets.ISO_8859_1);
		int end = key.from() + key.part().length();
		int tail = frame.length - end;
		byte[] replaced = new byte[key.from() + bytes.length + tail];
		System.arraycopy(frame, 0, replaced, 0, key.from());
		System.arraycopy(bytes, 0, replaced, key.from(), bytes.length);
		System.arraycopy(frame, end, replaced, key.from() + bytes.length, tail);
		return replaced;
	}

}
