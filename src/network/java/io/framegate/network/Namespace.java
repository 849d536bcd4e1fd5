package io.framegate.network;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A network namespace, and a thread that is in it. A socket belongs to the namespace of
 * the thread that made it; any thread may use it then.
 */
final class Namespace implements AutoCloseable {

	private static final String PREFIX = "fglab-";

	private final String name;

	private final ExecutorService inside = Executors
		.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("namespace").factory());

	private Namespace(String name) {
		this.name = name;
	}

	static Namespace create(String label) throws IOException {
		Namespace namespace = new Namespace(PREFIX + ProcessHandle.current().pid() + "-" + label);
		Shell.run("ip", "netns", "add", namespace.name);
		namespace.ip("link", "set", "lo", "up");
		namespace.call(() -> {
			Native.enter(namespace.name);
			return true;
		});
		return namespace;
	}

	/**
	 * Removes the namespaces of labs that do not run any more, and of this one, with the
	 * processes in them.
	 */
	static void removeAll() throws IOException {
		for (String line : Shell.run("ip", "netns", "list").lines().toList()) {
			String name = line.split(" ")[0];
			if (name.startsWith(PREFIX) && isOver(Long.parseLong(name.split("-")[1]))) {
				remove(name);
			}
		}
	}

	private static boolean isOver(long lab) {
		return lab == ProcessHandle.current().pid() || ProcessHandle.of(lab).filter(ProcessHandle::isAlive).isEmpty();
	}

	private static void remove(String name) throws IOException {
		Shell.run("ip", "netns", "pids", name)
			.lines()
			.forEach((pid) -> ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroyForcibly));
		Shell.run("ip", "netns", "del", name);
	}

	String name() {
		return this.name;
	}

	/**
	 * Runs a task on the thread that is inside.
	 */
	<T> T call(Callable<T> task) throws IOException {
		try {
			return this.inside.submit(task).get();
		}
		catch (ExecutionException ex) {
			throw new IOException(ex.getCause().toString(), ex.getCause());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IOException("Interrupted", ex);
		}
	}

	SocketChannel connect(InetSocketAddress from, InetSocketAddress to) throws IOException {
		return connect(from, to, 0);
	}

	/**
	 * Connects.
	 * @param receiveBuffer what the kernel takes for a program that does not read, in
	 * bytes; 0 for the system's own
	 */
	SocketChannel connect(InetSocketAddress from, InetSocketAddress to, int receiveBuffer) throws IOException {
		SocketChannel channel = call(SocketChannel::open);
		try {
			if (receiveBuffer > 0) {
				channel.setOption(StandardSocketOptions.SO_RCVBUF, receiveBuffer);
			}
			channel.bind(from).connect(to);
			return channel;
		}
		catch (IOException ex) {
			channel.close();
			throw ex;
		}
	}

	ServerSocketChannel listen(InetSocketAddress at) throws IOException {
		return call(ServerSocketChannel::open).bind(at, 1024);
	}

	void ip(String... arguments) throws IOException {
		List<String> command = new ArrayList<>(List.of("ip", "-n", this.name));
		command.addAll(List.of(arguments));
		Shell.run(command.toArray(String[]::new));
	}

	/**
	 * Changes or lists the packet filter.
	 */
	String nft(String command) throws IOException {
		return Shell.run("ip", "netns", "exec", this.name, "nft", command);
	}

	void set(String setting, String value) throws IOException {
		Shell.run("ip", "netns", "exec", this.name, "sysctl", "-q", "-w", setting + "=" + value);
	}

	Process start(ProcessBuilder program) throws IOException {
		List<String> command = new ArrayList<>(List.of("ip", "netns", "exec", this.name));
		command.addAll(program.command());
		return program.command(command).start();
	}

	@Override
	public void close() throws IOException {
		this.inside.shutdownNow();
		remove(this.name);
	}

}
