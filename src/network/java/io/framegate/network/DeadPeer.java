package io.framegate.network;

import java.io.IOException;
import java.util.Locale;

/**
 * The ways for a peer to be dead, the timeouts of the route on which it happens, and how
 * the connection must end.
 */
enum DeadPeer {

	// Clients that vanish: nothing comes from them or reaches them, and nobody is told.

	/** Its FIN is waited for in vain, for the drain timer. */
	IDLE_CLIENT("idle: 3s, drain: 1s", "idle-timeout", "gateway", "idle", 3, (stage) -> {
		stage.talk();
		stage.vanish();
	}),

	KEEPALIVE_CLIENT("idle: 1h", "idle-timeout", "gateway", "keepalive", 120, (stage) -> {
		stage.talk();
		stage.vanish();
	}),

	KEEPALIVE_WITHOUT_WRITE_CLIENT("idle: 1h, write: 0", "idle-timeout", "gateway", "keepalive", 120, (stage) -> {
		stage.talk();
		stage.vanish();
	}),

	SMALL_PENDING_CLIENT("write: 2s", "write-timeout", "gateway", "TCP_USER_TIMEOUT", 2, (stage) -> {
		stage.talk();
		stage.vanish();
		stage.server().send(Stage.NEWS);
	}),

	MUCH_PENDING_CLIENT("write: 2s", "write-timeout", "gateway", "", 2, (stage) -> {
		stage.talk();
		stage.vanish();
		stage.pour(stage.server());
	}),

	FIN_PENDING_CLIENT("write: 2s", "write-timeout", "gateway", "TCP_USER_TIMEOUT", 2, (stage) -> {
		stage.talk();
		stage.vanish();
		stage.server().end();
	}),

	/** As when a router says that its machine has gone. */
	UNREACHABLE_CLIENT("write: 2s", "write-timeout", "gateway", "TCP_USER_TIMEOUT", 2, (stage) -> {
		stage.talk();
		stage.detach();
		stage.server().send(Stage.NEWS);
	}),

	/** Keepalive would have found it as well, were nothing pending. */
	LONG_PENDING_CLIENT("idle: 1h, write: 65s", "write-timeout", "gateway", "TCP_USER_TIMEOUT", 65, (stage) -> {
		stage.talk();
		stage.vanish();
		stage.server().send(Stage.NEWS);
	}),

	/** It is there and does not read what the kernel holds for it. */
	FULL_CLIENT("idle: 1h, write: 65s", "write-timeout", "gateway", "TCP_USER_TIMEOUT", 65, (stage) -> {
		stage.talk();
		stage.fill(stage.server());
	}),

	/** It is there and does not read, and much waits in the gateway. */
	STUCK_CLIENT("write: 2s", "write-timeout", "gateway", "", 2, (stage) -> {
		stage.talk();
		stage.pour(stage.server());
	}),

	// Upstream servers.

	BLACK_HOLE("connect: 2s", "connect-timeout", "gateway", "connect", 2, (stage) -> {
		stage.vanish();
		stage.connect();
	}),

	UNREACHABLE_SERVER("connect: 2s", "upstream-unreachable", "upstream", "No route to host", 0, (stage) -> {
		stage.detach();
		stage.connect();
	}),

	IDLE_SERVER("idle: 3s, drain: 1s", "idle-timeout", "gateway", "idle", 3, (stage) -> {
		stage.talk();
		stage.vanish();
	}),

	SMALL_PENDING_SERVER("write: 2s", "write-timeout", "gateway", "TCP_USER_TIMEOUT", 2, (stage) -> {
		stage.talk();
		stage.vanish();
		stage.client().send(Stage.NEWS);
	}),

	MUCH_PENDING_SERVER("write: 2s", "write-timeout", "gateway", "", 2, (stage) -> {
		stage.talk();
		stage.vanish();
		stage.pour(stage.client());
	}),

	DETACHED_SERVER("write: 2s", "write-timeout", "gateway", "TCP_USER_TIMEOUT", 2, (stage) -> {
		stage.talk();
		stage.detach();
		stage.client().send(Stage.NEWS);
	}),

	/** Its kernel takes the request, its program does not answer. */
	SILENT_SERVER("reply: 2s, drain: 1s", "reply-timeout", "gateway", "reply", 3, (stage) -> {
		stage.talk();
		stage.client().send(Stage.NEWS);
	}),

	REPLY_SERVER("reply: 2s, drain: 1s", "reply-timeout", "gateway", "reply", 3, (stage) -> {
		stage.talk();
		stage.vanish();
		stage.client().send(Stage.NEWS);
	}),

	POOLED_SERVER("write: 2s", "write-timeout", "gateway", "TCP_USER_TIMEOUT", 2, (stage) -> {
		stage.talk();
		stage.vanish();
		stage.client().send(Stage.NEWS);
	});

	private final String timeouts;

	private final String reason;

	private final String endedBy;

	private final String detail;

	private final int seconds;

	private final Act act;

	DeadPeer(String timeouts, String reason, String endedBy, String detail, int seconds, Act act) {
		this.timeouts = timeouts;
		this.reason = reason;
		this.endedBy = endedBy;
		this.detail = detail;
		this.seconds = seconds;
		this.act = act;
	}

	/** As the route is called. */
	String label() {
		return name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

	boolean isClient() {
		return name().endsWith("CLIENT");
	}

	String mode() {
		return (this == POOLED_SERVER) ? "request-reply" : "session";
	}

	String timeouts() {
		return this.timeouts;
	}

	String reason() {
		return this.reason;
	}

	String endedBy() {
		return this.endedBy;
	}

	/**
	 * What the closure's detail must contain: nothing where it is for chance to say
	 * whether the kernel's timer or the gateway's runs out first.
	 */
	String detail() {
		return this.detail;
	}

	/** How long it takes from the peer's death to the end. */
	int seconds() {
		return this.seconds;
	}

	void play(Stage stage) throws IOException {
		this.act.play(stage);
	}

	private interface Act {

		void play(Stage stage) throws IOException;

	}

}
