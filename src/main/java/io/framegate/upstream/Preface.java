package io.framegate.upstream;

import java.net.InetSocketAddress;
import java.util.List;

import io.framegate.connection.FrameConnection;
import io.framegate.proxy.ProxyHeader;
import io.framegate.proxy.ProxyHeader.Tlv;
import io.framegate.proxy.ProxyHeaders;
import io.framegate.route.Upstream;
import org.jspecify.annotations.Nullable;

/**
 * What an upstream connection sends before anything else: a PROXY header. Any thread may
 * call.
 */
@FunctionalInterface
interface Preface {

	/**
	 * The bytes for a new connection.
	 * @param local the gateway's own address
	 * @param remote the target's address
	 * @return the bytes
	 */
	byte[] bytes(InetSocketAddress local, InetSocketAddress remote);

	/**
	 * The header of a connection that serves one client: the client's address and the one
	 * that it connected to.
	 * @param upstream says whether there is a header, and which
	 * @param client the client's connection, introduced
	 * @return the preface, or {@code null} for none
	 */
	static @Nullable Preface of(Upstream upstream, FrameConnection client) {
		ProxyHeader shown = client.identity().proxy();
		InetSocketAddress source = client.remote();
		InetSocketAddress destination = (shown != null && shown.destination() != null) ? shown.destination()
				: client.local();
		if (destination == null) {
			return own(upstream);
		}
		return switch (upstream.proxyProtocol()) {
			case OFF -> null;
			case V1 -> (local, remote) -> ProxyHeaders.line(source, destination);
			case V2 -> {
				List<Tlv> tlvs = (shown != null && upstream.proxyTlvs() == Upstream.ProxyTlvs.FORWARD) ? shown.tlvs()
						: List.of();
				yield (local, remote) -> ProxyHeaders.binary(source, destination, tlvs);
			}
		};
	}

	/**
	 * The header of a connection that clients share, or of a probe: the gateway speaks
	 * for itself. In version 1 it names its own address, as the specification recommends,
	 * because servers refuse UNKNOWN.
	 * @param upstream says whether there is a header, and which
	 * @return the preface, or {@code null} for none
	 */
	static @Nullable Preface own(Upstream upstream) {
		return switch (upstream.proxyProtocol()) {
			case OFF -> null;
			case V1 -> ProxyHeaders::line;
			case V2 -> (local, remote) -> ProxyHeaders.local();
		};
	}

}
