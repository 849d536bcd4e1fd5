{{/*
A duration as Spring writes it (30s, 500ms, PT1M, 0) in milliseconds; nothing where it is something else, such as a
placeholder, or a number without a unit, which the gateway refuses.
*/}}
{{- define "framegate.milliseconds" -}}
{{- $text := ternary . (printf "%d" (int64 .)) (kindIs "string" .) | toString | trim | lower -}}
{{- $units := dict "ms" 1 "s" 1000 "m" 60000 "h" 3600000 "d" 86400000 -}}
{{- if regexMatch "^[0-9]+(ns|us)$" $text -}}
1
{{- else if regexMatch "^0+$" $text -}}
0
{{- else if regexMatch "^[0-9]+(ms|s|m|h|d)$" $text -}}
{{- mul (atoi (regexFind "^[0-9]+" $text)) (index $units (regexFind "[a-z]*$" $text)) -}}
{{- else if regexMatch "^p([0-9]+d)?(t([0-9]+h)?([0-9]+m)?([0-9]+(\\.[0-9]+)?s)?)?$" $text -}}
{{- $sum := 0 -}}
{{- range regexFindAll "[0-9]+(\\.[0-9]+)?[dhms]" $text -1 -}}
{{- $number := float64 (regexFind "^[0-9.]+" .) -}}
{{- $sum = add $sum (mulf $number (index $units (regexFind "[a-z]$" .)) | ceil | int64) -}}
{{- end -}}
{{- $sum -}}
{{- end -}}
{{- end -}}

{{- define "framegate.seconds" -}}
{{- $milliseconds := include "framegate.milliseconds" . -}}
{{- if $milliseconds -}}
{{- div (add (atoi $milliseconds) 999) 1000 -}}
{{- end -}}
{{- end -}}

{{/*
The longest drain in seconds; nothing where a drain has no limit or is not known here.
*/}}
{{- define "framegate.longestDrain" -}}
{{- $longest := 0 -}}
{{- $known := true -}}
{{- $byDefault := dig "timeouts" "drain" "10s" .Values.defaults -}}
{{- range $name, $route := .Values.routes -}}
{{- $seconds := include "framegate.seconds" (dig "timeouts" "drain" $byDefault $route) | default "0" | atoi -}}
{{- $known = and $known (gt $seconds 0) -}}
{{- $longest = max $longest $seconds -}}
{{- end -}}
{{- if $known -}}
{{- $longest -}}
{{- end -}}
{{- end -}}

{{/* What a pod's end may take in seconds; nothing where that is not known. */}}
{{- define "framegate.wholeEnd" -}}
{{- $quiet := include "framegate.seconds" (dig "quiet-period" "0s" .Values.shutdown) -}}
{{- $drain := include "framegate.longestDrain" . -}}
{{- if and $quiet $drain -}}
{{- add (int .Values.termination.preStopSleepSeconds) (atoi $quiet) (atoi $drain) (int .Values.termination.marginSeconds) -}}
{{- end -}}
{{- end -}}

{{- define "framegate.gracePeriod" -}}
{{- if kindIs "invalid" .Values.termination.gracePeriodSeconds -}}
{{- include "framegate.wholeEnd" . | default "0" -}}
{{- else -}}
{{- int .Values.termination.gracePeriodSeconds -}}
{{- end -}}
{{- end -}}
