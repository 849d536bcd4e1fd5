package io.framegate.testkit;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The servers of one test, which end after it.
 *
 * <pre>
 * &#64;AutoClose
 * private final TestUpstreams servers = new TestUpstreams();
 * </pre>
 */
public final class TestUpstreams implements AutoCloseable {

	private final List<TestUpstream> servers = new CopyOnWriteArrayList<>();

	/**
	 * A server that does with each connection what the script says. Its reads wait for a
	 * minute.
	 * @param script the script
	 * @return the listening server
	 */
	public TestUpstream handling(Script script) {
		return add(TestUpstream.handling((peer) -> script.on(peer.within(Duration.ofMinutes(1)))));
	}

	public TestUpstream lineEcho() {
		return add(TestUpstream.lineEcho());
	}

	public TestUpstream silent() {
		return add(TestUpstream.silent());
	}

	public TestUpstream sink() {
		return add(TestUpstream.sink());
	}

	/**
	 * Closes this server, too.
	 * @param server the server
	 * @return the same
	 */
	public TestUpstream add(TestUpstream server) {
		this.servers.add(server);
		return server;
	}

	@Override
	public void close() {
		this.servers.forEach(TestUpstream::close);
	}

}
