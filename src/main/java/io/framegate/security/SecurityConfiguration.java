package io.framegate.security;

import io.framegate.actuate.Caller;
import io.framegate.actuate.ReadRequests;
import io.framegate.actuate.RejectedRequest;
import io.framegate.configuration.ConfigurationChanges;
import io.framegate.configuration.FramegateProperties;
import io.framegate.configuration.Role;
import io.framegate.console.ConsolePages;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointProperties;
import org.springframework.boot.actuate.endpoint.EndpointAccessResolver;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.actuate.endpoint.web.WebServerNamespace;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroupsPostProcessor;
import org.springframework.boot.security.autoconfigure.actuate.web.reactive.EndpointRequest;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.security.authentication.AuthenticationCredentialsNotFoundException;
import org.springframework.security.authentication.InsufficientAuthenticationException;
import org.springframework.security.authorization.AuthorityReactiveAuthorizationManager;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.authorization.ReactiveAuthorizationManager;
import org.springframework.security.config.web.server.SecurityWebFiltersOrder;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.crypto.factory.PasswordEncoderFactories;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.ServerAuthenticationEntryPoint;
import org.springframework.security.web.server.authorization.AuthorizationContext;
import org.springframework.security.web.server.authorization.ServerAccessDeniedHandler;
import org.springframework.security.web.server.context.NoOpServerSecurityContextRepository;
import org.springframework.security.web.server.header.CacheControlServerHttpHeadersWriter;
import org.springframework.security.web.server.header.CompositeServerHttpHeadersWriter;
import org.springframework.security.web.server.header.ContentSecurityPolicyServerHttpHeadersWriter;
import org.springframework.security.web.server.header.HttpHeaderWriterWebFilter;
import org.springframework.security.web.server.header.ReferrerPolicyServerHttpHeadersWriter;
import org.springframework.security.web.server.header.ReferrerPolicyServerHttpHeadersWriter.ReferrerPolicy;
import org.springframework.security.web.server.header.StrictTransportSecurityServerHttpHeadersWriter;
import org.springframework.security.web.server.header.XContentTypeOptionsServerHttpHeadersWriter;
import org.springframework.security.web.server.header.XFrameOptionsServerHttpHeadersWriter;
import org.springframework.security.web.server.savedrequest.NoOpServerRequestCache;
import org.springframework.security.web.server.util.matcher.ServerWebExchangeMatcher;

/**
 * Who may see and change what over HTTP. Without credentials: health without details, its
 * probes, and metrics. The rest needs a viewer, or comes from this machine while no users
 * are declared. Endpoints that may hold secrets, and every change, need an operator; to
 * watch frames is a role of its own.
 */
@Configuration(proxyBeanMethods = false)
class SecurityConfiguration {

	private static final String TOKENS = "spring.security.oauth2.resourceserver.jwt.";

	/**
	 * What may be read without credentials on this machine, besides users' own pages.
	 */
	private static final String[] HARMLESS = { "health", "info", "metrics", "prometheus", "routes", "targets",
			"connections", "closures", "framings", "timeouts", "auditevents", "sbom" };

	/** Endpoints that hold frames, passwords or requests. */
	private static final String[] SECRETS = { "heapdump", "env", "configprops", "logfile", "httpexchanges",
			"sessions" };

	/**
	 * A page that asks by itself sends this, so that its browser does not ask for a
	 * password in its own way.
	 */
	private static final String ASKED_BY = "X-Requested-With";

	private static final String A_PAGE = "XMLHttpRequest";

	private static final String NO_CONTENT = "default-src 'none'; frame-ancestors 'none'";

	private static final String VIEWER = Role.VIEWER.label();

	private static final String OPERATOR = Role.OPERATOR.label();

	private static final String TAP = Role.TAP.label();

	@Bean
	ConfiguredUsers framegateUsers(FramegateProperties started, ObjectProvider<ReactiveJwtDecoder> tokens,
			ConfigurationChanges changes) {
		ConfiguredUsers users = new ConfiguredUsers(started.management(), tokens.stream().findAny().isPresent());
		changes.whenTaken((properties) -> users.take(properties.management()));
		return users;
	}

	/**
	 * Hides the components of health from requests without credentials.
	 * @return hides them
	 */
	@Bean
	HealthEndpointGroupsPostProcessor framegateHealthGroups() {
		return new RoleAwareHealthGroups();
	}

	/**
	 * Hides passwords in {@code env} and {@code configprops}, even if their values are to
	 * be shown.
	 * @return hides them
	 */
	@Bean
	SanitizingFunction framegateSecrets() {
		return SanitizingFunction.sanitizeValue().ifLikelyCredential();
	}

	@Bean
	CachingPasswordEncoder framegatePasswordEncoder() {
		return new CachingPasswordEncoder(PasswordEncoderFactories.createDelegatingPasswordEncoder());
	}

	@Bean
	Logins framegateLogins(ConfiguredUsers users, CachingPasswordEncoder passwords) {
		return new Logins(users, passwords);
	}

	/**
	 * What browsers are told: no answer is a page for them, except the console, which
	 * says itself what it may load. First of all filters, so that answers have it which
	 * Spring Security's firewall sends.
	 * @return adds the headers
	 */
	@Bean
	@Order(Ordered.HIGHEST_PRECEDENCE)
	HttpHeaderWriterWebFilter framegateHeaders() {
		ContentSecurityPolicyServerHttpHeadersWriter policy = new ContentSecurityPolicyServerHttpHeadersWriter();
		policy.setPolicyDirectives(NO_CONTENT);
		ReferrerPolicyServerHttpHeadersWriter referrer = new ReferrerPolicyServerHttpHeadersWriter();
		referrer.setPolicy(ReferrerPolicy.NO_REFERRER);
		return new HttpHeaderWriterWebFilter(
				new CompositeServerHttpHeadersWriter(policy, new CacheControlServerHttpHeadersWriter(),
						new XContentTypeOptionsServerHttpHeadersWriter(), new XFrameOptionsServerHttpHeadersWriter(),
						new StrictTransportSecurityServerHttpHeadersWriter(), referrer));
	}

	@Bean
	SecurityWebFilterChain securityWebFilterChain(ServerHttpSecurity http, ConfiguredUsers users, Logins logins,
			ObjectProvider<ReactiveJwtDecoder> tokens, Environment environment, WebEndpointProperties endpoints,
			EndpointAccessResolver access, SslBundles bundles, ReadRequests readRequests, ConsolePages console) {
		boolean basic = users.havePasswords();
		ReactiveJwtDecoder bearer = tokens.getIfAvailable();
		boolean trusted = "none".equalsIgnoreCase(environment.getProperty("server.forward-headers-strategy"));
		ServerAuthenticationEntryPoint whoAreYou = whoAreYou(basic, bearer != null);
		// Cross-site requests can carry a browser's Basic credentials. But changes take
		// JSON or DELETE. No browser sends these to another site that has not agreed,
		// and this one never does. There is no session to misuse.
		http.csrf(ServerHttpSecurity.CsrfSpec::disable)
			.formLogin(ServerHttpSecurity.FormLoginSpec::disable)
			.logout(ServerHttpSecurity.LogoutSpec::disable)
			.securityContextRepository(NoOpServerSecurityContextRepository.getInstance())
			.requestCache((cache) -> cache.requestCache(NoOpServerRequestCache.getInstance()))
			.addFilterBefore((exchange, chain) -> chain.filter(exchange)
				.contextWrite((context) -> Logins.from(context, exchange)), SecurityWebFiltersOrder.HTTP_BASIC)
			.headers(ServerHttpSecurity.HeaderSpec::disable)
			.addFilterAfter(new Callers(users, bearer != null, trusted), SecurityWebFiltersOrder.AUTHENTICATION)
			.addFilterBefore(new WriteAccessFilter(endpoints.getBasePath(), access, readRequests),
					SecurityWebFiltersOrder.AUTHORIZATION)
			.exceptionHandling(
					(faults) -> faults.authenticationEntryPoint(whoAreYou).accessDeniedHandler(mayNot(readRequests)))
			.httpBasic((spec) -> {
				spec.authenticationManager(logins).authenticationEntryPoint(whoAreYou);
				if (!basic) {
					spec.disable();
				}
			});
		if (ClientCertificates.areTrusted(environment, bundles)) {
			http.addFilterAt(new CertificateLogins(users), SecurityWebFiltersOrder.AUTHENTICATION);
		}
		if (bearer != null) {
			JwtRoles roles = new JwtRoles(environment.getProperty(TOKENS + "principal-claim-name", "sub"));
			http.oauth2ResourceServer((server) -> server.authenticationEntryPoint(whoAreYou)
				.accessDeniedHandler(mayNot(readRequests))
				.jwt((jwt) -> jwt.jwtDecoder(bearer).jwtAuthenticationConverter(roles)));
		}
		return http.authorizeExchange((requests) -> authorize(requests, users, readRequests, console)).build();
	}

	private void authorize(ServerHttpSecurity.AuthorizeExchangeSpec requests, ConfiguredUsers users,
			ReadRequests readRequests, ConsolePages console) {
		ReactiveAuthorizationManager<AuthorizationContext> reads = AuthorityReactiveAuthorizationManager
			.hasAnyRole(VIEWER, OPERATOR, Callers.VISITOR);
		ReactiveAuthorizationManager<AuthorizationContext> knownReads = AuthorityReactiveAuthorizationManager
			.hasAnyRole(VIEWER, OPERATOR);
		requests.matchers(changes(readRequests))
			.hasRole(OPERATOR)
			.matchers((exchange) -> console.contain(exchange.getRequest())
					? ServerWebExchangeMatcher.MatchResult.match() : ServerWebExchangeMatcher.MatchResult.notMatch())
			.permitAll()
			.matchers(EndpointRequest.to("health", "console"))
			.permitAll()
			.matchers(EndpointRequest.toAdditionalPaths(WebServerNamespace.SERVER, "health"))
			.permitAll()
			.matchers(EndpointRequest.to("prometheus"))
			.access((who, context) -> users.areMetricsOpen() ? Mono.just(new AuthorizationDecision(true))
					: reads.authorize(who, context))
			.matchers(EndpointRequest.to(SECRETS))
			.hasRole(OPERATOR)
			.matchers(EndpointRequest.to("frames"))
			.hasRole(TAP)
			.matchers(EndpointRequest.to(HARMLESS), EndpointRequest.toLinks())
			.access(reads)
			.matchers(EndpointRequest.toAnyEndpoint())
			.access((who, context) -> (users.isOpen() ? reads : knownReads).authorize(who, context))
			.anyExchange()
			.access(reads);
	}

	/**
	 * Everything but what only reads: its path must be the endpoint's, whatever it is
	 * called.
	 */
	private static ServerWebExchangeMatcher changes(ReadRequests readRequests) {
		ServerWebExchangeMatcher framings = EndpointRequest.to("framings");
		return (exchange) -> {
			if (!readRequests.contain(exchange.getRequest())) {
				return ServerWebExchangeMatcher.MatchResult.match();
			}
			return (exchange.getRequest().getMethod() != HttpMethod.POST)
					? ServerWebExchangeMatcher.MatchResult.notMatch()
					: framings.matches(exchange)
						.flatMap((its) -> its.isMatch() ? ServerWebExchangeMatcher.MatchResult.notMatch()
								: ServerWebExchangeMatcher.MatchResult.match());
		};
	}

	private static ServerAuthenticationEntryPoint whoAreYou(boolean basic, boolean bearer) {
		return (exchange, cause) -> {
			if (cause instanceof TooManyLoginsException) {
				return Mono.error(RejectedRequest.tooMany(text(cause.getMessage())));
			}
			HttpHeaders headers = exchange.getResponse().getHeaders();
			if (basic && !A_PAGE.equals(exchange.getRequest().getHeaders().getFirst(ASKED_BY))) {
				headers.add(HttpHeaders.WWW_AUTHENTICATE, "Basic realm=\"Framegate\", charset=\"UTF-8\"");
			}
			if (bearer) {
				headers.add(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
			}
			boolean none = cause instanceof AuthenticationCredentialsNotFoundException
					|| cause instanceof InsufficientAuthenticationException;
			String claimed = Caller.claimed(exchange);
			String missing = (claimed != null) ? "The certificate of '" + claimed + "' names no user"
					: "Credentials are required";
			return Mono.error(RejectedRequest.unauthorized(none ? missing : text(cause.getMessage())));
		};
	}

	private static String text(@Nullable String message) {
		return (message != null) ? message : "Credentials are not valid";
	}

	private static ServerAccessDeniedHandler mayNot(ReadRequests readRequests) {
		return (exchange, cause) -> {
			boolean reads = readRequests.contain(exchange.getRequest());
			if (reads && readRequests.isTap(exchange.getRequest())) {
				return Mono.error(RejectedRequest.forbidden("Watching frames requires the role tap"));
			}
			return Mono.error(RejectedRequest
				.forbidden(reads ? "Reading this requires the role viewer or operator, secrets the role operator"
						: "Changes require the role operator"));
		};
	}

}
