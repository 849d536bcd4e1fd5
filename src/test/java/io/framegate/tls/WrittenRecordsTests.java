package io.framegate.tls;

import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How much plaintext a kernel has taken that has taken so much ciphertext.
 */
class WrittenRecordsTests {

	private final WrittenRecords records = new WrittenRecords();

	/**
	 * A handshake of 900 bytes, then records of 10, 1000 and 16,384, an alert between.
	 */
	@ParameterizedTest
	@CsvSource({ "0, 0", "899, 0", "900, 0", "931, 0", "932, 10", "1000, 10", "1953, 10", "1954, 1010", "1984, 1010",
			"18389, 1010", "18390, 17394" })
	void onlyWholeRecordsAreTaken(long cipher, long plain) {
		this.records.add(0, 900);
		this.records.add(10, 32);
		this.records.add(1000, 1022);
		this.records.add(0, 30);
		this.records.add(16_384, 16_406);
		assertThat(this.records.plainTaken(cipher)).isEqualTo(plain);
	}

	@Test
	void alertsAfterTheLastPlaintextDoNotCount() {
		assertThat(this.records.plainEnd()).isZero();
		this.records.add(0, 900);
		this.records.add(10, 32);
		this.records.add(0, 24);
		assertThat(this.records.plainEnd()).isEqualTo(932);
	}

	@Test
	void countsStayExactWhileRecordsComeAndGo() {
		Random random = new Random(11);
		long[] plain = new long[10_000];
		long[] cipher = new long[10_000];
		long taken = 0;
		int whole = 0;
		for (int i = 0; i < plain.length; i++) {
			int size = random.nextInt(200);
			plain[i] = size + ((i > 0) ? plain[i - 1] : 0);
			cipher[i] = size + 22 + ((i > 0) ? cipher[i - 1] : 0);
			this.records.add(size, size + 22);
			taken += random.nextLong(1 + Math.min(cipher[i] - taken, 400));
			if (random.nextInt(50) == 0) {
				taken = cipher[i];
			}
			while (whole <= i && cipher[whole] <= taken) {
				whole++;
			}
			assertThat(this.records.plainTaken(taken)).isEqualTo((whole > 0) ? plain[whole - 1] : 0);
		}
	}

}
