package io.framegate.security;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import io.framegate.actuate.Allowance;
import io.framegate.actuate.Peer;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.util.context.Context;

import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.ReactiveAuthenticationManager;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.web.server.ServerWebExchange;

/**
 * Checks names and passwords on one thread, because a hash costs a tenth of a second of
 * CPU that belongs to the routes. A peer that guesses passwords waits longer and longer
 * and is soon refused. An unknown name takes as long as a known one.
 */
final class Logins implements ReactiveAuthenticationManager, AutoCloseable {

	/**
	 * How many wrong passwords of one peer are checked at once, and how soon one more.
	 */
	private static final int BURST = 10;

	private static final int SECONDS_EACH = 5;

	/** After so many wrong passwords the answer is delayed. */
	private static final int UNPUNISHED = 4;

	private static final int MAX_WAITING = 20;

	private static final int MAX_PASSWORD_LENGTH = 1024;

	private static final String PEER = Logins.class.getName() + ".peer";

	private final ConfiguredUsers users;

	private final CachingPasswordEncoder passwords;

	/**
	 * Checks in progress. A peer that sends the same credentials several times at once,
	 * as a page with many requests does, has them checked once.
	 */
	private final Map<Attempt, Mono<Boolean>> running = new ConcurrentHashMap<>();

	private final Allowance allowance = new Allowance(BURST, SECONDS_EACH, System::nanoTime);

	private final ThreadPoolExecutor executor = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS,
			new ArrayBlockingQueue<>(MAX_WAITING), Thread.ofPlatform().name("framegate-logins").daemon().factory());

	private final Scheduler scheduler = Schedulers.fromExecutorService(this.executor, "framegate-logins");

	Logins(ConfiguredUsers users, CachingPasswordEncoder passwords) {
		this.users = users;
		this.passwords = passwords;
	}

	/**
	 * Tells the checks of a request where it comes from.
	 * @param context what the request's filters share
	 * @param exchange the request
	 * @return the context with the peer's address
	 */
	static Context from(Context context, ServerWebExchange exchange) {
		return context.put(PEER, Peer.network(Peer.address(exchange.getRequest())));
	}

	@Override
	public Mono<Authentication> authenticate(Authentication login) {
		return Mono.deferContextual((context) -> check(login, context.hasKey(PEER) ? context.get(PEER) : "unknown"));
	}

	private Mono<Authentication> check(Authentication login, String peer) {
		String name = login.getName();
		String password = String.valueOf(login.getCredentials());
		ConfiguredUsers.Known known = this.users.find(name);
		String own = (known != null) ? known.password() : null;
		ConfiguredUsers.Known user = (own != null) ? known : null;
		String hash = (own != null) ? own : this.users.decoy(name);
		if (user != null && this.passwords.isSeen(password, hash)) {
			return Mono.just(accepted(user));
		}
		Attempt attempt = new Attempt(name, password, hash);
		Mono<Boolean> running = this.running.get(attempt);
		if (running == null) {
			if (!this.allowance.take(peer)) {
				return Mono.error(new TooManyLoginsException("Too many log-ins failed: try again in a minute"));
			}
			running = begin(attempt, user != null, peer);
		}
		return running.flatMap((right) -> (right && user != null) ? Mono.just(accepted(user))
				: Mono.delay(delay(this.allowance.used(peer)))
					.then(Mono.error(new BadCredentialsException("Name or password is wrong"))));
	}

	private Mono<Boolean> begin(Attempt attempt, boolean known, String peer) {
		Mono<Boolean> check = Mono.fromCallable(() -> isRight(attempt.password(), attempt.hash()))
			.subscribeOn(this.scheduler)
			.onErrorMap(RejectedExecutionException.class, (ex) -> {
				this.allowance.giveBack(peer);
				return new TooManyLoginsException("Too many log-ins are being checked: try again in a moment");
			})
			.doOnNext((right) -> {
				if (right && known) {
					this.allowance.giveBack(peer);
				}
			})
			.doFinally((end) -> this.running.remove(attempt))
			.cache();
		this.running.put(attempt, check);
		return check;
	}

	private boolean isRight(String password, String hash) {
		return password.getBytes(StandardCharsets.UTF_8).length <= MAX_PASSWORD_LENGTH
				&& this.passwords.matches(password, hash);
	}

	private static Duration delay(int failures) {
		return (failures <= UNPUNISHED) ? Duration.ZERO : Duration.ofMillis(250L << (failures - UNPUNISHED - 1));
	}

	private static Authentication accepted(ConfiguredUsers.Known user) {
		return UsernamePasswordAuthenticationToken.authenticated(user.name(), null, user.roles());
	}

	/**
	 * A login.
	 *
	 * @param name the name
	 * @param password the password
	 * @param hash what the password is compared to
	 */
	private record Attempt(String name, String password, String hash) {

		/** Without the password. */
		@Override
		public String toString() {
			return this.name;
		}

	}

	@Override
	public void close() {
		this.scheduler.dispose();
		this.executor.shutdownNow();
	}

}
