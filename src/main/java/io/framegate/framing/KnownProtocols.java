package io.framegate.framing;

import java.util.List;

/**
 * Protocols that begin with bytes which nothing else begins with. Any thread may call.
 */
final class KnownProtocols {

	/**
	 * The first that matches counts: bytes as {@link BytePattern} writes them, name.
	 * Control characters in classes are octal.
	 */
	private static final List<Row> ROWS = """
			15 03 [\0-\4]              | a TLS alert
			16 03 [\0-\4] ???? 01      | a TLS ClientHello
			16 03 [\0-\4] ???? 02      | a TLS ServerHello
			16 03 [\0-\4]              | TLS
			text:INVITE sip            | SIP (framing `stream`)
			text:REGISTER sip          | SIP (framing `stream`)
			text:OPTIONS sip           | SIP (framing `stream`)
			text:SIP/2.0               | SIP (framing `stream`)
			text:GET\\x20              | an HTTP request
			text:POST\\x20             | an HTTP request
			text:PUT\\x20              | an HTTP request
			text:HEAD\\x20             | an HTTP request
			text:DELETE\\x20           | an HTTP request
			text:OPTIONS\\x20          | an HTTP request
			text:PATCH\\x20            | an HTTP request
			text:CONNECT\\x20          | an HTTP request
			text:TRACE\\x20            | an HTTP request
			text:PRI * HTTP/2          | an HTTP request
			text:HTTP/1.               | an HTTP response
			text:PROXY TCP             | a PROXY protocol header
			text:PROXY UNKNOWN         | a PROXY protocol header
			0D0A0D0A000D0A515549540A   | a PROXY protocol header
			text:SSH-                  | SSH
			text:8=FIX                 | FIX (framing `fix`)
			0300 ???? ?? E0 0000       | TPKT (framing `tpkt`)
			0300 ???? ?? D0            | TPKT (framing `tpkt`)
			0300 ???? 02 F0 80         | TPKT (framing `tpkt`)
			0100???? 80 000101         | Diameter (framing `diameter`)
			0100???? 00 000101         | Diameter (framing `diameter`)
			0100???? 80 000118         | Diameter (framing `diameter`)
			0100???? C0 000110         | Diameter (framing `diameter`)
			0100 ???????? 0001 0000    | DICOM (framing `dicom`)
			0200 ???????? 0001 0000    | DICOM (framing `dicom`)
			0000???? 00000001 00000000 | SMPP (framing `smpp`)
			0000???? 00000002 00000000 | SMPP (framing `smpp`)
			0000???? 00000009 00000000 | SMPP (framing `smpp`)
			0000???? 00000015 00000000 | SMPP (framing `smpp`)
			0000???? 80000009          | SMPP (framing `smpp`)
			10 ?? 0004 4D515454        | MQTT (framing `mqtt`)
			10 ???? 0004 4D515454      | MQTT (framing `mqtt`)
			10 ?? 0006 4D5149736470    | MQTT (framing `mqtt`)
			414D5150 00000901          | AMQP 0-9-1 (framing `amqp091`)
			414D5150 ?? 010000         | AMQP 1.0 (framing `amqp1`)
			text:HELF                  | OPC UA (framing `opcua`)
			text:OPNF                  | OPC UA (framing `opcua`)
			text:FINS                  | Omron FINS (framing `fins`)
			68 04 ?? 000000            | IEC 60870-5-104 (framing `iec104`)
			0000000A FFFF0000 00       | HSMS (framing `hsms`)
			FFFFFFFFFFFFFFFFFFFFFFFF   | BGP (framing `bgp`)
			00 ?????? FE534D42         | SMB 2 (framing `smb2`)
			0000???? 00030000          | PostgreSQL (framing `stream`)
			00000008 04D2162F          | PostgreSQL (framing `stream`)
			2A [1-9] 0D0A 24           | Redis (framing `stream`)
			7878 0D 01                 | GT06 (framing `gt06`)
			7878 ?? [\20-\47]          | GT06 (framing `gt06`)
			2323 ?? FE [0-9A-Z][0-9A-Z][0-9A-Z]   | GB/T 32960 (framing `gbt32960`)
			000F [0-9][0-9][0-9][0-9][0-9][0-9]   | a Teltonika tracker (framing `teltonika`)
			text:#L#                   | Wialon IPS (framing `wialon`)
			2424 [A-z] [0-9][0-9]      | a Meitrack tracker (framing `meitrack`)
			""".lines().map(Row::of).toList();

	private KnownProtocols() {
	}

	/**
	 * The protocol that begins so.
	 * @param first the first bytes
	 * @return its name; empty if none does
	 */
	static String name(byte[] first) {
		String name = ROWS.stream().filter((row) -> row.begins(first)).map(Row::name).findFirst().orElse("");
		return (name.isEmpty() && isModbus(first)) ? "Modbus TCP (framing `modbus`)" : name;
	}

	/** A whole request or reply to read or write registers. */
	private static boolean isModbus(byte[] first) {
		if (first.length < 9 || first[2] != 0 || first[3] != 0 || first[4] != 0) {
			return false;
		}
		int length = first[5] & 0xFF;
		int function = first[7];
		boolean request = function >= 1 && function <= 6 && length == 6;
		boolean multiple = (function == 15 || function == 16) && (length == 6 || length > 7);
		boolean reply = function >= 1 && function <= 4 && length == 3 + (first[8] & 0xFF);
		boolean exception = function >= (byte) 0x81 && function <= (byte) 0x90 && length == 3;
		return first.length >= 6 + Math.min(length, 6) && (request || multiple || reply || exception);
	}

	private record Row(boolean[][] pattern, String name) {

		static Row of(String line) {
			int bar = line.lastIndexOf('|');
			return new Row(new BytePattern(line.substring(0, bar).strip()).allowed(), line.substring(bar + 1).strip());
		}

		boolean begins(byte[] bytes) {
			if (bytes.length < this.pattern.length) {
				return false;
			}
			for (int i = 0; i < this.pattern.length; i++) {
				if (!this.pattern[i][bytes[i] & 0xFF]) {
					return false;
				}
			}
			return true;
		}

	}

}
