package io.framegate.relay;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

import io.framegate.testkit.Gateway;
import io.framegate.testkit.GatewayBuilder;
import io.framegate.testkit.Programs;
import io.framegate.testkit.TestPorts;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static io.framegate.testkit.RouteSpec.route;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Log messages from <code>logger</code> to rsyslog, counted, as lines, and translated
 * from one to the other.
 */
@Timeout(60)
class SyslogTests {

	@TempDir
	private Path directory;

	@ParameterizedTest
	@CsvSource({ "--octet-count, syslog-octets, syslog-octets", "--octet-count, syslog-octets, lf",
			"--octet-count, syslog, lf", "--tcp, syslog, syslog-octets" })
	void messagesArrive(String option, String inbound, String upstream) throws Exception {
		Programs.assumeInstalled("logger", "rsyslogd");
		int port = TestPorts.refused();
		Path log = this.directory.resolve("messages");
		Process server = Programs.start("rsyslogd", "-n", "-i", this.directory.resolve("pid").toString(), "-f",
				configuration(port, log).toString());
		try (Gateway gateway = GatewayBuilder.routes().start()) {
			Programs.awaitPort(port);
			gateway.configure(route("logs").with("mode=one-way").framing(inbound, upstream).to("127.0.0.1:" + port));
			for (String message : List.of("first message", "second 17 message", "third: [x] 100 %")) {
				Process logger = Programs.start("logger", "--tcp", option, "--server", "127.0.0.1", "--port",
						String.valueOf(gateway.port("logs")), "--tag", "framegate", "--", message);
				assertThat(logger.waitFor()).isZero();
			}
			List<String> lines = Gateway.await("messages", () -> lines(log));
			assertThat(lines).containsExactlyInAnyOrder("framegate: first message", "framegate: second 17 message",
					"framegate: third: [x] 100 %");
		}
		finally {
			server.destroy();
			server.waitFor();
		}
	}

	private Path configuration(int port, Path log) throws IOException {
		return Files.writeString(this.directory.resolve("rsyslog.conf"), """
				global(workDirectory="%s" net.enableDNS="off")
				module(load="imtcp")
				input(type="imtcp" address="127.0.0.1" port="%d")
				template(name="plain" type="string" string="%%programname%%:%%msg:::sp-if-no-1st-sp%%%%msg%%\\n")
				action(type="omfile" file="%s" template="plain")
				""".formatted(this.directory, port, log));
	}

	private static Optional<List<String>> lines(Path log) {
		try {
			return Files.exists(log) ? Optional.of(Files.readAllLines(log)).filter((lines) -> lines.size() == 3)
					: Optional.empty();
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
