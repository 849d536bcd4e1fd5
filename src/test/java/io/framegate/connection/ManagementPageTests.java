package io.framegate.connection;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import io.framegate.closure.CloseReason;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The page for people lists what there is.
 */
class ManagementPageTests {

	@ParameterizedTest
	@EnumSource
	void closeReasonIsExplained(CloseReason reason) throws IOException {
		String page = Files.readString(Path.of("src", "docs", "management.md"));
		assertThat(page.substring(page.indexOf("## Close reasons"))).contains("`" + reason.label() + "`");
	}

}
