{{/* What it is called: the alias in the suite's chart, the release alone. */}}
{{- define "service.name" -}}
{{- if .Values.nameOverride }}{{ .Values.nameOverride }}{{ else if eq .Chart.Name "service" }}{{ .Release.Name }}{{ else }}{{ .Chart.Name }}{{ end -}}
{{- end -}}

{{/*
What names of objects begin with: the release. A Service's name may have 63 characters and a release's 53, so a long one is cut,
with a hash so that two of them stay apart: the longest ending, -dashboard-promises, has 19.
*/}}
{{- define "service.release" -}}
{{- if le (len .Release.Name) 43 }}{{ .Release.Name }}{{ else }}{{ printf "%s-%s" (.Release.Name | trunc 34 | trimSuffix "-") (sha256sum .Release.Name | trunc 8) }}{{ end -}}
{{- end -}}

{{- define "service.fullname" -}}
{{- $name := include "service.name" . -}}
{{- if eq .Release.Name $name }}{{ include "service.release" . }}{{ else }}{{ printf "%s-%s" (include "service.release" .) $name | trunc 54 | trimSuffix "-" }}{{ end -}}
{{- end -}}

{{/* The number and the name of the port at which a service tells operators how it is. */}}
{{- define "service.managementPort" -}}
{{- int .Values.managementPort | default (int .Values.port) -}}
{{- end -}}

{{- define "service.managementPortName" -}}
{{- if int .Values.managementPort }}management{{ else }}http{{ end -}}
{{- end -}}

{{/* Whether the cluster is of a version or newer: "yes" or nothing. Given: root, version. Older ones refuse fields that they do not know. */}}
{{- define "service.since" -}}
{{- if semverCompare (printf ">=%s-0" .version) .root.Capabilities.KubeVersion.Version }}yes{{ end -}}
{{- end -}}

{{/* Whether anything is rendered at all: "yes" or nothing. */}}
{{- define "service.on" -}}
{{- if and .Values.enabled (or (not .Values.onlyIn) (eq .Values.onlyIn .Values.global.mode)) }}yes{{ end -}}
{{- end -}}

{{/* Labels that find things. They never change: a Deployment's selector cannot. */}}
{{- define "service.selector" -}}
app.kubernetes.io/name: {{ include "service.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- with .part }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- end -}}

{{- define "service.labels" -}}
{{ include "service.selector" . }}
app.kubernetes.io/part-of: outlay
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
app.kubernetes.io/version: {{ include "service.version" .root | quote }}
helm.sh/chart: {{ printf "service-%s" .root.Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "service.version" -}}
{{ .Values.image.tag | default .Values.global.image.tag | default "unknown" | trunc 63 }}
{{- end -}}

{{- define "service.image" -}}
{{- $registry := .Values.image.registry | default .Values.global.image.registry -}}
{{- if $registry }}{{ trimSuffix "/" $registry }}/{{ end }}{{ .Values.image.repository }}
{{- if .Values.image.digest }}@{{ .Values.image.digest }}{{ else }}:{{ .Values.image.tag | default .Values.global.image.tag }}{{ end -}}
{{- end -}}

{{- define "service.account" -}}
{{- .Values.serviceAccount.name | default (ternary (include "service.fullname" .) "default" .Values.serviceAccount.create) -}}
{{- end -}}

{{/* How the store is migrated: hook, pods or no. */}}
{{- define "service.migrates" -}}
{{- if .Values.migrate.enabled }}{{ .Values.migrate.by | default .Values.global.migrate }}{{ else }}no{{ end -}}
{{- end -}}
