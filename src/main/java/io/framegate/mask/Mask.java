package io.framegate.mask;

import java.util.List;
import java.util.regex.Pattern;

import com.google.re2j.PatternSyntaxException;
import io.framegate.route.Range;
import io.framegate.route.Validation;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What is hidden in frames, besides card numbers: what an expression finds, or fields of
 * a format.
 *
 * @param routes The routes whose frames it is for. None: all of them.
 * @param expression A regular expression (RE2). What its groups find is hidden; if it has
 * none, all that it finds. Each byte is one character (ISO 8859-1).
 * @param iso8583 Numbers of data elements of ISO 8583:1987, 2 to 128.
 * @param iso8583Header How many bytes stand before the message type, 0 to 64.
 * @param hl7 Fields of HL7 version 2, such as PID-5.
 * @param fix Tags of FIX.
 */
public record Mask(@DefaultValue List<String> routes, @Nullable String expression,
		@Range(min = 2, max = 128) @DefaultValue List<Integer> iso8583,
		@Range(min = 0, max = 64) @DefaultValue("0") int iso8583Header, @DefaultValue List<String> hl7,
		@Range(min = 1, max = 99_999) @DefaultValue List<Integer> fix) {

	/**
	 * How many states an expression may have. Each byte of a frame may have to be
	 * compared with all of them.
	 */
	static final int MAX_STATES = 300;

	/**
	 * How long an expression may be, in characters: groups within groups are read by
	 * calls within calls.
	 */
	private static final int MAX_LENGTH = 2000;

	private static final Pattern HL7_FIELD = Pattern.compile("[A-Z][A-Z0-9]{2}-[1-9][0-9]{0,2}");

	public Mask {
		routes = List.copyOf(routes);
		iso8583 = List.copyOf(iso8583);
		hl7 = List.copyOf(hl7);
		fix = List.copyOf(fix);
	}

	/**
	 * Refuses what cannot be a mask.
	 * @param at takes what is wrong
	 * @param known the names of all routes
	 */
	public void check(Validation at, List<String> known) {
		long kinds = List.of(this.iso8583, this.hl7, this.fix).stream().filter((list) -> !list.isEmpty()).count();
		if (kinds + ((this.expression != null) ? 1 : 0) != 1) {
			at.refuse("", "must have one of expression, iso8583, hl7 and fix");
		}
		if (this.expression != null) {
			checkExpression(at, this.expression);
		}
		for (int i = 0; i < this.hl7.size(); i++) {
			if (!HL7_FIELD.matcher(this.hl7.get(i)).matches()) {
				at.refuse("hl7[" + i + "]", "must be a segment and the number of a field, such as PID-5");
			}
		}
		for (int i = 0; i < this.routes.size(); i++) {
			if (!known.contains(this.routes.get(i))) {
				at.refuse("routes[" + i + "]", "must be the name of a route: " + String.join(", ", known));
			}
		}
		if (this.iso8583Header > 0 && this.iso8583.isEmpty()) {
			at.refuse("iso8583-header", "applies only where iso8583 is set");
		}
	}

	private static void checkExpression(Validation at, String expression) {
		if (expression.length() > MAX_LENGTH) {
			at.refuse("expression", "must not be longer than %d characters".formatted(MAX_LENGTH));
			return;
		}
		try {
			com.google.re2j.Pattern pattern = com.google.re2j.Pattern.compile(expression);
			if (pattern.programSize() > MAX_STATES) {
				at.refuse("expression",
						"would take too long: it has %d states, and %d are allowed; repeat less, such as {1,9} in place of {1,999}"
							.formatted(pattern.programSize(), MAX_STATES));
			}
			else if (pattern.matches("")) {
				at.refuse("expression", "must not match nothing at all");
			}
		}
		catch (PatternSyntaxException ex) {
			at.refuse("expression", "is not a regular expression: " + ex.getDescription() + " in " + ex.getPattern());
		}
	}

	/**
	 * Whether it is for the frames of a route.
	 * @param route the route's name
	 */
	boolean isFor(String route) {
		return this.routes.isEmpty() || this.routes.contains(route);
	}

}
