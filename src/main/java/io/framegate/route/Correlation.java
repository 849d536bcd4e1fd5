package io.framegate.route;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where the key that matches a reply to its request lies: at fixed bytes of the frame, or
 * in the first group of a regular expression.
 *
 * @param offset index of the key's first byte within the payload
 * @param length the key's length in bytes
 * @param rewrite whether the gateway puts keys of its own into requests and restores the
 * clients' in the replies, so that equal keys of two clients cannot collide
 * @param regexRequest finds the key in a request, instead of offset and length
 * @param regexReply finds the key in a reply
 * @param ordered whether a client gets its replies in the order of its requests; if not,
 * as they come
 */
public record Correlation(@Range(min = 0) @Nullable Integer offset,
		@Range(min = 1, max = 65535) @Nullable Integer length, @DefaultValue("false") boolean rewrite,
		@Nullable String regexRequest, @Nullable String regexReply, @DefaultValue("true") boolean ordered) {

	void check(Report at) {
		if ((this.offset == null) != (this.length == null)) {
			at.refuse((this.offset == null) ? "offset" : "length", "is required: offset and length go together");
		}
		if ((this.regexRequest == null) != (this.regexReply == null)) {
			at.refuse((this.regexRequest == null) ? "regex-request" : "regex-reply",
					"is required: regex-request and regex-reply go together");
		}
		if ((this.offset != null || this.length != null) == (this.regexRequest != null || this.regexReply != null)) {
			at.refuse("", "takes either offset and length, or regex-request and regex-reply");
		}
		regex(at, "regex-request", this.regexRequest);
		regex(at, "regex-reply", this.regexReply);
	}

	private static void regex(Report at, String key, @Nullable String regex) {
		if (regex == null) {
			return;
		}
		try {
			if (Pattern.compile(regex).matcher("").groupCount() < 1) {
				at.refuse(key, "needs a group, in parentheses, around the key");
			}
		}
		catch (PatternSyntaxException ex) {
			at.refuse(key, "is not a regular expression: " + ex.getDescription() + " in " + ex.getPattern());
		}
	}

}
