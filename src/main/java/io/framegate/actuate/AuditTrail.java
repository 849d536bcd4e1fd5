package io.framegate.actuate;

import java.security.Principal;
import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.audit.listener.AuditApplicationEvent;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.context.ApplicationEventPublisher;

/**
 * Notes who changed what. Any thread may call.
 */
final class AuditTrail {

	private final ApplicationEventPublisher events;

	AuditTrail(ApplicationEventPublisher events) {
		this.events = events;
	}

	/**
	 * Who asks.
	 * @param context of the request
	 * @return the user's name; {@code anonymous} where nobody had to say
	 */
	static String name(SecurityContext context) {
		Principal principal = context.getPrincipal();
		return (principal != null) ? principal.getName() : "anonymous";
	}

	/**
	 * Publishes an audit event.
	 * @param context of the request
	 * @param what the event's type without its prefix
	 * @param data names and values in turn
	 */
	void note(SecurityContext context, String what, Object... data) {
		Map<String, @Nullable Object> facts = new LinkedHashMap<>();
		for (int i = 0; i < data.length; i += 2) {
			facts.put(data[i].toString(), data[i + 1]);
		}
		this.events.publishEvent(new AuditApplicationEvent(name(context), "FRAMEGATE_" + what, facts));
	}

}
