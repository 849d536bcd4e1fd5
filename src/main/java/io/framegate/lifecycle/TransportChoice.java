package io.framegate.lifecycle;

import java.util.List;

import io.framegate.configuration.TransportSetting;
import io.framegate.transport.Transport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which transport {@code framegate.transport} means on this machine.
 */
final class TransportChoice {

	/** Best first. */
	private static final List<Transport> AUTO = List.of(Transport.EPOLL, Transport.IO_URING, Transport.NIO);

	private static final Logger logger = LoggerFactory.getLogger(TransportChoice.class);

	private TransportChoice() {
	}

	/**
	 * Chooses, and logs the choice.
	 * @param setting what the configuration says
	 * @return a transport that is available
	 * @throws UnavailableTransportException if the one that the configuration names is
	 * not
	 */
	static Transport of(TransportSetting setting) {
		return switch (setting) {
			case AUTO -> best();
			case IO_URING -> named(Transport.IO_URING);
			case EPOLL -> named(Transport.EPOLL);
			case NIO -> named(Transport.NIO);
		};
	}

	private static Transport best() {
		for (Transport transport : AUTO) {
			Throwable fault = transport.unavailability();
			if (fault == null) {
				logger.info("Transport {} (framegate.transport is auto)", transport.label());
				return transport;
			}
			logger.info("Transport {} cannot be used: {}", transport.label(), reason(fault));
		}
		throw new IllegalStateException("NIO is always available");
	}

	private static Transport named(Transport transport) {
		Throwable fault = transport.unavailability();
		if (fault != null) {
			throw new UnavailableTransportException(transport, reason(fault), fault);
		}
		logger.info("Transport {}", transport.label());
		return transport;
	}

	/** The innermost message is the system's own. */
	private static String reason(Throwable fault) {
		Throwable inner = fault;
		while (inner.getCause() != null) {
			inner = inner.getCause();
		}
		return String.valueOf(inner.getMessage());
	}

}
