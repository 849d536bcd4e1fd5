{{/*
What a counter grew by in five minutes. A series that has just begun counts whole, for Prometheus never saw its 0.
Takes metric, by and matchers.
*/}}
{{- define "framegate.grown" -}}
{{- $series := printf "%s{%s}" .metric .matchers -}}
sum by ({{ .by }}) (({{ $series }} unless {{ $series }} offset 5m) or increase({{ $series }}[5m]))
{{- end -}}

{{/* Connections closed for some reasons. Takes root and reasons, a list. */}}
{{- define "framegate.closedFor" -}}
{{- $reasons := printf "reason=%s" (join "|" .reasons | quote) -}}
{{- if gt (len .reasons) 1 -}}
{{- $reasons = printf "reason=~%s" (join "|" .reasons | quote) -}}
{{- end -}}
{{- include "framegate.grown" (dict "metric" "framegate_connections_closed_total" "by" "namespace, route, side, reason" "matchers" (printf "%s,%s" .selector $reasons)) -}}
{{- end -}}

{{/*
The alerts as a YAML list. Takes root.
*/}}
{{- define "framegate.alerts" -}}
{{- $values := .Values.prometheusRule -}}
{{- $selector := $values.selector | default (printf "namespace=%q,job=%q" .Release.Namespace (printf "%s/%s" .Release.Namespace (include "framegate.fullname" .))) -}}
- alert: FramegateAbsent
  expr: absent(framegate_connections_active{ {{- $selector -}} })
  for: 5m
  labels: {severity: critical}
  annotations:
    summary: >-
      No gateway is there to be scraped
    description: >-
      Not one pod of the gateway has told its metrics for five minutes.
- alert: FramegateConfigurationWrong
  expr: max by (namespace, pod) (framegate_configuration_error{ {{- $selector -}} }) == 1
  for: 1m
  labels: {severity: warning}
  annotations:
    summary: >-
      A changed configuration is wrong and was not taken over
    description: >-
      Pod {{ "{{ $labels.pod }}" }} goes on with the one before. Its log, its health and configurationError of /actuator/routes say what is wrong.
- alert: FramegateRouteWithoutTarget
  expr: max by (namespace, pod, route) (framegate_upstream_up{ {{- $selector -}} }) == 0
  for: 1m
  labels: {severity: critical}
  annotations:
    summary: >-
      Every target of route {{ "{{ $labels.route }}" }} is down
    description: >-
      Pod {{ "{{ $labels.pod }}" }} finds no target of the route up. Connections close as upstream-refused, upstream-unreachable or connect-timeout.
- alert: FramegateTargetDown
  expr: framegate_upstream_up{ {{- $selector -}} } == 0
  for: 5m
  labels: {severity: warning}
  annotations:
    summary: >-
      Target {{ "{{ $labels.target }}" }} of route {{ "{{ $labels.route }}" }} is down
    description: >-
      Pod {{ "{{ $labels.pod }}" }} has not reached it for five minutes.
- alert: FramegateConnectsFail
  expr: {{ include "framegate.closedFor" (dict "selector" $selector "reasons" (list "upstream-refused" "upstream-unreachable" "connect-timeout")) }} > 5
  for: 2m
  labels: {severity: warning}
  annotations:
    summary: >-
      Route {{ "{{ $labels.route }}" }} cannot connect to its upstream
    description: >-
      {{ "{{ $value | humanize }}" }} connections closed as {{ "{{ $labels.reason }}" }} in five minutes. refused, nobody listens there; unreachable, no way or no name; connect-timeout, no answer.
- alert: FramegateConnectionsReset
  expr: {{ include "framegate.closedFor" (dict "selector" $selector "reasons" (list "inbound-reset" "upstream-reset")) }} > 10
  for: 5m
  labels: {severity: warning}
  annotations:
    summary: >-
      Peers of route {{ "{{ $labels.route }}" }} reset connections
    description: >-
      {{ "{{ $value | humanize }}" }} connections closed as {{ "{{ $labels.reason }}" }} in five minutes. What was on its way to such a peer may be lost.
- alert: FramegateRepliesMissing
  expr: {{ include "framegate.grown" (dict "metric" "framegate_timeouts_fired_total" "by" "namespace, route, timer" "matchers" (printf "%s,timer=\"reply\"" $selector)) }} > 0
  for: 1m
  labels: {severity: warning}
  annotations:
    summary: >-
      Requests of route {{ "{{ $labels.route }}" }} are not answered
    description: >-
      The timer reply ran out {{ "{{ $value | humanize }}" }} times in five minutes; connections close as reply-timeout. Is the upstream slow, or the limit too short?
- alert: FramegateRepliesDiscarded
  expr: {{ include "framegate.grown" (dict "metric" "framegate_replies_discarded_total" "by" "namespace, route, cause" "matchers" $selector) }} > 0
  for: 1m
  labels: {severity: warning}
  annotations:
    summary: >-
      Route {{ "{{ $labels.route }}" }} throws replies away
    description: >-
      {{ "{{ $value | humanize }}" }} replies in five minutes, cause {{ "{{ $labels.cause }}" }}. Upstream connections close as late-reply; nobody got a wrong one. Does the upstream answer twice, or after the timer reply?
- alert: FramegateFramesUndelivered
  expr: {{ include "framegate.grown" (dict "metric" "framegate_frames_undelivered_total" "by" "namespace, route" "matchers" $selector) }} > 0
  labels: {severity: critical}
  annotations:
    summary: >-
      Frames of route {{ "{{ $labels.route }}" }} reached nobody
    description: >-
      {{ "{{ $value | humanize }}" }} frames were read and not delivered in five minutes. /actuator/closures says of which connections, and why each ended.
- alert: FramegateFramesBad
  expr: {{ include "framegate.closedFor" (dict "selector" $selector "reasons" (list "bad-frame" "frame-too-long" "truncated-frame" "frame-not-encodable" "frame-timeout")) }} > 0
  for: 1m
  labels: {severity: warning}
  annotations:
    summary: >-
      Frames of route {{ "{{ $labels.route }}" }} are not as configured
    description: >-
      {{ "{{ $value | humanize }}" }} {{ "{{ $labels.side }}" }} connections closed as {{ "{{ $labels.reason }}" }} in five minutes. Are framing and max-frame-size those of the peer?
- alert: FramegatePeersStall
  expr: {{ include "framegate.closedFor" (dict "selector" $selector "reasons" (list "write-timeout")) }} > 0
  for: 1m
  labels: {severity: warning}
  annotations:
    summary: >-
      Peers of route {{ "{{ $labels.route }}" }} stopped reading
    description: >-
      {{ "{{ $value | humanize }}" }} {{ "{{ $labels.side }}" }} connections closed as {{ "{{ $labels.reason }}" }} in five minutes.
- alert: FramegateAcceptsRefused
  expr: {{ include "framegate.grown" (dict "metric" "framegate_accepts_refused_total" "by" "namespace, route, reason" "matchers" $selector) }} > 0
  for: 1m
  labels: {severity: warning}
  annotations:
    summary: >-
      Route {{ "{{ $labels.route }}" }} turns clients away
    description: >-
      {{ "{{ $value | humanize }}" }} connections were not accepted in five minutes, reason {{ "{{ $labels.reason }}" }} (limit-connections, limit-per-ip, limit-rate, denied, proxy-header-bad, overload).
- alert: FramegateTlsFails
  expr: {{ include "framegate.closedFor" (dict "selector" $selector "reasons" (list "tls-failed" "tls-handshake-timeout")) }} > 5
  for: 2m
  labels: {severity: warning}
  annotations:
    summary: >-
      TLS handshakes of route {{ "{{ $labels.route }}" }} fail
    description: >-
      {{ "{{ $value | humanize }}" }} {{ "{{ $labels.side }}" }} connections closed as {{ "{{ $labels.reason }}" }} in five minutes. Has a certificate expired?
- alert: FramegateCertificateExpires
  expr: min by (namespace, bundle, certificate) (ssl_chain_expiry_seconds{ {{- $selector -}} }) < {{ mulf (float64 $values.certificateDays) 86400 | int64 }}
  for: 5m
  labels: {severity: warning}
  annotations:
    summary: >-
      A certificate of bundle {{ "{{ $labels.bundle }}" }} expires
    description: >-
      Certificate {{ "{{ $labels.certificate }}" }} expires in {{ "{{ $value | humanizeDuration }}" }}. A renewed Secret is read without a restart.
- alert: FramegateDrainsCut
  expr: {{ include "framegate.closedFor" (dict "selector" $selector "reasons" (list "drain-timeout")) }} > 0
  labels: {severity: warning}
  annotations:
    summary: >-
      Connections of route {{ "{{ $labels.route }}" }} did not drain in time
    description: >-
      {{ "{{ $value | humanize }}" }} {{ "{{ $labels.side }}" }} connections closed as {{ "{{ $labels.reason }}" }} in five minutes. Is timeouts.drain shorter than an answer may take?
- alert: FramegateInternalErrors
  expr: {{ include "framegate.closedFor" (dict "selector" $selector "reasons" (list "internal-error")) }} > 0
  labels: {severity: critical}
  annotations:
    summary: >-
      Route {{ "{{ $labels.route }}" }} fails within the gateway
    description: >-
      {{ "{{ $value | humanize }}" }} connections closed as {{ "{{ $labels.reason }}" }} in five minutes, through a fault of the gateway or of your own code on its channels. The log has the stack traces.
- alert: FramegateExchangesSlow
  expr: histogram_quantile(0.99, sum by (namespace, route, le) (rate(framegate_exchange_seconds_bucket{ {{- $selector -}} }[5m]))) > {{ $values.exchangeSeconds }}
  for: 5m
  labels: {severity: warning}
  annotations:
    summary: >-
      Answers on route {{ "{{ $labels.route }}" }} are slow
    description: >-
      One exchange in a hundred takes {{ "{{ $value | humanizeDuration }}" }} or more.
{{- range $name := keys .Values.routes | sortAlpha }}
{{- $most := dig "listen" "max-connections" 10000 (index $.Values.routes $name) }}
{{- if and (not (kindIs "string" $most)) (gt (int64 $most) 0) }}
- alert: FramegateConnectionsNearLimit
  expr: framegate_connections_active{ {{- $selector -}} ,route="{{ $name }}",side="inbound"} > {{ mulf (float64 $most) $values.connectionsShare | int64 }}
  for: 5m
  labels: {severity: warning}
  annotations:
    summary: >-
      Route {{ $name }} is close to its limit of connections
    description: >-
      Pod {{ "{{ $labels.pod }}" }} holds {{ "{{ $value | humanize }}" }} of {{ int64 $most }}; beyond that they are refused as limit-connections.
{{- end }}
{{- end }}
{{- end -}}
