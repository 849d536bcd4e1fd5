package io.framegate.route;

import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The upstream side of a route.
 *
 * @param targets the servers, each host:port or [address]:port. Required
 * @param framing how frames lie in the byte stream, as for listen. Not set: the same as
 * listen.framing, with its length-includes-header
 * @param lengthIncludesHeader whether the length that a length framing announces counts
 * its own bytes
 * @param maxFrameSize the largest payload, 1B to 1GB; a framing's own limit applies below
 * it. Not set: framegate.defaults.max-frame-size
 * @param balance how one of several targets is chosen
 * @param sourceAddress the local IP address that connections come from. Not set: the
 * kernel's choice
 * @param sourcePort the local port, or range of ports such as 40000-40099, that
 * connections come from. Not set: the kernel's choice
 * @param tls TLS towards the servers
 * @param proxyProtocol the PROXY protocol header sent first, if any
 * @param proxyTlvs whether the header passes on the values of the client's own header
 * @param sharing how the clients of a request-reply route share connections
 * @param pool the shared connections
 * @param correlation the place of the key that matches a reply to its request. If sharing
 * is exclusive or ordered, replies are checked by it
 * @param heartbeat a frame sent from time to time on permanent links
 * @param onFailure what the client of a failed exchange gets
 * @param onFailureReply the reply it gets: text, or base64: and the bytes
 * @param onDown what a target's sessions do when the target goes down
 * @param healthCheck how targets are probed
 */
public record Upstream(@DefaultValue List<Target> targets, @DefaultValue("crlf") String framing,
		@DefaultValue("false") boolean lengthIncludesHeader, @DefaultValue("64KB") DataSize maxFrameSize,
		@DefaultValue("round-robin") Balance balance, @Nullable String sourceAddress, @Nullable PortRange sourcePort,
		@Nullable Tls tls, @DefaultValue("off") Proxy proxyProtocol, @DefaultValue("none") ProxyTlvs proxyTlvs,
		@DefaultValue("exclusive") Sharing sharing, @DefaultValue Pool pool, @Nullable Correlation correlation,
		@DefaultValue Heartbeat heartbeat, @DefaultValue("close") OnFailure onFailure, @Nullable String onFailureReply,
		@DefaultValue("keep") OnDown onDown, @DefaultValue HealthCheck healthCheck) {

	public Upstream {
		targets = List.copyOf(targets);
	}

	/**
	 * The largest payload.
	 * @return bytes, at least 1
	 */
	public int maxFrameBytes() {
		return Math.toIntExact(this.maxFrameSize.toBytes());
	}

	/**
	 * Refuses values that make no sense together.
	 * @param at takes what is wrong
	 * @param mode the route's mode
	 */
	public void check(Validation at, Mode mode) {
		if (this.targets.isEmpty() && mode == Mode.SESSION) {
			at.refuse("targets", "is required: at least one host:port");
		}
		if (this.targets.stream().distinct().count() < this.targets.size()) {
			at.refuse("targets", "contains a target twice");
		}
		at.framing(this.framing, this.lengthIncludesHeader);
		if (this.sourceAddress != null) {
			at.address("source-address", this.sourceAddress);
		}
		if (this.tls != null) {
			this.tls.check(at.at("tls"));
		}
		if (this.correlation != null) {
			this.correlation.check(at.at("correlation"), this.sharing);
		}
		if (!at.refused("sharing") && this.sharing == Sharing.CORRELATED && this.correlation == null) {
			at.refuse("correlation", "is required where sharing is correlated");
		}
		this.heartbeat.check(at.at("heartbeat"));
		if (this.proxyTlvs == ProxyTlvs.FORWARD && !at.refused("proxy-protocol")) {
			checkForwarding(at, mode);
		}
		at.payload("on-failure-reply", this.onFailureReply);
		if (!at.refused("on-failure") && (this.onFailure == OnFailure.REPLY) != (this.onFailureReply != null)) {
			at.refuse("on-failure-reply", (this.onFailureReply != null) ? "applies only where on-failure is reply"
					: "is required where on-failure is reply");
		}
		this.healthCheck.check(at.at("health-check"));
		if (!at.refused("sharing")) {
			checkUse(at, mode);
		}
	}

	private void checkForwarding(Validation at, Mode mode) {
		if (this.proxyProtocol != Proxy.V2) {
			at.refuse("proxy-tlvs", "forward applies only where proxy-protocol is v2");
		}
		else if (mode != Mode.SESSION) {
			at.refuse("proxy-tlvs", "forward applies only in mode session: elsewhere clients share connections");
		}
	}

	/**
	 * Refuses what would have no effect: the user expects something else.
	 */
	private void checkUse(Validation at, Mode mode) {
		boolean exclusive = this.sharing == Sharing.EXCLUSIVE;
		if (mode != Mode.REQUEST_REPLY) {
			List.of("sharing", "correlation", "on-failure", "on-failure-reply")
				.forEach((key) -> at.refuseIfSet(key, "applies only in mode request-reply"));
		}
		if (mode == Mode.SESSION) {
			at.refuseIfSet("pool", "applies only in modes request-reply and one-way");
		}
		if (mode == Mode.SESSION || (mode == Mode.REQUEST_REPLY && exclusive)) {
			at.refuseIfSet("heartbeat",
					"applies only to permanent links: in mode one-way, or where sharing is ordered or correlated");
		}
		if (mode == Mode.ONE_WAY) {
			at.at("heartbeat").refuseIfSet("expect", "is not allowed in mode one-way: there are no replies");
		}
		if (mode != Mode.SESSION && (mode == Mode.ONE_WAY || !exclusive)) {
			at.at("pool").refuseIfSet("max-idle", "applies only where sharing is exclusive: other links are permanent");
		}
		if (mode == Mode.ONE_WAY || (mode == Mode.REQUEST_REPLY && this.sharing == Sharing.CORRELATED)) {
			at.at("pool").refuseIfSet("rest", "applies only where sharing is exclusive or ordered");
		}
		if (mode == Mode.REQUEST_REPLY && this.sharing != Sharing.CORRELATED) {
			List.of("rewrite", "ordered", "key-range")
				.forEach((key) -> at.at("correlation").refuseIfSet(key, "applies only where sharing is correlated"));
		}
		if (this.onDown == OnDown.DRAIN && !this.healthCheck.interval().isPositive()) {
			at.refuse("on-down", "drain requires a health check: set health-check.interval");
		}
	}

	/** The PROXY protocol header sent upstream. */
	public enum Proxy implements Labelled {

		/** None. */
		OFF,

		/** The text header. */
		V1,

		/** The binary header. */
		V2

	}

	/** Which values the PROXY protocol header has besides addresses. */
	public enum ProxyTlvs implements Labelled {

		/** None. */
		NONE,

		/** Those of the header that the client came with. */
		FORWARD

	}

	/**
	 * TLS towards the servers.
	 *
	 * @param bundle the name of a Spring Boot SSL bundle. Required
	 * @param serverName the name asked for (SNI) and verified. Not set: the target's host
	 * @param verifyHostname whether the certificate must be for that name
	 * @param alpn application protocols (ALPN), the best first; empty for none
	 */
	public record Tls(String bundle, @Nullable String serverName, @DefaultValue("true") boolean verifyHostname,
			@DefaultValue List<String> alpn) {

		public Tls {
			alpn = List.copyOf(alpn);
		}

		void check(Validation at) {
			at.bundle("bundle", this.bundle, false);
			if (this.serverName != null) {
				if (!this.serverName.matches("[A-Za-z0-9._:-]+")) {
					at.refuse("server-name", "must be a host name or an IP address");
				}
			}
		}

	}

}
