{{/* The framings that need no declaration. Written by ChartSchemaTests with -Dregenerate. */}}
{{- define "framegate.framingNames" -}}
crlf lf nul stx-etx mllp length1 length2 length4 stream post nac nac-inclusive amex nexo vap cs gicc rbp cmf ascii4 hex4 bcd base24-tcp base24 mllp-lenient dicom smpp diameter tpkt fix sofh ilink3 soupbintcp syslog-octets syslog netstring gelf graphite modbus iec104 opcua enip ads fins melsec hsms dlms gt06 teltonika jt808 gbt32960 meitrack startek fifotrack galileosky wialon kafka mqtt amqp091 amqp1 protobuf memcached-binary dns mysql mongodb cql onc-rpc smb2 bgp openflow
{{- end -}}
