package io.framegate.route;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Which reply belongs to which request, and which frame of a server is a reply. The key
 * that both have in common is at a fixed place of the frame, or is found by the groups of
 * a regular expression.
 *
 * @param offset index of the key's first byte within the payload
 * @param length the key's length in bytes
 * @param rewrite whether the gateway puts its own keys into requests and restores the
 * clients' keys in replies, so that equal keys of two clients cannot collide. If a
 * regular expression has several groups, the one named key is replaced: (?P&lt;key&gt;…)
 * @param regexRequest finds the key in a request, instead of offset and length: all its
 * groups together. Only the first 8 KB of a frame are searched
 * @param regexReply finds the key in a reply, in as many groups
 * @param ordered whether a client gets its replies in the order of its requests; if not,
 * as they come
 * @param replyWhen which frames of a server are replies: a regular expression, or
 * {@literal @}&lt;offset&gt;:&lt;bytes&gt;. Not set: each that has a key
 * @param keyRange the numbers of the gateway's own keys, such as 1-999999; none is used
 * twice within the reply time. Not set: all that fit the client's key
 */
public record Correlation(@Range(min = 0) @Nullable Integer offset,
		@Range(min = 1, max = 65535) @Nullable Integer length, @DefaultValue("false") boolean rewrite,
		@Nullable String regexRequest, @Nullable String regexReply, @DefaultValue("true") boolean ordered,
		@Nullable FrameCondition replyWhen, @Nullable KeyRange keyRange) {

	/** The name of the group that is rewritten, if there are several. */
	public static final String KEY_GROUP = "key";

	/**
	 * Whether a reply is recognised by a key, and not by {@code reply-when} alone.
	 */
	public boolean hasKey() {
		return this.offset != null || this.regexRequest != null;
	}

	void check(Validation at, Sharing sharing) {
		boolean fixed = this.offset != null || this.length != null;
		boolean searched = this.regexRequest != null || this.regexReply != null;
		if ((this.offset == null) != (this.length == null)) {
			at.refuse((this.offset == null) ? "offset" : "length", "is required: set both offset and length");
		}
		if ((this.regexRequest == null) != (this.regexReply == null)) {
			at.refuse((this.regexRequest == null) ? "regex-request" : "regex-reply",
					"is required: set both regex-request and regex-reply");
		}
		boolean conditionAlone = this.replyWhen != null && !this.rewrite && sharing != Sharing.CORRELATED;
		if (fixed ? searched : !searched && !conditionAlone) {
			at.refuse("", "must have either offset and length, or regex-request and regex-reply");
		}
		int requestGroups = groups(at, "regex-request", this.regexRequest);
		int replyGroups = groups(at, "regex-reply", this.regexReply);
		if (requestGroups > 0 && replyGroups > 0 && requestGroups != replyGroups) {
			at.refuse("regex-reply", "has %d groups and regex-request has %d: both must have the same number"
				.formatted(replyGroups, requestGroups));
		}
		checkRange(at);
	}

	private void checkRange(Validation at) {
		if (this.keyRange == null) {
			return;
		}
		if (!this.rewrite) {
			at.refuse("key-range", "applies only where rewrite is true");
		}
		else if (this.length != null && this.length < Long.BYTES && this.keyRange.last() >> (8 * this.length) > 0) {
			at.refuse("key-range", "does not fit a key of %d bytes: %d is the highest number".formatted(this.length,
					(1L << (8 * this.length)) - 1));
		}
	}

	/** How many groups an expression has, 0 if it is missing or refused. */
	private int groups(Validation at, String key, @Nullable String regex) {
		if (regex == null) {
			return 0;
		}
		try {
			Pattern pattern = Pattern.compile(regex);
			int groups = pattern.groupCount();
			if (groups < 1) {
				at.refuse(key, "needs a group, in parentheses, around the key");
			}
			else if (groups > 1 && this.rewrite && !pattern.namedGroups().containsKey(KEY_GROUP)) {
				at.refuse(key,
						"has %d groups: with rewrite, name the group to replace, (?P<key>...)".formatted(groups));
				return 0;
			}
			return groups;
		}
		catch (PatternSyntaxException ex) {
			at.refuse(key, "is not a regular expression: " + ex.getDescription() + " in " + ex.getPattern());
			return 0;
		}
	}

}
