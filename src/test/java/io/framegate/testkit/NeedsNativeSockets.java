package io.framegate.testkit;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import io.framegate.transport.TestLoops;
import io.framegate.transport.Transport;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A test of something that Java's own sockets cannot do. It is skipped on NIO.
 */
@Target({ ElementType.TYPE, ElementType.METHOD })
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(NeedsNativeSockets.Condition.class)
public @interface NeedsNativeSockets {

	/**
	 * What native sockets do and Java's own don't, as a verb with its object.
	 */
	String value();

	/** Looks at what tests run on. */
	final class Condition implements ExecutionCondition {

		@Override
		public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
			return context.getElement()
				.map((element) -> element.getAnnotation(NeedsNativeSockets.class))
				.filter((needs) -> TestLoops.transport() == Transport.NIO)
				.map((needs) -> ConditionEvaluationResult.disabled("NIO's sockets don't " + needs.value()))
				.orElseGet(() -> ConditionEvaluationResult.enabled("native sockets, or none needed"));
		}

	}

}
