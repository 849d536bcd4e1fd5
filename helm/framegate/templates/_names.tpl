{{- define "framegate.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* At most 50 characters, for objects add to it. */}}
{{- define "framegate.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "framegate.selectorLabels" -}}
app.kubernetes.io/name: {{ include "framegate.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: gateway
{{- end -}}

{{- define "framegate.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/version: {{ .Values.image.tag | default .Chart.AppVersion | replace "+" "_" | trunc 63 | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: framegate
{{- end -}}

{{/*
An object's metadata. Takes root, and optionally name, labels, annotations and component.
*/}}
{{- define "framegate.metadata" -}}
{{- $labels := merge (dict) (.labels | default dict) .root.Values.commonLabels -}}
{{- $own := merge (include "framegate.selectorLabels" .root | fromYaml) (include "framegate.labels" .root | fromYaml) -}}
{{- if .component -}}
{{- $_ := set $own "app.kubernetes.io/component" .component -}}
{{- end -}}
{{- $annotations := merge (dict) (.annotations | default dict) .root.Values.commonAnnotations -}}
name: {{ .name | default (include "framegate.fullname" .root) }}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- merge $own $labels | toYaml | nindent 2 }}
{{- with $annotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "framegate.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "framegate.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "framegate.image" -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" .Values.image.repository (.Values.image.tag | default .Chart.AppVersion) -}}
{{- end -}}
{{- end -}}

{{/* The Secret with the management users, or nothing. */}}
{{- define "framegate.managementSecret" -}}
{{- if .Values.management.existingSecret -}}
{{- .Values.management.existingSecret -}}
{{- else if .Values.management.users -}}
{{- printf "%s-management" (include "framegate.fullname" .) -}}
{{- end -}}
{{- end -}}

{{/* The Secret of an SSL bundle. Takes root, name and bundle. */}}
{{- define "framegate.bundleSecret" -}}
{{- .bundle.secretName | default (printf "%s-%s-tls" (include "framegate.fullname" .root) .name) -}}
{{- end -}}

{{/* How the management port is spoken to. */}}
{{- define "framegate.managementScheme" -}}
{{- ternary "https" "http" (not (empty .Values.management.tls.bundle)) -}}
{{- end -}}
