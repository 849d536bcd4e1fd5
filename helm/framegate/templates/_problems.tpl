{{/*
Where values contradict each other, one line each. The schema has checked each value by itself.
*/}}
{{- define "framegate.problems" -}}
{{- $problems := list -}}
{{- $values := .Values -}}
{{- if not $values.routes -}}
{{- $problems = append $problems "routes: at least one is needed, such as --set routes.orders.listen.port=7001 --set routes.orders.upstream.targets=orders:7101" -}}
{{- end -}}
{{- $seen := dict (toString $values.management.port) "management.port" -}}
{{- $seenOnService := dict -}}
{{- $seenNames := dict -}}
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
{{- if ne $servicePort $port -}}
{{- $problems = append $problems (printf "service.ports: %s and %s have the same port %s" . $key $servicePort) -}}
{{- end -}}
{{- end -}}
{{- $_ := set $seenOnService $servicePort $key -}}
{{- with get $seenNames .name -}}
{{- $problems = append $problems (printf "%s: the name of its port is taken by %s; rename one of them" $key .) -}}
{{- end -}}
{{- $_ := set $seenNames .name $key -}}
{{- $address := dig "listen" "address" "0.0.0.0" $route -}}
{{- if or (hasPrefix "127." $address) (has $address (list "::1" "localhost")) -}}
{{- $problems = append $problems (printf "%s.listen.address: %s is the pod's own, no Service reaches it; leave it out" $key $address) -}}
{{- end -}}
{{- if and (eq (dig "mode" "session" $route) "session") (not (include "framegate.targets" $route | fromJsonArray)) -}}
{{- $problems = append $problems (printf "%s.upstream.targets: at least one host:port is needed in mode session" $key) -}}
{{- end -}}
{{- if and $values.networkPolicy.enabled $values.networkPolicy.egress.enabled -}}
{{- range (include "framegate.targets" $route | fromJsonArray) -}}
{{- if not (regexMatch ":[0-9]+$" .) -}}
{{- $problems = append $problems (printf "networkPolicy.egress: the port of %s.upstream.targets %s is not known here" $key .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and .nodePort (eq $values.service.type "ClusterIP") -}}
{{- $problems = append $problems (printf "service.ports.%s.nodePort: there is none where service.type is ClusterIP" .route) -}}
{{- end -}}
{{- range $side := list "listen" "upstream" -}}
{{- $bundle := dig $side "tls" "bundle" "" $route -}}
{{- if and $bundle (not (hasKey $values.tls.bundles $bundle)) (not (dig "spring" "ssl" "bundle" dict $values.application)) -}}
{{- $problems = append $problems (printf "%s.%s.tls.bundle: there is no tls.bundles.%s" $key $side $bundle) -}}
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
{{- $problems = append $problems "application.framegate: has values of its own: routes, defaults, shutdown, closures, demo, management.users" -}}
{{- end -}}
{{- $end := include "framegate.wholeEnd" . -}}
{{- $grace := $values.termination.gracePeriodSeconds -}}
{{- if and (kindIs "invalid" $grace) (not $end) $values.routes -}}
{{- $problems = append $problems "termination.gracePeriodSeconds: is needed where a route's drain is off (0) or a placeholder, for then it cannot be computed" -}}
{{- else if and (not (kindIs "invalid" $grace)) $end -}}
{{- if lt (int $grace) (atoi $end) -}}
{{- $problems = append $problems (printf "termination.gracePeriodSeconds: %d is less than the %s that preStopSleepSeconds (%d), shutdown.quiet-period (%v), the longest timeouts.drain (%ss) and marginSeconds (%d) may take together" (int $grace) $end (int $values.termination.preStopSleepSeconds) (dig "quiet-period" "0s" $values.shutdown) (include "framegate.longestDrain" .) (int $values.termination.marginSeconds)) -}}
{{- end -}}
{{- end -}}
{{- if and $values.management.users $values.management.existingSecret -}}
{{- $problems = append $problems "management.existingSecret: holds the users; leave out management.users" -}}
{{- end -}}
{{- if $values.autoscaling.enabled -}}
{{- if gt (int $values.autoscaling.minReplicas) (int $values.autoscaling.maxReplicas) -}}
{{- $problems = append $problems (printf "autoscaling.minReplicas: %d is more than maxReplicas, %d" (int $values.autoscaling.minReplicas) (int $values.autoscaling.maxReplicas)) -}}
{{- end -}}
{{- if not (or $values.autoscaling.connectionsPerPod $values.autoscaling.cpuUtilization) -}}
{{- $problems = append $problems "autoscaling: needs connectionsPerPod or cpuUtilization" -}}
{{- end -}}
{{- if and $values.autoscaling.cpuUtilization (not (dig "requests" "cpu" "" $values.resources)) -}}
{{- $problems = append $problems "autoscaling.cpuUtilization: needs resources.requests.cpu, of which it is the percentage" -}}
{{- end -}}
{{- end -}}
{{- if and $values.tcpRoute.enabled (not $values.tcpRoute.parentRefs) -}}
{{- $problems = append $problems "tcpRoute.parentRefs: needs a Gateway" -}}
{{- end -}}
{{- range $name, $bundle := $values.tls.bundles -}}
{{- if not (or $bundle.secretName $bundle.certificate) -}}
{{- $problems = append $problems (printf "tls.bundles.%s: needs a secretName or a certificate" $name) -}}
{{- end -}}
{{- end -}}
{{- join "\n" $problems -}}
{{- end -}}
