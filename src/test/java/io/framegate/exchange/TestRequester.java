package io.framegate.exchange;

import java.net.InetAddress;

import io.framegate.closure.Cause;
import io.framegate.transport.Loop;
import org.jspecify.annotations.Nullable;

/**
 * A client whose exchanges do not end in the test.
 */
public final class TestRequester extends Requester {

	private final @Nullable Loop loop;

	private final InetAddress address;

	/**
	 * A client.
	 * @param loop its loop, {@code null} if nobody asks
	 * @param address its address
	 */
	public TestRequester(@Nullable Loop loop, String address) {
		this.loop = loop;
		this.address = InetAddress.ofLiteral(address);
	}

	@Override
	public Loop loop() {
		if (this.loop == null) {
			throw new IllegalStateException();
		}
		return this.loop;
	}

	@Override
	public InetAddress address() {
		return this.address;
	}

	@Override
	public void answered(Exchange exchange) {
		throw new IllegalStateException();
	}

	@Override
	public void failed(Exchange exchange, Cause cause) {
		throw new IllegalStateException();
	}

}
