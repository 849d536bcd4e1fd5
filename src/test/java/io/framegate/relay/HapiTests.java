package io.framegate.relay;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import javax.net.ssl.SSLSocket;

import ca.uhn.hl7v2.AcknowledgmentCode;
import ca.uhn.hl7v2.DefaultHapiContext;
import ca.uhn.hl7v2.HL7Exception;
import ca.uhn.hl7v2.app.Connection;
import ca.uhn.hl7v2.app.HL7Service;
import ca.uhn.hl7v2.llp.MinLowerLayerProtocol;
import ca.uhn.hl7v2.model.Message;
import ca.uhn.hl7v2.model.v25.message.ACK;
import ca.uhn.hl7v2.model.v25.message.ADT_A01;
import ca.uhn.hl7v2.protocol.ReceivingApplication;
import ca.uhn.hl7v2.util.StandardSocketFactory;
import ca.uhn.hl7v2.util.idgenerator.InMemoryIDGenerator;
import ca.uhn.hl7v2.validation.impl.ValidationContextFactory;
import io.framegate.closure.CloseReason;
import io.framegate.closure.Side;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.GatewayBuilder;
import io.framegate.testkit.RouteSpec;
import io.framegate.testkit.TestCertificates;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static io.framegate.testkit.RouteSpec.route;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * HL7 over MLLP between clients and a server that are HAPI's. All clients count their
 * messages from 1, so control ids are the same everywhere: what tells that an
 * acknowledgement is for the right message is the patient whom the server saw in it.
 * HAPI's server answers in any order, also on one connection.
 */
@Timeout(120)
class HapiTests {

	private static final int CLIENTS = 20;

	private static final int THREADS = 2;

	private static final int MESSAGES = 10;

	private static final String UNWELCOME = "Nobody";

	private static final Map<String, Queue<String>> SEEN = new ConcurrentHashMap<>();

	private static final ExecutorService THREADS_OF_HAPI = Executors.newCachedThreadPool();

	private static final TestCertificates.Identity IDENTITY = TestCertificates.authority("CN=Hospital")
		.issue("CN=hl7.example", "ip:127.0.0.1");

	@TempDir
	private static Path directory;

	private static Gateway gateway;

	private static Hapi hapi;

	private static Hapi secureHapi;

	private static HL7Service server;

	private static HL7Service secureServer;

	@BeforeAll
	static void start() throws InterruptedException {
		gateway = GatewayBuilder.routes().with(IDENTITY.bundle("hospital", directory)).start();
		hapi = new Hapi();
		server = hapi.newServer(0, false);
		secureHapi = new Hapi();
		secureServer = secureHapi.newServer(0, true);
		for (HL7Service each : List.of(server, secureServer)) {
			each.registerApplication(new Registration());
			each.startAndWait();
		}
	}

	@AfterAll
	static void stop() throws IOException {
		// The server waits for the end of its connections.
		gateway.close();
		server.stopAndWait();
		secureServer.stopAndWait();
		hapi.close();
		secureHapi.close();
		THREADS_OF_HAPI.shutdownNow();
	}

	static Stream<RouteSpec> everyWayToAServer() {
		String[] key = { "regex-request=^MSH\\|(?:[^|\\r]*\\|){8}([^|\\r]*)",
				"regex-reply=\\rMSA\\|[^|\\r]*\\|([^|\\r]*)" };
		return Stream.of(route("session"), route("lenient"), shared("exclusive").correlation(key),
				shared("correlated").correlated(key), shared("rewritten").correlated(key).correlation("rewrite=true"),
				secure(route("secure-session")), secure(shared("secure-exclusive")),
				secure(shared("secure-correlated").correlated(key)));
	}

	private static RouteSpec secure(RouteSpec spec) {
		return spec.with("listen.tls.bundle=hospital", "listen.tls.client-auth=need", "upstream.tls.bundle=hospital");
	}

	private static RouteSpec shared(String name) {
		return route(name).pooled().with("upstream.pool.max-connections=4");
	}

	@ParameterizedTest
	@MethodSource("everyWayToAServer")
	void everyMessageGetsItsOwnAcknowledgement(RouteSpec spec) throws Exception {
		String route = spec.name();
		String framing = route.equals("lenient") ? "mllp-lenient" : "mllp";
		gateway
			.configure(spec.framing(framing, framing).to("127.0.0.1:" + (isSecure(route) ? secureHapi : hapi).port()));
		Queue<String> seen = SEEN.computeIfAbsent(route, (name) -> new ConcurrentLinkedQueue<>());
		// Virtual threads can all be stuck in the first use of HAPI's classes.
		try (ExecutorService threads = Executors.newCachedThreadPool()) {
			List<Callable<Set<String>>> clients = new ArrayList<>();
			for (int i = 0; i < CLIENTS; i++) {
				int client = i;
				clients.add(() -> speak(route, client));
			}
			Set<String> sent = ConcurrentHashMap.newKeySet();
			for (Future<Set<String>> patients : threads.invokeAll(clients, 100, TimeUnit.SECONDS)) {
				sent.addAll(patients.get());
			}
			assertThat(seen).containsExactlyInAnyOrderElementsOf(sent).hasSize(CLIENTS * THREADS * MESSAGES);
		}
		Gateway.await("no clients",
				() -> Optional.of(gateway.route(route).metrics().active(Side.INBOUND)).filter((n) -> n == 0));
		assertThat(gateway.closures(route)).filteredOn((closure) -> closure.side() == Side.INBOUND)
			.hasSize(CLIENTS)
			.allSatisfy((closure) -> {
				assertThat(closure.reason()).isEqualTo(CloseReason.INBOUND_EOF);
				assertThat(closure.framesIn()).isEqualTo(THREADS * MESSAGES);
				assertThat(closure.framesOut()).isEqualTo(THREADS * MESSAGES);
				assertThat(closure.undelivered().frames()).isZero();
			});
		assertThat(gateway.text("/actuator/prometheus")
			.lines()
			.filter((line) -> line.startsWith("framegate_replies_discarded") && line.contains('"' + route + '"')))
			.allSatisfy((line) -> assertThat(line).endsWith(" 0.0"));
	}

	private static boolean isSecure(String route) {
		return route.startsWith("secure");
	}

	/** Several threads send on one connection; HAPI tells their replies apart. */
	private static Set<String> speak(String route, int client) throws Exception {
		// Two connections of one context to one port would be one.
		Hapi sender = new Hapi();
		Connection connection = sender.newClient("127.0.0.1", gateway.port(route), isSecure(route));
		connection.getInitiator().setTimeout(60, TimeUnit.SECONDS);
		AtomicInteger ids = new AtomicInteger();
		Set<String> patients = ConcurrentHashMap.newKeySet();
		// Virtual threads can all be stuck in the first use of HAPI's classes.
		try (ExecutorService threads = Executors.newCachedThreadPool()) {
			List<Callable<Void>> senders = new ArrayList<>();
			for (int i = 0; i < THREADS; i++) {
				senders.add(() -> {
					for (int j = 0; j < MESSAGES; j++) {
						patients.add(ask(connection, route, client, ids.incrementAndGet()));
					}
					return null;
				});
			}
			for (Future<Void> done : threads.invokeAll(senders)) {
				done.get();
			}
		}
		finally {
			sender.close();
		}
		return patients;
	}

	private static String ask(Connection connection, String route, int client, int id) throws Exception {
		String patient = "%s-%d-%d".formatted(route, client, id);
		String name = (id % 7 == 0) ? UNWELCOME : "Müller-Żółć";
		ADT_A01 message = new ADT_A01();
		message.setParser(hapi.getPipeParser());
		message.initQuickstart("ADT", "A01", "P");
		message.getMSH().getMessageControlID().setValue("%06d".formatted(id));
		message.getMSH().getCharacterSet(0).setValue("UNICODE UTF-8");
		message.getMSH().getSendingApplication().getNamespaceID().setValue(route);
		message.getPID().getPatientIdentifierList(0).getIDNumber().setValue(patient);
		message.getPID().getPatientName(0).getFamilyName().getSurname().setValue(name);
		ACK ack = (ACK) connection.getInitiator().sendAndReceive(message);
		assertThat(ack.getMSA().getMessageControlID().getValue()).isEqualTo("%06d".formatted(id));
		assertThat(ack.getMSA().getAcknowledgmentCode().getValue()).isEqualTo(name.equals(UNWELCOME) ? "AR" : "AA");
		assertThat(ack.getMSA().getTextMessage().getValue()).isEqualTo(patient + " " + name);
		return patient;
	}

	/** Says in each acknowledgement which patient it is about. */
	private static final class Registration implements ReceivingApplication<Message> {

		@Override
		public boolean canProcess(Message message) {
			return message instanceof ADT_A01;
		}

		@Override
		public Message processMessage(Message message, Map<String, Object> metadata) {
			ADT_A01 admission = (ADT_A01) message;
			String patient = admission.getPID().getPatientIdentifierList(0).getIDNumber().getValue();
			String name = admission.getPID().getPatientName(0).getFamilyName().getSurname().getValue();
			SEEN.get(admission.getMSH().getSendingApplication().getNamespaceID().getValue()).add(patient);
			try {
				ACK ack = (ACK) admission
					.generateACK(name.equals(UNWELCOME) ? AcknowledgmentCode.AR : AcknowledgmentCode.AA, null);
				ack.getMSA().getTextMessage().setValue(patient + " " + name);
				return ack;
			}
			catch (IOException | HL7Exception ex) {
				throw new IllegalStateException(ex);
			}
		}

	}

	/** HAPI's context, whose servers listen on a free port of 127.0.0.1. */
	private static final class Hapi extends DefaultHapiContext {

		private volatile ServerSocket listening;

		Hapi() {
			super(ValidationContextFactory.noValidation());
			MinLowerLayerProtocol mllp = new MinLowerLayerProtocol();
			mllp.setCharset(StandardCharsets.UTF_8);
			setLowerLayerProtocol(mllp);
			setExecutorService(THREADS_OF_HAPI);
			// The usual one writes a file where the tests run.
			getParserConfiguration().setIdGenerator(new InMemoryIDGenerator());
			setSocketFactory(new StandardSocketFactory() {

				@Override
				public ServerSocket createServerSocket() throws IOException {
					Hapi.this.listening = new ServerSocket() {

						@Override
						public void bind(SocketAddress any) throws IOException {
							bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
						}

					};
					return Hapi.this.listening;
				}

				@Override
				public Socket createTlsSocket() throws IOException {
					return IDENTITY.context().getSocketFactory().createSocket();
				}

				@Override
				public ServerSocket createTlsServerSocket() throws IOException {
					Hapi.this.listening = new SecureServerSocket();
					return Hapi.this.listening;
				}

			});
			learn();
		}

		/**
		 * A parser of HAPI learns a message's structure when it first meets it, and a
		 * second thread that comes meanwhile gets half of it: it fails, and nobody is
		 * answered.
		 */
		private void learn() {
			try {
				ADT_A01 admission = new ADT_A01();
				admission.setParser(getPipeParser());
				admission.initQuickstart("ADT", "A01", "P");
				getGenericParser().parse(admission.encode());
				getGenericParser().parse(admission.generateACK().encode());
			}
			catch (IOException | HL7Exception ex) {
				throw new IllegalStateException(ex);
			}
		}

		int port() {
			return Gateway.await("HAPI to listen",
					() -> Optional.ofNullable(this.listening)
						.map(ServerSocket::getLocalPort)
						.filter((port) -> port > 0));
		}

	}

	/** Accepts clients that show a certificate, on a free port of 127.0.0.1. */
	private static final class SecureServerSocket extends ServerSocket {

		SecureServerSocket() throws IOException {
		}

		@Override
		public void bind(SocketAddress any) throws IOException {
			bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
		}

		@Override
		public Socket accept() throws IOException {
			SSLSocket secure = (SSLSocket) IDENTITY.context()
				.getSocketFactory()
				.createSocket(super.accept(), null, true);
			secure.setNeedClientAuth(true);
			return secure;
		}

	}

}
