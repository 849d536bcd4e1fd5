{{/* The gateway's application.yml. */}}
{{- define "framegate.configuration" -}}
{{- $routes := deepCopy .Values.routes -}}
{{- if and .Values.proxyProtocol.mode (ne .Values.proxyProtocol.mode "off") -}}
{{- range $name, $route := $routes -}}
{{- if not (hasKey $route.listen "proxy-protocol") -}}
{{- $_ := set $route.listen "proxy-protocol" $.Values.proxyProtocol.mode -}}
{{- with $.Values.proxyProtocol.trusted -}}
{{- $_ := set $route.listen "proxy-trusted" . -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $framegate := dict "routes" $routes -}}
{{- range $key := list "framings" "masks" "defaults" "memory" "transport" "shutdown" "closures" "console" "demo" -}}
{{- with get $.Values $key -}}
{{- $_ := set $framegate $key . -}}
{{- end -}}
{{- end -}}
{{- $management := dict -}}
{{- if ne .Values.management.metrics "open" -}}
{{- $_ := set $management "metrics" .Values.management.metrics -}}
{{- end -}}
{{- if .Values.management.open -}}
{{- $_ := set $management "open" true -}}
{{- end -}}
{{- with $management -}}
{{- $_ := set $framegate "management" . -}}
{{- end -}}
{{- $endpoints := dict -}}
{{- range $endpoint, $access := .Values.management.access -}}
{{- $_ := set $endpoints $endpoint (dict "access" $access) -}}
{{- end -}}
{{- $configuration := dict
      "framegate" $framegate
      "server" (dict "port" .Values.management.port)
      "management" (dict "endpoint" $endpoints) -}}
{{- with .Values.management.tls.bundle -}}
{{- $_ := set $configuration.server "ssl" (dict "bundle" . "client-auth" $.Values.management.tls.clientAuth) -}}
{{- end -}}
{{- with .Values.tls.bundles -}}
{{- $bundles := dict -}}
{{- range $name, $bundle := . -}}
{{- $directory := printf "file:/etc/framegate/tls/%s" $name -}}
{{- $pem := dict "reload-on-update" true -}}
{{- if dig "keystore" true $bundle -}}
{{- $_ := set $pem "keystore" (dict "certificate" (printf "%s/tls.crt" $directory) "private-key" (printf "%s/tls.key" $directory)) -}}
{{- end -}}
{{- if $bundle.truststore -}}
{{- $_ := set $pem "truststore" (dict "certificate" (printf "%s/ca.crt" $directory)) -}}
{{- end -}}
{{- $_ := set $bundles $name $pem -}}
{{- end -}}
{{- $_ := set $configuration "spring" (dict "ssl" (dict "bundle" (dict "pem" $bundles))) -}}
{{- end -}}
{{- mergeOverwrite $configuration (deepCopy .Values.application) | toYaml -}}
{{- end -}}

{{/* What of it comes only with new pods: all of it, or what a running gateway cannot change. */}}
{{- define "framegate.configurationForNewPods" -}}
{{- $configuration := include "framegate.configuration" . | fromYaml -}}
{{- if eq .Values.reload "in-place" -}}
{{- $_ := set $configuration "framegate" (omit $configuration.framegate "routes" "framings" "masks" "defaults") -}}
{{- end -}}
{{- toYaml $configuration -}}
{{- end -}}

{{/* Where Spring Boot looks for it: the last wins. */}}
{{- define "framegate.configurationLocations" -}}
classpath:/,file:/etc/framegate/config/application.yml
{{- if include "framegate.managementSecret" . -}}
,file:/etc/framegate/management/management.yml
{{- end -}}
{{- end -}}

{{/* The management users as a file of their own. */}}
{{- define "framegate.managementUsers" -}}
{{- dict "framegate" (dict "management" (dict "users" .Values.management.users)) | toYaml -}}
{{- end -}}
