package io.framegate.route;

import java.net.InetAddress;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The inbound side of a route.
 *
 * @param port the port listened on, 0 to 65535; 0 for any free one. Required
 * @param address the local address listened on; 0.0.0.0 for all
 * @param framing how frames lie in the byte stream: crlf, lf, nul, stx-etx, mllp,
 * length1, length2, length4, stream, or bean: and the name of a serializer bean
 * @param lengthIncludesHeader whether the length that a length framing announces counts
 * its own bytes
 * @param maxFrameSize the largest payload, 1B to 1GB; a framing's own limit applies below
 * it. Not set: framegate.defaults.max-frame-size
 * @param backlog how many connections the kernel completes ahead of their accept
 * @param tls TLS towards the clients
 * @param proxyProtocol whether clients come with a PROXY protocol header, v1 or v2
 * @param proxyTrusted who may send that header: addresses or CIDR blocks
 * @param allow who may connect: addresses or CIDR blocks; empty for all
 * @param deny who may not connect: addresses or CIDR blocks
 * @param maxConnections how many connections may be open at once; 0 for no limit
 * @param maxConnectionsPerIp how many may be open at once from one address; 0 for no
 * limit
 * @param maxAcceptsPerSecond how many are accepted in a second; 0 for no limit
 * @param maxFramesPerSecond how many frames are read of a connection in a second; 0 for
 * no limit
 * @param maxBytesPerSecond how many bytes are read of a connection in a second, 1B to
 * 1GB; 0 for no limit
 * @param whenDown whether clients are accepted while no target is up
 */
public record Listen(@Range(min = 0, max = 65535) int port, @DefaultValue("0.0.0.0") String address,
		@DefaultValue("crlf") String framing, @DefaultValue("false") boolean lengthIncludesHeader,
		@DefaultValue("64KB") DataSize maxFrameSize, @Range(min = 1, max = 65535) @DefaultValue("4096") int backlog,
		@Nullable Tls tls, @DefaultValue("off") Proxy proxyProtocol, @DefaultValue List<AddressBlock> proxyTrusted,
		@DefaultValue List<AddressBlock> allow, @DefaultValue List<AddressBlock> deny,
		@Range(min = 0) @DefaultValue("10000") int maxConnections,
		@Range(min = 0) @DefaultValue("0") int maxConnectionsPerIp,
		@Range(min = 0) @DefaultValue("0") int maxAcceptsPerSecond,
		@Range(min = 0) @DefaultValue("0") int maxFramesPerSecond,
		@Range(min = 0) @DefaultValue("0B") DataSize maxBytesPerSecond, @DefaultValue("accept") WhenDown whenDown) {

	public Listen {
		proxyTrusted = List.copyOf(proxyTrusted);
		allow = List.copyOf(allow);
		deny = List.copyOf(deny);
	}

	/**
	 * The largest payload.
	 * @return bytes, at least 1
	 */
	public int maxFrameBytes() {
		return Math.toIntExact(this.maxFrameSize.toBytes());
	}

	/**
	 * The rule that a client may not connect by.
	 * @param address its address
	 * @return a block of {@code deny}, or {@code null}
	 */
	public @Nullable AddressBlock deniedBy(InetAddress address) {
		return AddressBlock.containing(this.deny, address);
	}

	/**
	 * Whether a client may connect that {@code deny} does not name.
	 * @param address its address
	 */
	public boolean allows(InetAddress address) {
		return this.allow.isEmpty() || AddressBlock.containing(this.allow, address) != null;
	}

	/**
	 * Whether the PROXY header of a peer is believed.
	 * @param address its address
	 */
	public boolean trusts(InetAddress address) {
		return AddressBlock.containing(this.proxyTrusted, address) != null;
	}

	/** Whether it is limited how fast connections are read. */
	public boolean isReadingLimited() {
		return this.maxFramesPerSecond > 0 || this.maxBytesPerSecond.toBytes() > 0;
	}

	/**
	 * Refuses values that make no sense together.
	 * @param at takes what is wrong
	 */
	public void check(Validation at) {
		at.required("port");
		at.host("address", this.address);
		at.framing(this.framing, this.lengthIncludesHeader);
		checkProxy(at);
		if (this.maxFramesPerSecond > 0 && this.framing.equals("stream")) {
			at.refuse("max-frames-per-second", "does not apply to the framing stream: use max-bytes-per-second");
		}
		if (this.tls != null) {
			this.tls.check(at.at("tls"));
		}
	}

	/**
	 * A header says who a client is: nobody may send one who is not trusted.
	 */
	private void checkProxy(Validation at) {
		if (at.refused("proxy-protocol") || at.refused("proxy-trusted")) {
			return;
		}
		if (this.proxyProtocol == Proxy.OFF) {
			at.refuseIfSet("proxy-trusted", "applies only where proxy-protocol is optional or required");
		}
		else if (this.proxyTrusted.isEmpty()) {
			at.refuse("proxy-trusted", "is required where proxy-protocol is " + this.proxyProtocol.label()
					+ ": the addresses of the proxies, such as 10.0.0.0/8");
		}
	}

	/** Whether clients come with a PROXY protocol header. */
	public enum Proxy implements Labelled {

		/** They never do. */
		OFF,

		/** They may. */
		OPTIONAL,

		/** They must. */
		REQUIRED

	}

	/** Whether clients show a certificate. */
	public enum ClientAuth implements Labelled {

		/** They are not asked. */
		NONE,

		/** They are asked and may decline. */
		WANT,

		/** They must. */
		NEED

	}

	/**
	 * TLS towards the clients.
	 *
	 * @param bundle the name of a Spring Boot SSL bundle. Required
	 * @param clientAuth whether clients show a certificate
	 * @param sni other bundles by the server name that clients ask for; *.example.com
	 * stands for every name with one label more
	 * @param allowSubjects the clients that are served, by the names in their
	 * certificates: a distinguished name, a DNS name or a URI, in which * stands for any
	 * characters. Empty for all
	 * @param alpn application protocols (ALPN), the best first; empty for none
	 */
	public record Tls(String bundle, @DefaultValue("none") ClientAuth clientAuth, @DefaultValue Map<String, String> sni,
			@DefaultValue List<String> allowSubjects, @DefaultValue List<String> alpn) {

		public Tls {
			sni = Collections.unmodifiableMap(new LinkedHashMap<>(sni));
			allowSubjects = List.copyOf(allowSubjects);
			alpn = List.copyOf(alpn);
		}

		void check(Validation at) {
			at.bundle("bundle", this.bundle, true);
			this.sni.forEach((name, bundle) -> at.at("sni").bundle(name, bundle, true));
			at.subjects("allow-subjects", this.allowSubjects);
			if (!this.allowSubjects.isEmpty() && this.clientAuth == ClientAuth.NONE) {
				at.refuse("allow-subjects", "needs client-auth want or need: other clients show no certificate");
			}
		}

	}

}
