package io.framegate.connection;

import java.io.Serial;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

import io.framegate.proxy.ProxyHeader;
import io.framegate.proxy.TlvNames;
import io.framegate.tls.TlsSession;
import io.framegate.transport.Addresses;
import org.jspecify.annotations.Nullable;

import org.springframework.integration.ip.IpHeaders;
import org.springframework.messaging.MessageHeaders;

/**
 * The message headers that all frames of a connection share: no id, no timestamp, no map
 * per frame. The map is made when a user's own code first asks for a header, because it
 * takes 400 bytes. Any thread may call.
 */
final class ConnectionHeaders extends MessageHeaders {

	@Serial
	private static final long serialVersionUID = 1L;

	private static final String PROXY = "framegate_proxy_";

	/** All other names begin with {@link IpHeaders.IP_PREFIX}. */
	private static final String OURS = "framegate_";

	private final transient FrameConnection connection;

	private transient volatile @Nullable Map<String, Object> all;

	ConnectionHeaders(FrameConnection connection) {
		super(null, ID_VALUE_NONE, -1L);
		this.connection = connection;
	}

	private static Map<String, Object> of(FrameConnection connection) {
		String address = connection.getHostAddress();
		String host = connection.getHostName();
		// Most hosts have no other name than their address: one string is kept for both.
		Map<String, Object> headers = new HashMap<>(Map.of(IpHeaders.CONNECTION_ID, connection.getConnectionId(),
				IpHeaders.IP_ADDRESS, address, IpHeaders.HOSTNAME, host.equals(address) ? address : host,
				IpHeaders.REMOTE_PORT, connection.getPort(), FrameConnection.ROUTE_HEADER, connection.route()));
		ProxyHeader proxy = connection.identity().proxy();
		if (proxy != null) {
			headers.put(PROXY + "via", Addresses.text(proxy.via()));
			TlvNames.named(proxy).forEach((name, text) -> headers.put(PROXY + name, text));
		}
		TlsSession tls = connection.identity().tls();
		if (tls != null) {
			headers.put("framegate_tls_protocol", tls.protocol());
			headers.put("framegate_tls_cipher", tls.cipher());
			if (tls.subject() != null) {
				headers.put("framegate_tls_subject", tls.subject());
				headers.put("framegate_tls_sans", tls.subjectAlternativeNames());
			}
		}
		return headers;
	}

	FrameConnection connection() {
		return this.connection;
	}

	/** Whether there is a map. */
	boolean isMade() {
		return this.all != null;
	}

	/** What a connection shows of itself does not change once its frames come. */
	@Override
	protected Map<String, Object> getRawHeaders() {
		Map<String, Object> made = this.all;
		if (made == null) {
			made = of(this.connection);
			this.all = made;
		}
		return made;
	}

	/** Spring Integration itself asks each message for headers that are not here. */
	private static boolean mayHave(Object key) {
		return key instanceof String name && (name.startsWith(IpHeaders.IP_PREFIX) || name.startsWith(OURS));
	}

	@Override
	public @Nullable Object get(Object key) {
		return mayHave(key) ? getRawHeaders().get(key) : null;
	}

	@Override
	public <T> @Nullable T get(Object key, Class<T> type) {
		Object value = get(key);
		if (value != null && !type.isInstance(value)) {
			throw new IllegalArgumentException("Incorrect type specified for header '" + key + "'. Expected [" + type
					+ "] but actual type is [" + value.getClass() + "]");
		}
		return type.cast(value);
	}

	@Override
	public boolean containsKey(Object key) {
		return mayHave(key) && getRawHeaders().containsKey(key);
	}

	@Override
	public boolean containsValue(Object value) {
		return getRawHeaders().containsValue(value);
	}

	@Override
	public Set<Map.Entry<String, Object>> entrySet() {
		return Collections.unmodifiableMap(getRawHeaders()).entrySet();
	}

	@Override
	public Set<String> keySet() {
		return Collections.unmodifiableSet(getRawHeaders().keySet());
	}

	@Override
	public Collection<Object> values() {
		return Collections.unmodifiableCollection(getRawHeaders().values());
	}

	@Override
	public int size() {
		return getRawHeaders().size();
	}

	@Override
	public boolean isEmpty() {
		return false;
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return this == other || (other instanceof MessageHeaders headers && getRawHeaders().equals(headers));
	}

	@Override
	public int hashCode() {
		return getRawHeaders().hashCode();
	}

	@Override
	public String toString() {
		return getRawHeaders().toString();
	}

	/** Written as the headers alone, without their connection. */
	@Serial
	private Object writeReplace() {
		return new Written(getRawHeaders());
	}

	/** The headers of a message that is somewhere else now. */
	private static final class Written extends MessageHeaders {

		@Serial
		private static final long serialVersionUID = 1L;

		private Written(Map<String, Object> headers) {
			super(headers, ID_VALUE_NONE, -1L);
		}

	}

}
