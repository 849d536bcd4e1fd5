package io.framegate.inbound;

import java.net.InetAddress;
import java.util.function.Supplier;

import io.framegate.closure.Cause;
import io.framegate.connection.FrameConnection;
import io.framegate.connection.RefusedConnections;
import io.framegate.route.Listen;
import org.jspecify.annotations.Nullable;

/**
 * Admits a client by the address that its PROXY header shows. The socket's address was
 * admitted before. Event loop only.
 */
final class AdmissionStep implements Introduction.Step {

	private final Admission admission;

	private final Supplier<Listen> rules;

	private final RefusedConnections refused;

	AdmissionStep(Admission admission, Supplier<Listen> rules, RefusedConnections refused) {
		this.admission = admission;
		this.rules = rules;
		this.refused = refused;
	}

	@Override
	public void begin(FrameConnection connection, Runnable done) {
		Cause refusal = admit(connection);
		if (refusal == null) {
			done.run();
		}
		else {
			this.admission.leaves(connection);
			this.refused.refuse(connection, refusal);
		}
	}

	private @Nullable Cause admit(FrameConnection connection) {
		InetAddress address = connection.remote().getAddress();
		synchronized (this.admission) {
			this.admission.addressKnown(connection);
			Listen listen = this.rules.get();
			Cause denial = Admission.denialOfKnown(address, listen);
			if (denial != null) {
				return denial;
			}
			Cause excess = this.admission.excessOfKnown(address, listen, connection.loop().time());
			if (excess == null) {
				this.admission.count(connection, listen);
			}
			return excess;
		}
	}

	@Override
	public void cutOff(FrameConnection connection) {
		// It was refused, and closes.
	}

}
