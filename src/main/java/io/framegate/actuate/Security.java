package io.framegate.actuate;

import io.framegate.route.FramegateProperties;
import io.framegate.route.Role;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointProperties;
import org.springframework.boot.actuate.endpoint.EndpointAccessResolver;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.actuate.endpoint.web.WebServerNamespace;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroupsPostProcessor;
import org.springframework.boot.security.autoconfigure.actuate.web.reactive.EndpointRequest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.security.authentication.AuthenticationCredentialsNotFoundException;
import org.springframework.security.config.web.server.SecurityWebFiltersOrder;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.crypto.factory.PasswordEncoderFactories;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.ServerAuthenticationEntryPoint;
import org.springframework.security.web.server.authorization.ServerAccessDeniedHandler;
import org.springframework.security.web.server.context.NoOpServerSecurityContextRepository;
import org.springframework.security.web.server.savedrequest.NoOpServerRequestCache;

/**
 * Who may see and change what over HTTP. Without users and without an issuer of tokens
 * everybody may see, and changes come from this machine alone. With them, health and
 * Prometheus stay open, viewers and operators see the rest, and operators change it.
 */
@Configuration(proxyBeanMethods = false)
class Security {

	private static final String TOKENS = "spring.security.oauth2.resourceserver.jwt.";

	@Bean
	Users framegateUsers(ConfigurableEnvironment environment) {
		return new Users(FramegateProperties.read(environment).management());
	}

	/**
	 * Who may see what health is made of.
	 * @param users the users
	 * @param tokens present where tokens are accepted
	 * @return what narrows it down; changes nothing where nobody has to say who they are
	 */
	@Bean
	HealthEndpointGroupsPostProcessor framegateHealthGroups(Users users, ObjectProvider<ReactiveJwtDecoder> tokens) {
		boolean open = users.isEmpty() && tokens.stream().findAny().isEmpty();
		return open ? (groups) -> groups : new HealthForRoles();
	}

	/**
	 * Passwords stay hidden in {@code env} and {@code configprops}, also where their
	 * values are to be shown.
	 * @return what hides them
	 */
	@Bean
	SanitizingFunction framegateSecrets() {
		return SanitizingFunction.sanitizeValue().ifLikelyCredential();
	}

	@Bean
	PasswordEncoder framegatePasswordEncoder() {
		return new SeenPasswords(PasswordEncoderFactories.createDelegatingPasswordEncoder());
	}

	@Bean
	SecurityWebFilterChain securityWebFilterChain(ServerHttpSecurity http, Users users,
			ObjectProvider<ReactiveJwtDecoder> tokens, Environment environment, WebEndpointProperties endpoints,
			EndpointAccessResolver access) {
		boolean basic = !users.isEmpty();
		ReactiveJwtDecoder bearer = tokens.getIfAvailable();
		boolean trusted = "none".equalsIgnoreCase(environment.getProperty("server.forward-headers-strategy"));
		Levers levers = new Levers(endpoints.getBasePath(), access, basic || bearer != null, trusted);
		// Cross-site requests can carry a browser's Basic credentials, but changes take
		// JSON or DELETE, and no browser sends those to another site before that site
		// has agreed, which this one never does. There is no session to ride on.
		http.csrf(ServerHttpSecurity.CsrfSpec::disable)
			.formLogin(ServerHttpSecurity.FormLoginSpec::disable)
			.logout(ServerHttpSecurity.LogoutSpec::disable)
			.securityContextRepository(NoOpServerSecurityContextRepository.getInstance())
			.requestCache((cache) -> cache.requestCache(NoOpServerRequestCache.getInstance()))
			.addFilterAfter(levers, SecurityWebFiltersOrder.AUTHORIZATION);
		if (!basic && bearer == null) {
			return http.httpBasic(ServerHttpSecurity.HttpBasicSpec::disable)
				.authorizeExchange((requests) -> requests.anyExchange().permitAll())
				.build();
		}
		ServerAuthenticationEntryPoint whoAreYou = whoAreYou(basic, bearer != null);
		http.exceptionHandling((faults) -> faults.authenticationEntryPoint(whoAreYou).accessDeniedHandler(mayNot()))
			.httpBasic((spec) -> {
				spec.authenticationEntryPoint(whoAreYou);
				if (!basic) {
					spec.disable();
				}
			});
		if (bearer != null) {
			TokenRoles roles = new TokenRoles(environment.getProperty(TOKENS + "principal-claim-name", "sub"));
			http.oauth2ResourceServer((server) -> server.authenticationEntryPoint(whoAreYou)
				.accessDeniedHandler(mayNot())
				.jwt((jwt) -> jwt.jwtDecoder(bearer).jwtAuthenticationConverter(roles)));
		}
		return http.authorizeExchange(this::authorize).build();
	}

	private void authorize(ServerHttpSecurity.AuthorizeExchangeSpec requests) {
		String[] all = { Role.VIEWER.label(), Role.OPERATOR.label() };
		requests.matchers(EndpointRequest.to("health", "prometheus"))
			.permitAll()
			.matchers(EndpointRequest.toAdditionalPaths(WebServerNamespace.SERVER, "health"))
			.permitAll()
			.pathMatchers(HttpMethod.GET)
			.hasAnyRole(all)
			.pathMatchers(HttpMethod.HEAD)
			.hasAnyRole(all)
			.pathMatchers(HttpMethod.OPTIONS)
			.hasAnyRole(all)
			.anyExchange()
			.hasRole(Role.OPERATOR.label());
	}

	private static ServerAuthenticationEntryPoint whoAreYou(boolean basic, boolean bearer) {
		return (exchange, why) -> {
			HttpHeaders headers = exchange.getResponse().getHeaders();
			if (basic) {
				headers.add(HttpHeaders.WWW_AUTHENTICATE, "Basic realm=\"Framegate\", charset=\"UTF-8\"");
			}
			if (bearer) {
				headers.add(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
			}
			return Mono.error(Refusal.unauthorized((why instanceof AuthenticationCredentialsNotFoundException)
					? "Credentials are needed" : text(why.getMessage())));
		};
	}

	private static String text(@Nullable String message) {
		return (message != null) ? message : "Credentials are not valid";
	}

	private static ServerAccessDeniedHandler mayNot() {
		return (exchange, why) -> {
			boolean reads = exchange.getRequest().getMethod() == HttpMethod.GET;
			return Mono.error(Refusal
				.forbidden(reads ? "Seeing this needs the role viewer or operator" : "Changes need the role operator"));
		};
	}

}
