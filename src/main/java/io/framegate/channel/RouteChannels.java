package io.framegate.channel;

import java.util.LinkedHashMap;
import java.util.Map;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.integration.channel.DirectChannel;
import org.springframework.messaging.MessageHandler;

/**
 * Connects a route's channels. If a user's own flow consumes the request channel, what it
 * sends to the forward channel goes upstream. The same holds for replies.
 */
public final class RouteChannels {

	private final String prefix;

	private final FrameDispatcher frames;

	private final BeanFactory beans;

	/** Handlers subscribed here, by channel. */
	private final Map<DirectChannel, MessageHandler> subscribed = new LinkedHashMap<>();

	/**
	 * No channel is connected yet.
	 * @param prefix what the channels' names begin with
	 * @param frames takes what passed the channels
	 * @param beans where the channels are
	 */
	public RouteChannels(String prefix, FrameDispatcher frames, BeanFactory beans) {
		this.prefix = prefix;
		this.frames = frames;
		this.beans = beans;
	}

	/**
	 * Connects the channels, after every flow of the application has subscribed.
	 * @param hasUpstream whether requests go to servers, rather than to a user's own flow
	 * alone
	 * @throws IllegalStateException if nobody would take the requests
	 */
	public synchronized void connect(boolean hasUpstream) {
		subscribe(".forward", new FrameHandler(this.frames::request));
		subscribe(".deliver", new FrameHandler(this.frames::reply));
		if (hasUpstream) {
			subscribeIfNobody(".request", new FrameHandler(this.frames::request));
		}
		else {
			// A route that had servers until now must not be subscribed any more.
			unsubscribe(channel(".request"));
			if (channel(".request").getSubscriberCount() == 0) {
				throw nobodyAnswers(this.prefix);
			}
		}
		subscribeIfNobody(".reply", new FrameHandler(this.frames::reply));
	}

	/**
	 * The fault of a route that has neither targets nor a user's own flow.
	 * @param prefix what the names of its channels begin with
	 * @return the exception, to be thrown
	 */
	public static IllegalStateException nobodyAnswers(String prefix) {
		return new IllegalStateException(
				"%s has no upstream.targets and nobody subscribes to its channel %s.request: configure a target, or a bean that answers, such as @ServiceActivator(inputChannel = \"%s.request\", outputChannel = \"%s.reply\")"
					.formatted(prefix, prefix, prefix, prefix));
	}

	/**
	 * Removes what was subscribed here. A user's own flows stay.
	 */
	public synchronized void disconnect() {
		this.subscribed.forEach(DirectChannel::unsubscribe);
		this.subscribed.clear();
	}

	private void subscribeIfNobody(String name, MessageHandler handler) {
		if (channel(name).getSubscriberCount() == 0) {
			subscribe(name, handler);
		}
	}

	private void subscribe(String name, MessageHandler handler) {
		DirectChannel channel = channel(name);
		if (this.subscribed.putIfAbsent(channel, handler) == null) {
			channel.subscribe(handler);
		}
	}

	private void unsubscribe(DirectChannel channel) {
		MessageHandler handler = this.subscribed.remove(channel);
		if (handler != null) {
			channel.unsubscribe(handler);
		}
	}

	private DirectChannel channel(String name) {
		return this.beans.getBean(this.prefix + name, DirectChannel.class);
	}

}
