package io.framegate.tls;

import java.util.List;
import java.util.Locale;
import java.util.Map;

import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLSession;
import javax.net.ssl.StandardConstants;

import org.jspecify.annotations.Nullable;

/**
 * What belongs to the server name that a client asked for (SNI).
 *
 * @param <T> what
 * @param byName names in small letters; one that begins with {@code *.} stands for every
 * name with one label more
 * @param fallback for clients that ask for no name or for another one
 */
record ByServerName<T>(Map<String, T> byName, T fallback) {

	T of(@Nullable SSLSession handshake) {
		return (handshake instanceof ExtendedSSLSession session) ? of(session.getRequestedServerNames())
				: this.fallback;
	}

	private T of(List<SNIServerName> names) {
		for (SNIServerName name : names) {
			if (name.getType() == StandardConstants.SNI_HOST_NAME) {
				return of(hostName(name).toLowerCase(Locale.ROOT));
			}
		}
		return this.fallback;
	}

	T of(String name) {
		T exact = this.byName.get(name);
		if (exact != null) {
			return exact;
		}
		int label = name.indexOf('.');
		T wildcard = (label > 0) ? this.byName.get("*" + name.substring(label)) : null;
		return (wildcard != null) ? wildcard : this.fallback;
	}

	private static String hostName(SNIServerName name) {
		try {
			return new SNIHostName(name.getEncoded()).getAsciiName();
		}
		catch (IllegalArgumentException ex) {
			// A name that cannot be one of a host is none of ours.
			return "";
		}
	}

}
