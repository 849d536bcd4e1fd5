package io.framegate.channel;

import java.util.ArrayList;
import java.util.List;

import io.micrometer.observation.ObservationRegistry;

import org.springframework.integration.channel.DirectChannel;
import org.springframework.integration.support.management.metrics.MetricsCaptor;
import org.springframework.messaging.MessageHandler;
import org.springframework.messaging.support.ChannelInterceptor;

/**
 * A channel that frames pass: Spring Integration's direct channel without its timer and
 * debug line for each message, which would cost more than the rest of the way. A route
 * counts its frames itself. It knows whether anybody but the route would see a message.
 */
public final class FrameChannel extends DirectChannel {

	private final List<MessageHandler> subscribers = new ArrayList<>();

	private boolean tracked;

	private boolean converting;

	private volatile boolean unwatched;

	public FrameChannel() {
		setLoggingEnabled(false);
	}

	/**
	 * Whether a message would reach the route's own {@link FrameHandler} and nobody else:
	 * no interceptor, tap, flow, history, observation, debug line or type conversion. Any
	 * thread may call.
	 */
	boolean isUnwatched() {
		return this.unwatched;
	}

	private void changed() {
		synchronized (this.subscribers) {
			this.unwatched = this.subscribers.size() == 1 && this.subscribers.getFirst() instanceof FrameHandler
					&& getInterceptors().isEmpty() && !this.tracked && !this.converting && !isObserved()
					&& !isLoggingEnabled();
		}
	}

	@Override
	public boolean subscribe(MessageHandler handler) {
		synchronized (this.subscribers) {
			boolean added = super.subscribe(handler);
			if (added) {
				this.subscribers.add(handler);
			}
			changed();
			return added;
		}
	}

	@Override
	public boolean unsubscribe(MessageHandler handler) {
		synchronized (this.subscribers) {
			boolean removed = super.unsubscribe(handler);
			if (removed) {
				this.subscribers.remove(handler);
			}
			changed();
			return removed;
		}
	}

	@Override
	public void setInterceptors(List<ChannelInterceptor> interceptors) {
		super.setInterceptors(interceptors);
		changed();
	}

	@Override
	public void addInterceptor(ChannelInterceptor interceptor) {
		super.addInterceptor(interceptor);
		changed();
	}

	@Override
	public void addInterceptor(int index, ChannelInterceptor interceptor) {
		super.addInterceptor(index, interceptor);
		changed();
	}

	@Override
	public boolean removeInterceptor(ChannelInterceptor interceptor) {
		boolean removed = super.removeInterceptor(interceptor);
		changed();
		return removed;
	}

	@Override
	public ChannelInterceptor removeInterceptor(int index) {
		ChannelInterceptor removed = super.removeInterceptor(index);
		changed();
		return removed;
	}

	@Override
	public void setShouldTrack(boolean shouldTrack) {
		super.setShouldTrack(shouldTrack);
		this.tracked = shouldTrack;
		changed();
	}

	@Override
	public void setDatatypes(Class<?>... datatypes) {
		super.setDatatypes(datatypes);
		this.converting = true;
		changed();
	}

	@Override
	public void setLoggingEnabled(boolean enabled) {
		super.setLoggingEnabled(enabled);
		changed();
	}

	@Override
	public void registerObservationRegistry(ObservationRegistry registry) {
		super.registerObservationRegistry(registry);
		changed();
	}

	@Override
	public void registerMetricsCaptor(MetricsCaptor captor) {
		// See above.
	}

}
