{{/*
Where values contradict each other, one line each. The schema has checked each value by itself.
*/}}
{{- define "framegate.problems" -}}
{{- $problems := list -}}
{{- $values := .Values -}}
{{- if not $values.routes -}}
{{- $problems = append $problems "routes: at least one is required, such as --set routes.orders.listen.port=7001 --set routes.orders.upstream.targets=orders:7101" -}}
{{- end -}}
{{- $seen := dict (toString $values.management.port) "management.port" -}}
{{- $seenOnService := dict -}}
{{- $seenNodePorts := dict -}}
{{- $seenNames := dict -}}
{{- $fullname := include "framegate.fullname" . -}}
{{- if not (regexMatch "^[a-z]([-a-z0-9]*[a-z0-9])?$" $fullname) -}}
{{- $problems = append $problems (printf "fullnameOverride: '%s' is not a valid Service name: must be a lowercase letter, then lowercase letters, digits and dashes" $fullname) -}}
{{- end -}}
{{- range (include "framegate.ports" . | fromJsonArray) -}}
{{- $key := printf "routes.%s" .route -}}
{{- $route := index $values.routes .route -}}
{{- $port := printf "%d" (int .port) -}}
{{- with get $seen $port -}}
{{- $problems = append $problems (printf "%s.listen.port: %s is taken by %s" $key $port .) -}}
{{- end -}}
{{- $_ := set $seen $port $key -}}
{{- $servicePort := printf "%d" (int .servicePort) -}}
{{- with get $seenOnService $servicePort -}}
{{- if ne .port $port -}}
{{- $problems = append $problems (printf "service.ports: %s and %s have the same port %s" .key $key $servicePort) -}}
{{- end -}}
{{- end -}}
{{- $_ := set $seenOnService $servicePort (dict "key" $key "port" $port) -}}
{{- if .nodePort -}}
{{- $nodePort := printf "%d" (int .nodePort) -}}
{{- with get $seenNodePorts $nodePort -}}
{{- $problems = append $problems (printf "service.ports: %s and %s have the same nodePort %s" . $key $nodePort) -}}
{{- end -}}
{{- $_ := set $seenNodePorts $nodePort $key -}}
{{- end -}}
{{- with get $seenNames .name -}}
{{- $problems = append $problems (printf "%s: the name of its port is taken by %s; rename one of them" $key .) -}}
{{- end -}}
{{- $_ := set $seenNames .name $key -}}
{{- $address := dig "listen" "address" "0.0.0.0" $route -}}
{{- if or (hasPrefix "127." $address) (has $address (list "::1" "localhost")) -}}
{{- $problems = append $problems (printf "%s.listen.address: %s is local to the pod, so no Service reaches it; remove it" $key $address) -}}
{{- end -}}
{{- if and (eq (dig "mode" "session" $route) "session") (not (include "framegate.targets" $route | fromJsonArray)) -}}
{{- $problems = append $problems (printf "%s.upstream.targets: at least one host:port is required in mode session" $key) -}}
{{- end -}}
{{- if and $values.networkPolicy.enabled $values.networkPolicy.egress.enabled -}}
{{- range (include "framegate.targets" $route | fromJsonArray) -}}
{{- if not (regexMatch ":[0-9]+$" .) -}}
{{- $problems = append $problems (printf "networkPolicy.egress: cannot tell the port of %s.upstream.targets %s" $key .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and .nodePort (eq $values.service.type "ClusterIP") -}}
{{- $problems = append $problems (printf "service.ports.%s.nodePort: not allowed where service.type is ClusterIP" .route) -}}
{{- end -}}
{{- range $side := list "listen" "upstream" -}}
{{- $framing := dig $side "framing" "" $route -}}
{{- if not (or (not $framing) (hasPrefix "bean:" $framing) (contains "${" $framing) (hasKey $values.framings $framing) (has $framing (include "framegate.framingNames" $ | splitList " "))) -}}
{{- $problems = append $problems (printf "%s.%s.framing: '%s' is unknown: it must be one of %s, bean:<name>, or a name under framings" $key $side $framing (include "framegate.framingNames" $ | replace " " ", ")) -}}
{{- end -}}
{{- $bundle := dig $side "tls" "bundle" "" $route -}}
{{- if and $bundle (not (hasKey $values.tls.bundles $bundle)) (not (dig "spring" "ssl" "bundle" dict $values.application)) -}}
{{- $problems = append $problems (printf "%s.%s.tls.bundle: there is no tls.bundles.%s" $key $side $bundle) -}}
{{- end -}}
{{- end -}}
{{- range $server, $bundle := dig "listen" "tls" "sni" dict $route -}}
{{- if not (or (hasKey $values.tls.bundles $bundle) (dig "spring" "ssl" "bundle" dict $values.application)) -}}
{{- $problems = append $problems (printf "%s.listen.tls.sni.%s: there is no tls.bundles.%s" $key $server $bundle) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $group, $byRoute := dict "service.ports" $values.service.ports "tcpRoute.sectionNames" $values.tcpRoute.sectionNames -}}
{{- range $route := keys $byRoute | sortAlpha -}}
{{- if not (hasKey $values.routes $route) -}}
{{- $problems = append $problems (printf "%s.%s: there is no such route" $group $route) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if hasKey $values.application "framegate" -}}
{{- $problems = append $problems "application.framegate: set at the top level instead: routes, framings, masks, defaults, memory, transport, shutdown, closures, console, demo, management.users" -}}
{{- end -}}
{{- $tls := $values.management.tls -}}
{{- $bundle := get $values.tls.bundles $tls.bundle | default dict -}}
{{- if and $tls.bundle (not $bundle) (not (dig "spring" "ssl" "bundle" dict $values.application)) -}}
{{- $problems = append $problems (printf "management.tls.bundle: there is no tls.bundles.%s" $tls.bundle) -}}
{{- else if and $tls.bundle $bundle (not (dig "keystore" true $bundle)) -}}
{{- $problems = append $problems (printf "management.tls.bundle: tls.bundles.%s has no certificate (keystore: false)" $tls.bundle) -}}
{{- end -}}
{{- if ne $tls.clientAuth "none" -}}
{{- if not $tls.bundle -}}
{{- $problems = append $problems "management.tls.clientAuth: needs management.tls.bundle" -}}
{{- else if and $bundle (not $bundle.truststore) -}}
{{- $problems = append $problems (printf "management.tls.clientAuth: needs tls.bundles.%s.truststore: true, or nobody's certificate is trusted" $tls.bundle) -}}
{{- end -}}
{{- else -}}
{{- range $name, $user := $values.management.users -}}
{{- if not $user.password -}}
{{- $problems = append $problems (printf "management.users.%s.password: is required, unless management.tls.clientAuth is want" $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $key := list "server.ssl.bundle" "server.ssl.certificate" "server.ssl.key-store" "management.server.ssl.bundle" -}}
{{- if include "framegate.property" (dict "in" $values.application "path" (splitList "." $key)) -}}
{{- $problems = append $problems (printf "application.%s: set management.tls.bundle instead, which probes and PodMonitor use too" $key) -}}
{{- end -}}
{{- end -}}
{{- range $key := list "server.port" "management.server.port" -}}
{{- if include "framegate.property" (dict "in" $values.application "path" (splitList "." $key)) -}}
{{- $problems = append $problems (printf "application.%s: set management.port instead, which probes and Service use too" $key) -}}
{{- end -}}
{{- end -}}
{{- $taken := list "SPRING_CONFIG_LOCATION" -}}
{{- if $values.javaOptions -}}
{{- $taken = append $taken "JAVA_TOOL_OPTIONS" -}}
{{- end -}}
{{- range $values.extraEnv -}}
{{- if has .name $taken -}}
{{- $problems = append $problems (printf "extraEnv: %s is set by the chart" .name) -}}
{{- end -}}
{{- $taken = append $taken .name -}}
{{- end -}}
{{- $volumes := list "config" "tmp" "management" -}}
{{- range $name := keys $values.tls.bundles -}}
{{- $volumes = append $volumes (printf "tls-%s" $name) -}}
{{- end -}}
{{- range $values.extraVolumes -}}
{{- if has .name $volumes -}}
{{- $problems = append $problems (printf "extraVolumes: the name %s is taken" .name) -}}
{{- end -}}
{{- $volumes = append $volumes .name -}}
{{- end -}}
{{- $end := include "framegate.wholeEnd" . -}}
{{- $grace := $values.termination.gracePeriodSeconds -}}
{{- if and (kindIs "invalid" $grace) (not $end) $values.routes -}}
{{- $problems = append $problems "termination.gracePeriodSeconds: is required where a route's drain is off (0) or a placeholder" -}}
{{- else if and (not (kindIs "invalid" $grace)) $end -}}
{{- if lt (int $grace) (atoi $end) -}}
{{- $problems = append $problems (printf "termination.gracePeriodSeconds: %d is less than the %s that preStopSleepSeconds (%d), shutdown.quiet-period (%v), the longest timeouts.drain (%ss) and marginSeconds (%d) may take together" (int $grace) $end (int $values.termination.preStopSleepSeconds) (dig "quiet-period" "0s" $values.shutdown) (include "framegate.longestDrain" .) (int $values.termination.marginSeconds)) -}}
{{- end -}}
{{- end -}}
{{- if and $values.management.users $values.management.existingSecret -}}
{{- $problems = append $problems "management.existingSecret: already contains the users; remove management.users" -}}
{{- end -}}
{{- if $values.autoscaling.enabled -}}
{{- if gt (int $values.autoscaling.minReplicas) (int $values.autoscaling.maxReplicas) -}}
{{- $problems = append $problems (printf "autoscaling.minReplicas: %d is more than maxReplicas, %d" (int $values.autoscaling.minReplicas) (int $values.autoscaling.maxReplicas)) -}}
{{- end -}}
{{- if not (or $values.autoscaling.connectionsPerPod $values.autoscaling.cpuUtilization) -}}
{{- $problems = append $problems "autoscaling: needs connectionsPerPod or cpuUtilization" -}}
{{- end -}}
{{- if and $values.autoscaling.cpuUtilization (not (dig "requests" "cpu" "" $values.resources)) -}}
{{- $problems = append $problems "autoscaling.cpuUtilization: requires resources.requests.cpu, because it is a percentage of it" -}}
{{- end -}}
{{- end -}}
{{- if and $values.tcpRoute.enabled (not $values.tcpRoute.parentRefs) -}}
{{- $problems = append $problems "tcpRoute.parentRefs: needs a Gateway" -}}
{{- end -}}
{{- if and (not (has ($values.proxyProtocol.mode | toString) (list "off" "false" ""))) (not $values.proxyProtocol.trusted) -}}
{{- $problems = append $problems "proxyProtocol.trusted: needs the addresses of the load balancer" -}}
{{- end -}}
{{- range $name, $bundle := $values.tls.bundles -}}
{{- if not (or $bundle.secretName $bundle.certificate) -}}
{{- $problems = append $problems (printf "tls.bundles.%s: needs a secretName or a certificate" $name) -}}
{{- end -}}
{{- end -}}
{{- join "\n" $problems -}}
{{- end -}}

{{/*
What this version of the gateway refuses to start with, for the notes to say. A line of the list goes when its
capability is there; ChartSchemaTests compares it with the gateway's.
*/}}
{{- define "framegate.unbuilt" -}}
{{- $harmless := list -}}
{{- $problems := list -}}
{{- range $name := keys .Values.routes | sortAlpha -}}
{{- $route := index $.Values.routes $name -}}
{{- range $harmless -}}
{{- $path := splitList "." .key -}}
{{- $side := get $route (first $path) | default dict -}}
{{- if hasKey $side (last $path) -}}
{{- if not (has (get $side (last $path) | toString) (.values | default list)) -}}
{{- $problems = append $problems (printf "routes.%s.%s: is not available in this version of the gateway" $name .key) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}

{{/* A word where there is a property: nested, or with dots. Takes in and path. */}}
{{- define "framegate.property" -}}
{{- $path := .path -}}
{{- if kindIs "map" .in -}}
{{- range $key, $value := .in -}}
{{- $words := splitList "." $key -}}
{{- if eq (join "." $path) $key -}}
there
{{- else if and (lt (len $words) (len $path)) (eq $key (join "." (slice $path 0 (len $words)))) -}}
{{- include "framegate.property" (dict "in" $value "path" (slice $path (len $words))) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
