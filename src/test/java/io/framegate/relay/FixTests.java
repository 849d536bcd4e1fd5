package io.framegate.relay;

import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.framegate.closure.Closure;
import io.framegate.closure.Side;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.GatewayBuilder;
import io.framegate.testkit.TestPorts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import quickfix.ApplicationAdapter;
import quickfix.DefaultMessageFactory;
import quickfix.Dictionary;
import quickfix.FieldNotFound;
import quickfix.MemoryStoreFactory;
import quickfix.Message;
import quickfix.ScreenLogFactory;
import quickfix.Session;
import quickfix.SessionID;
import quickfix.SessionNotFound;
import quickfix.SessionSettings;
import quickfix.SocketAcceptor;
import quickfix.SocketInitiator;

import static io.framegate.testkit.RouteSpec.route;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * FIX between a buyer and a broker that are QuickFIX/J's: logon, orders and their
 * reports, logout.
 */
@Timeout(60)
class FixTests {

	private static final int ORDERS = 50;

	private static final int MSG_TYPE = 35;

	private static final int ORDER_ID = 11;

	private static final int TEXT = 58;

	private static final String BEGIN_STRING = "FIX.4.4";

	private final BlockingQueue<Message> reports = new LinkedBlockingQueue<>();

	@Test
	void ordersAreReported() throws Exception {
		SessionID buyer = new SessionID(BEGIN_STRING, "BUYER", "BROKER");
		SessionID broker = new SessionID(BEGIN_STRING, "BROKER", "BUYER");
		int port = TestPorts.refused();
		try (Gateway gateway = GatewayBuilder.routes().start()) {
			gateway.configure(route("orders").framing("fix", "fix").to("127.0.0.1:" + port));
			SocketAcceptor acceptor = new SocketAcceptor(new Broker(), new MemoryStoreFactory(),
					settings(broker, "acceptor", "SocketAcceptPort", port), new ScreenLogFactory(false, false, false),
					new DefaultMessageFactory());
			SocketInitiator initiator = new SocketInitiator(new Buyer(), new MemoryStoreFactory(),
					settings(buyer, "initiator", "SocketConnectPort", gateway.port("orders")),
					new ScreenLogFactory(false, false, false), new DefaultMessageFactory());
			acceptor.start();
			initiator.start();
			Gateway.await("a logon",
					() -> Optional.ofNullable(Session.lookupSession(buyer)).filter(Session::isLoggedOn));
			for (int i = 0; i < ORDERS; i++) {
				Message order = message("D");
				order.setString(ORDER_ID, "order " + i);
				// A field may look like a length.
				order.setString(TEXT, "9=12 " + "x".repeat(10 * i));
				Session.sendToTarget(order, buyer);
			}
			for (int i = 0; i < ORDERS; i++) {
				Message report = this.reports.poll(20, TimeUnit.SECONDS);
				assertThat(report.getString(ORDER_ID)).isEqualTo("order " + i);
				assertThat(report.getString(TEXT)).isEqualTo("9=12 " + "x".repeat(10 * i));
			}
			initiator.stop();
			Closure closure = gateway.awaitClosure("orders", Side.INBOUND);
			acceptor.stop(true);
			assertThat(closure.reason().isNormalEnd()).isTrue();
			assertThat(closure.framesIn()).isGreaterThanOrEqualTo(ORDERS + 2);
			assertThat(closure.framesOut()).isGreaterThanOrEqualTo(ORDERS + 2);
			assertThat(closure.partialFrameBytes()).isZero();
		}
	}

	private static SessionSettings settings(SessionID session, String type, String portName, int port)
			throws Exception {
		Dictionary dictionary = new Dictionary();
		dictionary.setString("ConnectionType", type);
		dictionary.setString("StartTime", "00:00:00");
		dictionary.setString("EndTime", "00:00:00");
		dictionary.setString("HeartBtInt", "30");
		dictionary.setString("ReconnectInterval", "1");
		dictionary.setString("UseDataDictionary", "N");
		dictionary.setString("SocketConnectHost", "127.0.0.1");
		dictionary.setString("SocketAcceptAddress", "127.0.0.1");
		dictionary.setString(portName, String.valueOf(port));
		dictionary.setString("BeginString", session.getBeginString());
		dictionary.setString("SenderCompID", session.getSenderCompID());
		dictionary.setString("TargetCompID", session.getTargetCompID());
		SessionSettings settings = new SessionSettings();
		settings.set(session, dictionary);
		return settings;
	}

	private static Message message(String type) {
		Message message = new Message();
		message.getHeader().setString(8, BEGIN_STRING);
		message.getHeader().setString(MSG_TYPE, type);
		return message;
	}

	/** Reports each order. */
	private static final class Broker extends ApplicationAdapter {

		@Override
		public void fromApp(Message order, SessionID session) throws FieldNotFound {
			Message report = message("8");
			report.setString(ORDER_ID, order.getString(ORDER_ID));
			report.setString(TEXT, order.getString(TEXT));
			try {
				Session.sendToTarget(report, session);
			}
			catch (SessionNotFound ex) {
				throw new IllegalStateException(ex);
			}
		}

	}

	/** Keeps the reports. */
	private final class Buyer extends ApplicationAdapter {

		@Override
		public void fromApp(Message report, SessionID session) {
			FixTests.this.reports.add(report);
		}

	}

}
