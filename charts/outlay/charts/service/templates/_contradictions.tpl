{{/* Contradictions between values, one sentence per line. */}}
{{- define "service.contradictions" -}}
{{- include "service.contradictions.forms" . -}}
{{- include "service.contradictions.together" . -}}
{{- include "service.contradictions.told" . -}}
{{- include "service.contradictions.resources" . -}}
{{- include "service.contradictions.pods" . -}}
{{- end -}}

{{/* Values in the wrong form. The operator's own Secrets cannot be checked here. */}}
{{- define "service.contradictions.forms" -}}
{{- $name := include "service.name" . -}}
{{- $sources := include "service.sources" . | fromJson -}}
{{- $given := merge dict $sources.plain $sources.inline -}}
{{- range $setting, $form := .Values.forms -}}
  {{- with index $given $setting -}}
    {{- if not (regexMatch $form.like .) }}
{{ $name }}: {{ $setting }} is not valid for {{ $name }}. Use {{ $form.says }}.
    {{- end -}}
  {{- end -}}
{{- end -}}
{{- end -}}

{{/* Settings that need others. */}}
{{- define "service.contradictions.together" -}}
{{- $name := include "service.name" . -}}
{{- $sources := include "service.sources" . | fromJson -}}
{{- $given := merge dict $sources.plain $sources.inline $sources.keys -}}
{{- if not .Values.bindings -}}
  {{- range $rule := .Values.together -}}
    {{- $value := index $given $rule.when -}}
    {{- if and (kindIs "string" $value) (regexMatch $rule.like $value) -}}
      {{- $met := false -}}{{- $ways := list -}}
      {{- range $way := $rule.need -}}
        {{- $all := true -}}
        {{- range $way }}{{ if not (index $given .) }}{{ $all = false }}{{ end }}{{ end -}}
        {{- if $all }}{{ $met = true }}{{ end -}}
        {{- $ways = append $ways (join " and " $way) -}}
      {{- end -}}
      {{- if not $met }}
{{ $name }}: {{ $rule.when }} needs {{ join ", or " $ways }}: {{ $rule.why }}. Set secrets with {{ $name }}.existingSecret and {{ $name }}.secretKeys, others in {{ $name }}.settings.
      {{- end -}}
    {{- end -}}
  {{- end -}}
{{- end -}}
{{- end -}}

{{/* Values that are set twice, or that the chart sets itself. */}}
{{- define "service.contradictions.told" -}}
{{- $name := include "service.name" . -}}
{{- $by := dict "OUTLAY_PORT" (printf "%s.port" $name) "OUTLAY_MANAGEMENT_PORT" (printf "%s.managementPort" $name) "OUTLAY_HOST" (printf "%s.listen" $name) "OUTLAY_URL" "global.url" "OUTLAY_INSTANCE" "" "OUTLAY_PROCESS" "" -}}
{{- if .Values.persistence.enabled }}{{ $_ := set $by "OUTLAY_DATA" (printf "%s.persistence.path" $name) }}{{ end -}}
{{- range $setting := keys (.Values.settings | default dict) | sortAlpha -}}
  {{- if hasKey $by $setting }}
{{ $name }}: {{ $setting }} is set by the chart{{ with get $by $setting }}. Set {{ . }} instead, and{{ else }}:{{ end }} remove {{ $name }}.settings.{{ $setting }}.
  {{- end -}}
{{- end -}}
{{- $levels := dict $name .Values -}}
{{- if eq .Chart.Name "service" }}{{ $_ := set $levels "global" .Values.global }}{{ end -}}
{{- range $level, $values := $levels -}}
  {{- if $values.existingSecret -}}
    {{- range $setting, $key := $values.secretKeys }}{{ if and $key (get ($values.secrets | default dict) $setting) }}
{{ $level }}: {{ $setting }} is set twice, in {{ $level }}.secrets and by {{ $level }}.existingSecret. Remove one of them.
    {{- end }}{{ end -}}
    {{- if not $values.secretKeys }}
{{ $level }}: {{ $level }}.existingSecret names a Secret, but not which keys contain which settings. Set {{ $level }}.secretKeys.
    {{- end -}}
  {{- end -}}
{{- end -}}
{{- if and .Values.image.tag .Values.image.digest }}
{{ $name }}: {{ $name }}.image.tag and {{ $name }}.image.digest are both set, but only one image can be used. Remove one of them.
{{- end -}}
{{- range $volume := .Values.extraVolumeMounts -}}
  {{- $there := false -}}
  {{- range $.Values.extraVolumes }}{{ if eq .name $volume.name }}{{ $there = true }}{{ end }}{{ end -}}
  {{- if not $there }}
{{ $name }}: {{ $name }}.extraVolumeMounts mounts {{ $volume.name }}, which is not in {{ $name }}.extraVolumes. Add it there.
  {{- end -}}
{{- end -}}
{{- end -}}

{{/* A quantity as a number: CPU in thousandths, memory in Mi. */}}
{{- define "service.quantity" -}}
{{- $text := include "service.text" . -}}
{{- if hasSuffix "m" $text }}{{ trimSuffix "m" $text }}{{ else if hasSuffix "Mi" $text }}{{ trimSuffix "Mi" $text -}}
{{- else if hasSuffix "Gi" $text }}{{ mul 1024 (trimSuffix "Gi" $text | int) }}{{ else if hasSuffix "Ti" $text }}{{ mul 1048576 (trimSuffix "Ti" $text | int) -}}
{{- else }}{{ mulf 1000 (float64 $text) }}{{ end -}}
{{- end -}}

{{- define "service.contradictions.resources" -}}
{{- $name := include "service.name" . -}}
{{- range $part := list "serve" "work" "migrate" -}}
  {{- $is := get $.Values $part -}}
  {{- $limits := $is.resources.limits | default dict -}}
  {{- range $what, $asked := $is.resources.requests -}}
    {{- with get $limits $what -}}
      {{- if and $is.enabled (gt (include "service.quantity" $asked | float64) (include "service.quantity" . | float64)) }}
{{ $name }}: {{ $part }} requests {{ $asked }} of {{ $what }} but is limited to {{ . }}. Set {{ $name }}.{{ $part }}.resources.requests.{{ $what }} to less, or limits.{{ $what }} to more.
      {{- end -}}
    {{- end -}}
  {{- end -}}
{{- end -}}
{{- end -}}

{{- define "service.contradictions.pods" -}}
{{- $name := include "service.name" . -}}
{{- if eq (int .Values.managementPort) (int .Values.port) }}
{{ $name }}: {{ $name }}.managementPort is {{ .Values.managementPort }}, the same as {{ $name }}.port, which is public. Set it to another port.
{{- end -}}
{{- if and .Values.global.monitoring.enabled (has "OUTLAY_MANAGEMENT_PORT" .Values.reads) (not (int .Values.managementPort)) }}
{{ $name }}: Prometheus should read its metrics (global.monitoring.enabled), but no port serves them. Set {{ $name }}.managementPort, for example to 9000.
{{- end -}}
{{- $context := merge dict (.Values.securityContext | default dict) (.Values.podSecurityContext | default dict) -}}
{{- if and $context.runAsNonRoot (eq (toString $context.runAsUser) "0") }}
{{ $name }}: runAsUser is 0, which is root, and runAsNonRoot is true, so no pod would start. The images run as 10001: keep {{ $name }}.podSecurityContext.runAsUser at that.
{{- end -}}
{{- range $part := list "serve" "work" -}}
  {{- $is := get $.Values $part -}}
  {{- $least := include "service.least" (dict "is" $is) | int -}}
  {{- if and $.Values.pdb.enabled $is.enabled (gt $least 1) (include "service.allAway" (dict "away" $.Values.pdb.maxUnavailable "of" $least)) }}
{{ $name }}: {{ $name }}.pdb.maxUnavailable is {{ $.Values.pdb.maxUnavailable }}, so all {{ $least }} pods of {{ $part }} could be stopped at once. Set it to less.
  {{- end -}}
{{- end -}}
{{- if and .Values.work.queues (not .Values.work.enabled) }}
{{ $name }}: nothing would handle the events in {{ .Values.work.queues | join ", " }}. Set {{ $name }}.work.enabled to true.
{{- end -}}
{{- end -}}

{{/* The lowest number of pods of a part. */}}
{{- define "service.least" -}}
{{- if and .is.keda .is.keda.enabled }}{{ .is.keda.min }}{{ else if .is.autoscaling.enabled }}{{ .is.autoscaling.min }}{{ else if kindIs "invalid" .is.replicas }}1{{ else }}{{ .is.replicas }}{{ end -}}
{{- end -}}

{{/* Whether a number or percentage is all of them: "yes" or nothing. */}}
{{- define "service.allAway" -}}
{{- $text := include "service.text" .away -}}
{{- if hasSuffix "%" $text }}{{ if ge (trimSuffix "%" $text | int) 100 }}yes{{ end }}{{ else if ge ($text | int) .of }}yes{{ end -}}
{{- end -}}
