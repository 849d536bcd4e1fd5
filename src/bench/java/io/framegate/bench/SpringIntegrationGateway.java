package io.framegate.bench;

import java.net.InetAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.integration.channel.DirectChannel;
import org.springframework.integration.config.EnableIntegration;
import org.springframework.integration.ip.IpHeaders;
import org.springframework.integration.ip.tcp.connection.AbstractConnectionFactory;
import org.springframework.integration.ip.tcp.connection.TcpConnectionCloseEvent;
import org.springframework.integration.ip.tcp.connection.TcpNetClientConnectionFactory;
import org.springframework.integration.ip.tcp.connection.TcpNetServerConnectionFactory;
import org.springframework.integration.ip.tcp.inbound.TcpReceivingChannelAdapter;
import org.springframework.integration.ip.tcp.outbound.TcpSendingMessageHandler;
import org.springframework.integration.ip.tcp.serializer.AbstractByteArraySerializer;
import org.springframework.integration.ip.tcp.serializer.ByteArrayCrLfSerializer;
import org.springframework.integration.ip.tcp.serializer.ByteArrayLengthHeaderSerializer;
import org.springframework.integration.support.MessageBuilder;
import org.springframework.messaging.Message;

/**
 * The same session gateway built from stock Spring Integration, as its reference manual
 * would have one do it: collaborating channel adapters on the net factories, a
 * {@link DirectChannel} each way, its own serializers, defaults but for the backlog, and
 * no metrics.
 *
 * <p>
 * A client factory holds one shared connection, so a session needs a client factory of
 * its own, with its pair of adapters: {@link Session}, made at the first frame and
 * stopped when the inbound connection closes. Replies find their client by the
 * {@code ip_connectionId} header. Outbound gateways would be no fairer: over a shared or
 * cached connection they carry one exchange at a time. Both ways of a session are then a
 * thread that reads a frame, a message, a channel and a write, and nothing else.
 */
final class SpringIntegrationGateway implements AutoCloseable {

	private final AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();

	private final Map<String, Session> sessions = new ConcurrentHashMap<>();

	private final TcpSendingMessageHandler replies = new TcpSendingMessageHandler();

	private final int upstreamPort;

	private final String upstreamFraming;

	private final int maxFrame;

	private SpringIntegrationGateway(int upstreamPort, String upstreamFraming, int payload) {
		this.upstreamPort = upstreamPort;
		this.upstreamFraming = upstreamFraming;
		this.maxFrame = Math.max(AbstractByteArraySerializer.DEFAULT_MAX_MESSAGE_SIZE, payload + 2);
	}

	/**
	 * Runs until the process is ended.
	 * @param args port, upstream port, upstream framing, payload bytes
	 */
	public static void main(String[] args) throws Exception {
		SpringIntegrationGateway gateway = new SpringIntegrationGateway(Integer.parseInt(args[1]), args[2],
				Integer.parseInt(args[3]));
		Runtime.getRuntime().addShutdownHook(new Thread(gateway::close));
		gateway.start(Integer.parseInt(args[0]));
		Thread.currentThread().join();
	}

	private void start(int port) throws Exception {
		this.context.register(Infrastructure.class);
		this.context.addApplicationListener((ApplicationListener<TcpConnectionCloseEvent>) this::closed);
		this.context.refresh();
		TcpNetServerConnectionFactory server = new TcpNetServerConnectionFactory(port);
		server.setLocalAddress(InetAddress.getLoopbackAddress().getHostAddress());
		server.setBacklog(1024);
		framed(server, "crlf");
		DirectChannel requests = bean(new DirectChannel(), "requests");
		requests.subscribe(this::request);
		this.replies.setConnectionFactory(server);
		bean(this.replies, "replies");
		TcpReceivingChannelAdapter adapter = new TcpReceivingChannelAdapter();
		adapter.setConnectionFactory(server);
		adapter.setOutputChannel(requests);
		bean(adapter, "inbound");
		bean(server, "server");
		this.replies.start();
		adapter.start();
	}

	private void request(Message<?> message) {
		String id = message.getHeaders().get(IpHeaders.CONNECTION_ID, String.class);
		if (id != null) {
			this.sessions.computeIfAbsent(id, Session::new).upstream.handleMessage(message);
		}
	}

	private void closed(TcpConnectionCloseEvent event) {
		Session session = this.sessions.remove(event.getConnectionId());
		if (session != null) {
			session.close();
		}
	}

	private <F extends AbstractConnectionFactory> F framed(F factory, String framing) {
		AbstractByteArraySerializer serializer = framing.equals("crlf") ? new ByteArrayCrLfSerializer()
				: new ByteArrayLengthHeaderSerializer();
		serializer.setMaxMessageSize(this.maxFrame);
		factory.setSerializer(serializer);
		factory.setDeserializer(serializer);
		factory.setSoTcpNoDelay(true);
		return factory;
	}

	@SuppressWarnings("unchecked")
	private <T> T bean(T object, String name) {
		return (T) this.context.getAutowireCapableBeanFactory().initializeBean(object, name);
	}

	@Override
	public void close() {
		this.context.close();
	}

	@EnableIntegration
	static class Infrastructure {

	}

	/**
	 * The upstream connection of one inbound connection.
	 */
	private final class Session {

		private final TcpSendingMessageHandler upstream = new TcpSendingMessageHandler();

		private final TcpReceivingChannelAdapter adapter = new TcpReceivingChannelAdapter();

		Session(String inboundId) {
			TcpNetClientConnectionFactory client = framed(
					new TcpNetClientConnectionFactory("127.0.0.1", SpringIntegrationGateway.this.upstreamPort),
					SpringIntegrationGateway.this.upstreamFraming);
			client.setApplicationEventPublisher(SpringIntegrationGateway.this.context);
			DirectChannel received = bean(new DirectChannel(), "received-" + inboundId);
			received.subscribe((message) -> SpringIntegrationGateway.this.replies.handleMessage(
					MessageBuilder.fromMessage(message).setHeader(IpHeaders.CONNECTION_ID, inboundId).build()));
			this.upstream.setConnectionFactory(client);
			this.adapter.setConnectionFactory(client);
			this.adapter.setOutputChannel(received);
			bean(client, "client-" + inboundId);
			bean(this.upstream, "upstream-" + inboundId);
			bean(this.adapter, "adapter-" + inboundId);
			this.adapter.start();
			this.upstream.start();
		}

		void close() {
			this.upstream.stop();
			this.adapter.stop();
		}

	}

}
