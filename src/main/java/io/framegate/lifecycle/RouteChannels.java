package io.framegate.lifecycle;

import java.util.LinkedHashMap;
import java.util.Map;

import io.framegate.relay.Relay;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.integration.channel.DirectChannel;
import org.springframework.messaging.MessageHandler;

/**
 * Connects a route's channels to its relay. Where a user's own flow consumes the request
 * channel, what it sends to the forward channel goes on; so do replies.
 */
final class RouteChannels {

	private final String prefix;

	private final BeanFactory beans;

	/** What was subscribed here, by channel. */
	private final Map<DirectChannel, MessageHandler> subscribed = new LinkedHashMap<>();

	RouteChannels(String prefix, BeanFactory beans) {
		this.prefix = prefix;
		this.beans = beans;
	}

	/**
	 * Connects the channels, once every flow of the application has subscribed.
	 * @param relay takes what is to go on
	 * @throws IllegalStateException where nobody would take the requests
	 */
	void connect(Relay relay) {
		if (!this.subscribed.isEmpty()) {
			return;
		}
		subscribe(channel(".forward"), relay::request);
		subscribe(channel(".deliver"), relay::reply);
		if (relay.hasUpstream()) {
			subscribeIfNobody(".request", relay::request);
		}
		else if (channel(".request").getSubscriberCount() == 0) {
			throw nobodyAnswers(this.prefix);
		}
		subscribeIfNobody(".reply", relay::reply);
	}

	static IllegalStateException nobodyAnswers(String prefix) {
		return new IllegalStateException(
				"%s has no upstream.targets and nobody subscribes to its channel %s.request: configure a target, or a bean that answers, such as @ServiceActivator(inputChannel = \"%s.request\", outputChannel = \"%s.reply\")"
					.formatted(prefix, prefix, prefix, prefix));
	}

	/**
	 * Takes off what was connected; a user's own flows stay.
	 */
	void disconnect() {
		this.subscribed.forEach(DirectChannel::unsubscribe);
		this.subscribed.clear();
	}

	private void subscribeIfNobody(String name, MessageHandler handler) {
		DirectChannel channel = channel(name);
		if (channel.getSubscriberCount() == 0) {
			subscribe(channel, handler);
		}
	}

	private void subscribe(DirectChannel channel, MessageHandler handler) {
		channel.subscribe(handler);
		this.subscribed.put(channel, handler);
	}

	private DirectChannel channel(String name) {
		return this.beans.getBean(this.prefix + name, DirectChannel.class);
	}

}
