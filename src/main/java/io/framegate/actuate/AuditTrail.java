package io.framegate.actuate;

import java.security.Principal;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.boot.actuate.audit.listener.AuditApplicationEvent;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.context.ApplicationEventPublisher;

/**
 * Records who changed what, or was refused to, and from where: an audit event and a log
 * line each. Any thread may call.
 */
final class AuditTrail {

	private static final Logger logger = LoggerFactory.getLogger("io.framegate.audit");

	private static final String REMOTE = "remote";

	/**
	 * How many refusals of one anonymous peer are recorded at once, and how soon one
	 * more.
	 */
	private static final int BURST = 20;

	private static final int SECONDS_EACH = 3;

	private final ApplicationEventPublisher events;

	/** A peer that is refused all the time must not push out the events of others. */
	private final Allowance refusals = new Allowance(BURST, SECONDS_EACH, System::nanoTime);

	private final Allowance failures = new Allowance(BURST, SECONDS_EACH, System::nanoTime);

	private final AtomicLong untold = new AtomicLong();

	AuditTrail(ApplicationEventPublisher events) {
		this.events = events;
	}

	/**
	 * The name of the caller.
	 * @param context of the request
	 * @return the user's name; {@code anonymous} if none was needed
	 */
	static String name(SecurityContext context) {
		Principal principal = context.getPrincipal();
		return (principal != null) ? OneLine.of(principal.getName()) : "anonymous";
	}

	/**
	 * Records a change.
	 * @param context of the request
	 * @param what the event's type without its prefix
	 * @param data names and values in turn
	 */
	void note(SecurityContext context, String what, Object... data) {
		Map<String, @Nullable Object> facts = new LinkedHashMap<>();
		for (int i = 0; i < data.length; i += 2) {
			facts.put(data[i].toString(), data[i + 1]);
		}
		if (context.getPrincipal() instanceof Caller caller) {
			facts.put(REMOTE, caller.remote());
		}
		publish(name(context), "FRAMEGATE_" + what, facts);
	}

	/**
	 * Records a refused change, or a refused look at frames.
	 * @param what the event's type without its prefix
	 * @param caller who asked for it, or {@code null} if unknown
	 * @param remote the peer's address
	 * @param request the method and path
	 * @param status the HTTP status of the answer
	 * @param message why
	 */
	void refused(String what, @Nullable Caller caller, String remote, Map<String, String> request, int status,
			String message) {
		if (caller != null || isNoted(this.refusals, remote)) {
			noteRefusal((caller != null) ? caller.getName() : "anonymous", remote, "FRAMEGATE_" + what, request, status,
					message);
		}
	}

	/**
	 * Records a failed login, with Spring Boot's event type.
	 * @param name the name that was given
	 * @param remote the peer's address
	 * @param request the method and path
	 * @param status the HTTP status of the answer
	 * @param message why
	 */
	void loginFailed(String name, String remote, Map<String, String> request, int status, String message) {
		if (isNoted(this.failures, remote)) {
			noteRefusal(name, remote, "AUTHENTICATION_FAILURE", request, status, message);
		}
	}

	private boolean isNoted(Allowance allowance, String remote) {
		if (allowance.take(Peer.network(remote))) {
			return true;
		}
		this.untold.incrementAndGet();
		return false;
	}

	private void noteRefusal(String name, String remote, String type, Map<String, String> request, int status,
			String message) {
		Map<String, @Nullable Object> facts = new LinkedHashMap<>();
		request.forEach((key, value) -> facts.put(key, OneLine.of(value)));
		facts.put("status", status);
		facts.put("message", OneLine.of(message));
		facts.put(REMOTE, remote);
		long more = this.untold.getAndSet(0);
		if (more > 0) {
			facts.put("refusedSinceAndNotNoted", more);
		}
		publish(name, type, facts);
	}

	private void publish(String name, String type, Map<String, @Nullable Object> facts) {
		String who = OneLine.of(name);
		logger.info("{} by {}: {}", type, who,
				facts.entrySet()
					.stream()
					.map((fact) -> fact.getKey() + "=" + OneLine.of(fact.getValue()))
					.collect(Collectors.joining(", ")));
		this.events.publishEvent(new AuditApplicationEvent(who, type, facts));
	}

}
