{{/*
The one list of listening ports, as JSON: route, port (the container's), name, servicePort and nodePort (0 for any).
A port's name is its route's where Kubernetes allows that.
*/}}
{{- define "framegate.ports" -}}
{{- $ports := list -}}
{{- range $route := keys .Values.routes | sortAlpha -}}
{{- $port := int (dig "listen" "port" 0 (index $.Values.routes $route)) -}}
{{- $exposed := index $.Values.service.ports $route | default dict -}}
{{- $fits := and (le (len $route) 15) (regexMatch "^[a-z0-9]+(-[a-z0-9]+)*$" $route) (ne $route "management") -}}
{{- $ports = append $ports (dict
      "route" $route
      "port" $port
      "name" (ternary $route (printf "tcp-%d" $port) $fits)
      "servicePort" (int ($exposed.port | default $port))
      "nodePort" (int ($exposed.nodePort | default 0))) -}}
{{- end -}}
{{- toJson $ports -}}
{{- end -}}

{{/* The targets' ports, as JSON, in order. */}}
{{- define "framegate.targetPorts" -}}
{{- $ports := list -}}
{{- range $name, $route := .Values.routes -}}
{{- range (include "framegate.targets" $route | fromJsonArray) -}}
{{- $port := regexFind "[0-9]+$" . -}}
{{- if and $port (not (hasPrefix "127." .)) -}}
{{- $ports = append $ports (int $port) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $sorted := list -}}
{{- range $ports | uniq -}}
{{- $sorted = append $sorted (printf "%05d" .) -}}
{{- end -}}
{{- sortAlpha $sorted | toJson -}}
{{- end -}}

{{/* A route's targets, as JSON: a list in YAML or with commas. */}}
{{- define "framegate.targets" -}}
{{- $targets := dig "upstream" "targets" list . -}}
{{- if kindIs "string" $targets -}}
{{- $targets = splitList "," (nospace $targets) -}}
{{- end -}}
{{- compact ($targets | default list) | toJson -}}
{{- end -}}
