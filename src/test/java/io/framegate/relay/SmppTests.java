package io.framegate.relay;

import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.framegate.closure.CloseReason;
import io.framegate.closure.Closure;
import io.framegate.closure.Side;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.GatewayBuilder;
import io.framegate.testkit.TestPorts;
import org.jsmpp.bean.BindType;
import org.jsmpp.bean.DeliverSm;
import org.jsmpp.bean.ESMClass;
import org.jsmpp.bean.GeneralDataCoding;
import org.jsmpp.bean.NumberingPlanIndicator;
import org.jsmpp.bean.RegisteredDelivery;
import org.jsmpp.bean.SubmitSm;
import org.jsmpp.bean.TypeOfNumber;
import org.jsmpp.extra.ProcessRequestException;
import org.jsmpp.session.BindParameter;
import org.jsmpp.session.MessageReceiverListener;
import org.jsmpp.session.SMPPServerSession;
import org.jsmpp.session.SMPPServerSessionListener;
import org.jsmpp.session.SMPPSession;
import org.jsmpp.session.ServerMessageReceiverListener;
import org.jsmpp.session.SubmitSmResult;
import org.jsmpp.util.MessageId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static io.framegate.testkit.RouteSpec.route;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * SMPP between an application and a message centre that are jSMPP's: it binds, submits
 * from several threads and is delivered to.
 */
@Timeout(60)
class SmppTests {

	private static final int THREADS = 4;

	private static final int MESSAGES = 25;

	private final BlockingQueue<String> delivered = new LinkedBlockingQueue<>();

	/** The centre's threads that deliver; each waits for its answer. */
	private final BlockingQueue<Thread> deliveries = new LinkedBlockingQueue<>();

	@Test
	void messagesGoBothWays() throws Exception {
		try (Gateway gateway = GatewayBuilder.routes().start();
				SMPPServerSessionListener centre = new SMPPServerSessionListener(TestPorts.refused())) {
			gateway.configure(route("sms").framing("smpp", "smpp").to("127.0.0.1:" + centre.getPort()));
			Thread.ofVirtual().start(() -> serve(centre));
			SMPPSession application = new SMPPSession();
			application.setMessageReceiverListener(receiver());
			application.connectAndBind("127.0.0.1", gateway.port("sms"), new BindParameter(BindType.BIND_TRX, "app",
					"secret", "", TypeOfNumber.UNKNOWN, NumberingPlanIndicator.UNKNOWN, null));
			try (ExecutorService threads = Executors.newCachedThreadPool()) {
				List<Callable<Void>> senders = new ArrayList<>();
				for (int i = 0; i < THREADS; i++) {
					int thread = i;
					senders.add(() -> {
						for (int j = 0; j < MESSAGES; j++) {
							String text = "message %d of %d".formatted(j, thread);
							assertThat(submit(application, text)).isEqualTo(id(text));
						}
						return null;
					});
				}
				for (Future<Void> done : threads.invokeAll(senders)) {
					done.get();
				}
			}
			for (int i = 0; i < THREADS * MESSAGES; i++) {
				assertThat(this.delivered.poll(20, TimeUnit.SECONDS)).startsWith("got message ");
				// An unbind would overtake the last answers.
				assertThat(this.deliveries.take().join(Duration.ofSeconds(20))).isTrue();
			}
			application.unbindAndClose();
			Closure closure = gateway.awaitClosure("sms", Side.INBOUND);
			assertThat(closure.reason()).isIn(CloseReason.INBOUND_EOF, CloseReason.UPSTREAM_EOF);
			// Bind, messages, answers to deliveries, unbind.
			assertThat(closure.framesIn()).isEqualTo(2 * THREADS * MESSAGES + 2);
			assertThat(closure.framesOut()).isEqualTo(2 * THREADS * MESSAGES + 2);
		}
	}

	private static String submit(SMPPSession application, String text) throws Exception {
		return application
			.submitShortMessage("", TypeOfNumber.INTERNATIONAL, NumberingPlanIndicator.UNKNOWN, "1616",
					TypeOfNumber.INTERNATIONAL, NumberingPlanIndicator.UNKNOWN, "628176504657", new ESMClass(),
					(byte) 0, (byte) 1, null, null, new RegisteredDelivery(0), (byte) 0, new GeneralDataCoding(),
					(byte) 0, text.getBytes(StandardCharsets.US_ASCII))
			.getMessageId();
	}

	private static String id(String text) {
		return Integer.toHexString(text.hashCode());
	}

	private void serve(SMPPServerSessionListener centre) {
		try {
			SMPPServerSession session = centre.accept();
			session.setMessageReceiverListener(submissions(session));
			session.waitForBind(20_000).accept("centre");
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** Answers what is submitted, and delivers it back. */
	private ServerMessageReceiverListener submissions(SMPPServerSession session) {
		return (ServerMessageReceiverListener) Proxy.newProxyInstance(SmppTests.class.getClassLoader(),
				new Class<?>[] { ServerMessageReceiverListener.class }, (proxy, method, arguments) -> {
					if (method.getName().equals("onAcceptSubmitSm")) {
						String text = new String(((SubmitSm) arguments[0]).getShortMessage(),
								StandardCharsets.US_ASCII);
						this.deliveries.add(Thread.ofVirtual().start(() -> deliver(session, "got " + text)));
						return new SubmitSmResult(new MessageId(id(text)), null);
					}
					if (method.getName().equals("onAcceptEnquireLink")) {
						return null;
					}
					throw new ProcessRequestException("not here", 3);
				});
	}

	private static void deliver(SMPPServerSession session, String text) {
		try {
			session.deliverShortMessage("", TypeOfNumber.INTERNATIONAL, NumberingPlanIndicator.UNKNOWN, "628176504657",
					TypeOfNumber.INTERNATIONAL, NumberingPlanIndicator.UNKNOWN, "1616", new ESMClass(), (byte) 0,
					(byte) 1, new RegisteredDelivery(0), new GeneralDataCoding(),
					text.getBytes(StandardCharsets.US_ASCII));
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	private MessageReceiverListener receiver() {
		return (MessageReceiverListener) Proxy.newProxyInstance(SmppTests.class.getClassLoader(),
				new Class<?>[] { MessageReceiverListener.class }, (proxy, method, arguments) -> {
					if (method.getName().equals("onAcceptDeliverSm")) {
						this.delivered
							.add(new String(((DeliverSm) arguments[0]).getShortMessage(), StandardCharsets.US_ASCII));
					}
					return null;
				});
	}

}
