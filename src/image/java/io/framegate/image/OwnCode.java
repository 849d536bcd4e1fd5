package io.framegate.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

import org.springframework.context.SmartLifecycle;

/**
 * What a user may bring along in a jar: here, something that greets when it starts.
 */
public class OwnCode implements SmartLifecycle {

	static final String GREETING = "own code is here";

	private volatile boolean running;

	@Override
	public void start() {
		this.running = true;
		System.out.println(GREETING);
	}

	@Override
	public void stop() {
		this.running = false;
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	/**
	 * Packs this class as an auto-configuration.
	 * @param jar where to
	 * @throws IOException if it cannot be written
	 */
	static void pack(Path jar) throws IOException {
		String name = OwnCode.class.getName();
		try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(jar));
				InputStream code = OwnCode.class.getResourceAsStream("OwnCode.class")) {
			zip.putNextEntry(new ZipEntry(name.replace('.', '/') + ".class"));
			code.transferTo(zip);
			zip.putNextEntry(
					new ZipEntry("META-INF/spring/org.springframework.boot.autoconfigure.AutoConfiguration.imports"));
			zip.write(name.getBytes(StandardCharsets.UTF_8));
		}
	}

}
