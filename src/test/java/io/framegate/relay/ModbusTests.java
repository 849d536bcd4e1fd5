package io.framegate.relay;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

import com.ghgande.j2mod.modbus.ModbusSlaveException;
import com.ghgande.j2mod.modbus.facade.ModbusTCPMaster;
import com.ghgande.j2mod.modbus.procimg.Register;
import com.ghgande.j2mod.modbus.procimg.SimpleProcessImage;
import com.ghgande.j2mod.modbus.procimg.SimpleRegister;
import com.ghgande.j2mod.modbus.slave.ModbusSlave;
import com.ghgande.j2mod.modbus.slave.ModbusSlaveFactory;
import io.framegate.closure.CloseReason;
import io.framegate.closure.Side;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.GatewayBuilder;
import io.framegate.testkit.RouteSpec;
import io.framegate.testkit.TestPorts;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static io.framegate.testkit.RouteSpec.route;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Modbus TCP between masters and a device that are j2mod's: with a connection each, and
 * twenty masters over a single one. All masters count their transactions the same way.
 */
@Timeout(60)
class ModbusTests {

	private static final int MASTERS = 20;

	private static final int REQUESTS = 25;

	private static final int UNIT = 17;

	private static Gateway gateway;

	private static ModbusSlave device;

	private static final int PORT = TestPorts.refused();

	@BeforeAll
	static void start() throws Exception {
		gateway = GatewayBuilder.routes().start();
		device = ModbusSlaveFactory.createTCPSlave(InetAddress.getLoopbackAddress(), PORT, 2 * MASTERS, false);
		SimpleProcessImage image = new SimpleProcessImage(UNIT);
		for (int i = 0; i < 2 * MASTERS; i++) {
			image.addRegister(new SimpleRegister(0));
		}
		device.addProcessImage(UNIT, image);
		device.open();
	}

	@AfterAll
	static void stop() {
		gateway.close();
		ModbusSlaveFactory.close();
	}

	static Stream<RouteSpec> waysToADevice() {
		return Stream.of(route("session"), route("exclusive").pooled().with("upstream.pool.max-connections=1"),
				route("multiplexed").correlated("offset=0", "length=2", "rewrite=true")
					.with("upstream.pool.max-connections=1"));
	}

	@ParameterizedTest
	@MethodSource("waysToADevice")
	void everyMasterReadsWhatItWrote(RouteSpec spec) throws Exception {
		gateway.configure(spec.framing("modbus", "modbus").to("127.0.0.1:" + PORT));
		try (ExecutorService threads = Executors.newCachedThreadPool()) {
			List<Callable<Void>> masters = new ArrayList<>();
			for (int i = 0; i < MASTERS; i++) {
				int master = i;
				masters.add(() -> speak(gateway.port(spec.name()), master));
			}
			for (Future<Void> done : threads.invokeAll(masters)) {
				done.get();
			}
		}
		Gateway.await("no masters",
				() -> Optional.of(gateway.route(spec.name()).metrics().active(Side.INBOUND)).filter((n) -> n == 0));
		assertThat(gateway.closures(spec.name())).filteredOn((closure) -> closure.side() == Side.INBOUND)
			.hasSize(MASTERS)
			.allSatisfy((closure) -> {
				assertThat(closure.reason()).isEqualTo(CloseReason.INBOUND_EOF);
				assertThat(closure.framesIn()).isEqualTo(2 * REQUESTS + 1);
				assertThat(closure.framesOut()).isEqualTo(2 * REQUESTS + 1);
			});
	}

	private static Void speak(int port, int number) throws Exception {
		ModbusTCPMaster master = new ModbusTCPMaster("127.0.0.1", port, 30_000, false);
		master.connect();
		try {
			for (int i = 0; i < REQUESTS; i++) {
				int value = 1000 * number + i;
				master.writeSingleRegister(UNIT, 2 * number, new SimpleRegister(value));
				Register[] registers = master.readMultipleRegisters(UNIT, 2 * number, 2);
				assertThat(registers).extracting(Register::getValue).containsExactly(value, 0);
			}
			assertThatExceptionOfType(ModbusSlaveException.class)
				.isThrownBy(() -> master.readMultipleRegisters(UNIT, 5000, 1));
		}
		finally {
			master.disconnect();
		}
		return null;
	}

}
