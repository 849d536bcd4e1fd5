package io.framegate.relay;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import io.framegate.closure.Closure;
import io.framegate.closure.Side;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.GatewayBuilder;
import io.framegate.testkit.Programs;
import io.framegate.testkit.TestPorts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static io.framegate.testkit.RouteSpec.route;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * DICOM between programs of DCMTK: an echo, and an image that is stored.
 */
@Timeout(60)
class DicomTests {

	private static final int PIXELS = 400_000;

	@TempDir
	private Path directory;

	@Test
	void imageIsStored() throws Exception {
		Programs.assumeInstalled("storescp", "storescu", "echoscu", "dump2dcm");
		Path archive = Files.createDirectory(this.directory.resolve("archive"));
		int port = TestPorts.refused();
		Process server = Programs.start("storescp", "--output-directory", archive.toString(), String.valueOf(port));
		try (Gateway gateway = GatewayBuilder.routes().start()) {
			Programs.awaitPort(port);
			gateway.configure(route("images").framing("dicom", "dicom").to("127.0.0.1:" + port));
			String listening = String.valueOf(gateway.port("images"));
			assertThat(Programs.start("echoscu", "127.0.0.1", listening).waitFor()).isZero();
			Path image = image();
			assertThat(Programs.start("storescu", "127.0.0.1", listening, image.toString()).waitFor()).isZero();
			try (Stream<Path> stored = Files.list(archive)) {
				assertThat(stored).singleElement()
					.satisfies((file) -> assertThat(Files.size(file)).isGreaterThan(PIXELS));
			}
			gateway.awaitNoConnections("images");
			List<Closure> closures = gateway.closures("images");
			assertThat(closures).hasSize(4).allSatisfy((closure) -> {
				assertThat(closure.reason().isNormalEnd()).as(closure.toString()).isTrue();
				assertThat(closure.partialFrameBytes()).isZero();
			});
			// Association, echo and release, each with its answer.
			assertThat(closures).filteredOn((closure) -> closure.side() == Side.INBOUND && closure.bytesIn() < PIXELS)
				.singleElement()
				.satisfies((closure) -> assertThat(closure.framesOut()).isEqualTo(3));
		}
		finally {
			server.destroy();
		}
	}

	private Path image() throws IOException, InterruptedException {
		Path pixels = Files.write(this.directory.resolve("pixels"), new byte[PIXELS]);
		Path text = Files.writeString(this.directory.resolve("image.txt"), """
				(0008,0016) UI =SecondaryCaptureImageStorage
				(0008,0018) UI [1.2.276.0.7230010.3.1.4.1]
				(0010,0010) PN [Doe^Jane]
				(0028,0010) US 500
				(0028,0011) US 800
				(0028,0100) US 8
				(7fe0,0010) OB =%s
				""".formatted(pixels));
		Path image = this.directory.resolve("image.dcm");
		assertThat(Programs.start("dump2dcm", "--write-xfer-little", text.toString(), image.toString()).waitFor())
			.isZero();
		return image;
	}

}
