package io.framegate.chart;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Values that the chart refuses, and what it says.
 */
class ChartRefusalsTests {

	private static void refused(String values, String... messages) {
		assertThatThrownBy(() -> Chart.render(Chart.variant("minimal"), values)).hasMessageContainingAll(messages);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					replicas: 3                                          | additional properties 'replicas' not allowed
					image: {tga: x}                                      | at '/image': additional properties 'tga' not allowed
					routes: {orders: {listen: {prot: 1}}}                | at '/routes/orders/listen': additional properties 'prot' not allowed
					routes: {orders: {upstream: {target: 'a:1'}}}        | at '/routes/orders/upstream': additional properties 'target' not allowed
					routes: {orders: {timeouts: {ilde: 1m}}}             | at '/routes/orders/timeouts': additional properties 'ilde' not allowed
					routes: {Orders: {listen: {port: 1}}}                | at '/routes': additional properties 'Orders' not allowed
					routes: {other: {listen: {framing: crlf}}}           | at '/routes/other/listen': missing property 'port'
					routes: {other: {upstream: {targets: 'a:1'}}}        | at '/routes/other': missing property 'listen'
					routes: {orders: {listen: {port: 0}}}                | at '/routes/orders/listen/port': minimum: got 0, want 1
					routes: {orders: {listen: {port: 70000}}}            | at '/routes/orders/listen/port': maximum: got 70,000, want 65,535
					routes: {orders: {listen: {port: '7001'}}}           | at '/routes/orders/listen/port': got string, want integer
					routes: {orders: {listen: {framing: CRLF}}}          | at '/routes/orders/listen/framing': 'CRLF' does not match pattern
					framings: {Visa: {length-field-length: 2}}           | at '/framings': additional properties 'Visa' not allowed
					framings: {visa: {length-field-lenght: 2}}           | at '/framings/visa': additional properties 'length-field-lenght' not allowed
					framings: {visa: {header: 00000000}}                 | at '/framings/visa/header': got number, want string
					framings: {a: {delimiter: [1C, 03]}}                 | at '/framings/a/delimiter/1': got number, want string
					framings: {a: {escape: {map: {01: 02}}}}             | at '/framings/a/escape/map/1': got number, want string
					framings: {a: {first-of: [{starts-with: 7878}]}}     | at '/framings/a/first-of/0/starts-with': got number, want string
					framings: {a: {first-of: [{first-of: []}]}}          | at '/framings/a/first-of/0': additional properties 'first-of' not allowed
					routes: {orders: {mode: sesion}}                     | at '/routes/orders/mode': value must be one of 'session', 'request-reply', 'one-way'
					routes: {orders: {timeouts: {idle: 5 minutes}}}      | at '/routes/orders/timeouts/idle': '5 minutes' does not match pattern
					routes: {orders: {listen: {max-frame-size: 64kb}}}   | at '/routes/orders/listen/max-frame-size': '64kb' does not match pattern
					routes: {orders: {upstream: {targets: [a]}}}         | at '/routes/orders/upstream/targets/0': 'a' does not match pattern
					defaults: {idle: 1m}                                 | at '/defaults': additional properties 'idle' not allowed
					shutdown: {quiet: 1s}                                | at '/shutdown': additional properties 'quiet' not allowed
					closures: {keep: 0}                                  | at '/closures/keep': minimum: got 0, want 1
					reload: never                                        | at '/reload': value must be one of 'in-place', 'restart'
					management: {users: {ann: {password: sesame}}}       | at '/management/users/ann/password': 'sesame' does not match pattern
					management: {tls: {clientAuth: need}}                | at '/management/tls/clientAuth': value must be one of 'none', 'want'
					management: {access: {routes: write}}                | at '/management/access/routes': value must be one of
					service: {type: ExternalName}                        | at '/service/type': value must be one of 'ClusterIP', 'NodePort', 'LoadBalancer'
					probes: {liveness: {httpGet: {path: /}}}             | at '/probes/liveness': additional properties 'httpGet' not allowed
					prometheusRule: {disabled: [Framegate]}              | at '/prometheusRule/disabled/0': value must be one of
					""")
	void schemaNamesWhatIsWrong(String values, String message) {
		refused(values, message);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					routes: {more: {listen: {port: 7001}, upstream: {targets: 'a:1'}}}      | routes.orders.listen.port: 7001 is taken by routes.more
					routes: {more: {listen: {port: 8080}, upstream: {targets: 'a:1'}}}      | routes.more.listen.port: 8080 is taken by management.port
					routes: {more: {listen: {port: 7002}}}                                  | routes.more.upstream.targets: at least one host:port is required in mode session
					routes: {orders: {listen: {framing: crfl}}}                             | routes.orders.listen.framing: 'crfl' is unknown: it must be one of crlf, lf, nul,
					{framings: {visa: {}}, routes: {orders: {upstream: {framing: vissa}}}}  | routes.orders.upstream.framing: 'vissa' is unknown
					routes: {orders: {listen: {address: 127.0.0.1}}}                        | routes.orders.listen.address: 127.0.0.1 is local to the pod
					routes: {orders: {timeouts: {drain: 0}}}                                | termination.gracePeriodSeconds: is required where a route's drain is off
					routes: {orders: {timeouts: {drain: '${DRAIN}'}}}                       | termination.gracePeriodSeconds: is required where a route's drain is off
					termination: {gracePeriodSeconds: 24}                                   | termination.gracePeriodSeconds: 24 is less than the 25 that preStopSleepSeconds (5), shutdown.quiet-period (0s), the longest timeouts.drain (10s) and marginSeconds (10) may take together
					{shutdown: {quiet-period: 1m}, termination: {gracePeriodSeconds: 60}}   | termination.gracePeriodSeconds: 60 is less than the 85
					service: {ports: {order: {port: 1}}}                                    | service.ports.order: there is no such route
					service: {ports: {orders: {nodePort: 30001}}}                           | service.ports.orders.nodePort: not allowed where service.type is ClusterIP
					{routes: {more: {listen: {port: 7002}, upstream: {targets: 'a:1'}}}, service: {ports: {orders: {port: 80}, more: {port: 80}}}} | service.ports: routes.more and routes.orders have the same port 80
					{routes: {a: {listen: {port: 7002}, upstream: {targets: 'a:1'}}}, service: {ports: {a: {port: 7001}}}} | service.ports: routes.a and routes.orders have the same port 7001
					{routes: {a: {listen: {port: 7002}, upstream: {targets: 'a:1'}}}, service: {type: NodePort, ports: {a: {nodePort: 30001}, orders: {nodePort: 30001}}}} | service.ports: routes.a and routes.orders have the same nodePort 30001
					fullnameOverride: 1st                                                   | fullnameOverride: '1st' is not a valid Service name
					management: {tls: {bundle: edge}}                                       | management.tls.bundle: there is no tls.bundles.edge
					{tls: {bundles: {a: {secretName: a, keystore: false}}}, management: {tls: {bundle: a}}} | management.tls.bundle: tls.bundles.a has no certificate (keystore: false)
					management: {tls: {clientAuth: want}}                                   | management.tls.clientAuth: needs management.tls.bundle
					{tls: {bundles: {a: {secretName: a}}}, management: {tls: {bundle: a, clientAuth: want}}} | management.tls.clientAuth: needs tls.bundles.a.truststore: true
					management: {users: {ann: {roles: [operator]}}}                         | management.users.ann.password: is required, unless management.tls.clientAuth is want
					application: {server: {ssl: {bundle: a}}}                               | application.server.ssl.bundle: set management.tls.bundle instead
					application: {server: {port: 9000}}                                     | application.server.port: set management.port instead
					application: {management.server: {port: 9000}}                          | application.management.server.port: set management.port instead
					{javaOptions: -Xlog, extraEnv: [{name: JAVA_TOOL_OPTIONS, value: a}]}   | extraEnv: JAVA_TOOL_OPTIONS is set by the chart
					extraVolumes: [{name: tmp, emptyDir: {}}]                               | extraVolumes: the name tmp is taken
					tcpRoute: {enabled: true}                                               | tcpRoute.parentRefs: needs a Gateway
					tcpRoute: {sectionNames: {order: x}}                                    | tcpRoute.sectionNames.order: there is no such route
					application: {framegate: {closures: {keep: 1}}}                         | application.framegate: set at the top level instead
					management: {existingSecret: a, users: {b: {password: '{bcrypt}$2a$'}}} | management.existingSecret: already contains the users
					autoscaling: {enabled: true, minReplicas: 5, maxReplicas: 4}            | autoscaling.minReplicas: 5 is more than maxReplicas, 4
					autoscaling: {enabled: true, connectionsPerPod: 0, cpuUtilization: 0}   | autoscaling: needs connectionsPerPod or cpuUtilization
					{autoscaling: {enabled: true}, resources: {requests: {cpu: null}}}      | autoscaling.cpuUtilization: requires resources.requests.cpu
					tls: {bundles: {edge: {keystore: true}}}                                | tls.bundles.edge: needs a secretName or a certificate
					routes: {orders: {listen: {tls: {bundle: edge}}}}                       | routes.orders.listen.tls.bundle: there is no tls.bundles.edge
					{networkPolicy: {enabled: true, egress: {enabled: true}}, routes: {orders: {upstream: {targets: '${TARGET}'}}}} | networkPolicy.egress: cannot tell the port of routes.orders.upstream.targets ${TARGET}
					""")
	void valuesThatContradictEachOtherAreNamed(String values, String message) {
		refused(values, "invalid values:", message);
	}

	@Test
	void withoutRoutesThereIsNothingToInstall() {
		assertThatThrownBy(() -> Chart.render())
			.hasMessageContaining("routes: at least one is required, such as --set routes.orders.listen.port=7001");
	}

	@Test
	void allContradictionsAreNamedAtOnce() {
		refused("{application: {framegate: {}}, tcpRoute: {enabled: true}, termination: {gracePeriodSeconds: 1}}",
				"application.framegate", "tcpRoute.parentRefs", "termination.gracePeriodSeconds");
	}

}
