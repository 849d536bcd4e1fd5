package io.framegate.security;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

import io.framegate.actuate.Allowance;
import io.framegate.actuate.OneLine;
import io.framegate.actuate.Peer;
import io.framegate.configuration.FramegateProperties;
import io.framegate.configuration.MetricsAccess;
import io.framegate.configuration.Role;
import io.framegate.configuration.UserProperties;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.crypto.password.PasswordEncoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class LoginsTests {

	/** What passwords were compared to. */
	private final List<String> compared = new CopyOnWriteArrayList<>();

	private volatile CountDownLatch gate = new CountDownLatch(0);

	private final PasswordEncoder encoder = new PasswordEncoder() {

		@Override
		public @Nullable String encode(@Nullable CharSequence raw) {
			return String.valueOf(raw);
		}

		@Override
		public boolean matches(@Nullable CharSequence raw, @Nullable String encoded) {
			LoginsTests.this.compared.add(String.valueOf(encoded));
			try {
				LoginsTests.this.gate.await();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
			return ("{bcrypt}$2" + raw).equals(encoded);
		}
	};

	private final ConfiguredUsers users = new ConfiguredUsers(
			new FramegateProperties.Management(Map.of("ann", new UserProperties("$2a", List.of(Role.OPERATOR)), "bob",
					new UserProperties("$2b", List.of(Role.VIEWER))), MetricsAccess.OPEN, false),
			false);

	private final Logins logins = new Logins(this.users, new CachingPasswordEncoder(this.encoder));

	private @Nullable Object login(String name, String password) {
		return this.logins.authenticate(UsernamePasswordAuthenticationToken.unauthenticated(name, password))
			.map((known) -> known.getAuthorities().toString())
			.block();
	}

	@Test
	void unknownNameCostsWhatAKnownOneCosts() {
		assertThatExceptionOfType(BadCredentialsException.class).isThrownBy(() -> login("nobody", "x"));
		assertThat(this.compared).singleElement().asString().startsWith("{bcrypt}$2");
		this.compared.clear();
		assertThatExceptionOfType(BadCredentialsException.class).isThrownBy(() -> login("ann", "x"));
		assertThat(this.compared).containsExactly("{bcrypt}$2a");
	}

	@Test
	void unknownNameWithAPasswordOfSomebodyElseIsRefused() {
		assertThat(login("ann", "a")).isEqualTo("[ROLE_operator]");
		assertThat(login("bob", "b")).isEqualTo("[ROLE_viewer]");
		for (String password : List.of("a", "b")) {
			assertThatExceptionOfType(BadCredentialsException.class).isThrownBy(() -> login("nobody", password));
		}
	}

	@Test
	void rightPasswordIsComputedOnce() {
		login("ann", "a");
		login("ann", "a");
		assertThat(this.compared).hasSize(1);
	}

	@Test
	void rightPasswordIsComputedOnceAlsoForManyRequestsAtOnce() {
		this.gate = new CountDownLatch(1);
		List<CompletableFuture<Authentication>> logins = Stream
			.generate(() -> this.logins.authenticate(UsernamePasswordAuthenticationToken.unauthenticated("ann", "a"))
				.toFuture())
			.limit(40)
			.toList();
		this.gate.countDown();
		assertThat(logins).allSatisfy((login) -> assertThat(login.join().getName()).isEqualTo("ann"));
		assertThat(this.compared).hasSize(1);
	}

	@Test
	void operatorWhoWasMadeUpIsThereAsLongAsNoneIsDeclared() {
		FramegateProperties.Management none = new FramegateProperties.Management(Map.of(), MetricsAccess.OPEN, false);
		ConfiguredUsers changing = new ConfiguredUsers(none, false);
		assertThat(changing.find("operator")).isNotNull();
		changing.take(new FramegateProperties.Management(
				Map.of("ann", new UserProperties("$2a", List.of(Role.OPERATOR))), MetricsAccess.OPEN, false));
		assertThat(changing.find("operator")).isNull();
		changing.take(none);
		assertThat(changing.find("operator")).isNotNull();
	}

	@Test
	void tooManyWrongOnesAreNotEvenLookedAt() {
		AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);
		Allowance allowance = new Allowance(3, 5, now::get);
		assertThat(List.of(allowance.take("a"), allowance.take("a"), allowance.take("a"), allowance.take("a")))
			.containsExactly(true, true, true, false);
		assertThat(allowance.used("a")).isEqualTo(3);
		assertThat(allowance.take("b")).isTrue();
		now.addAndGet(5_000_000_000L);
		assertThat(allowance.used("a")).isEqualTo(2);
		assertThat(List.of(allowance.take("a"), allowance.take("a"))).containsExactly(true, false);
		allowance.giveBack("a");
		assertThat(allowance.take("a")).isTrue();
	}

	@ParameterizedTest
	@CsvSource({ "10.0.0.1, 10.0.0.1", "2001:db8:0:1::5, 20010db800000001", "2001:db8:0:1:ffff::5, 20010db800000001",
			"unknown, unknown" })
	void oneMachineIsOnePeer(String address, String peer) {
		assertThat(Peer.network(address)).isEqualTo(peer);
	}

	@ParameterizedTest
	@CsvSource({ "plain ä, plain ä", "'a\nb', a\\u000ab", "'a\r\u001b[31mb', a\\u000d\\u001b[31mb",
			"a\u2028b, a\\u2028b", "a\u202eb, a\\u202eb" })
	void textFromOutsideStaysOnOneLine(String text, String line) {
		assertThat(OneLine.of(text)).isEqualTo(line);
		assertThat(OneLine.of("x".repeat(1000))).hasSize(203);
	}

}
