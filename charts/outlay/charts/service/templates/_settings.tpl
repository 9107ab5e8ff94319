{{/* A scalar as text; whole numbers without an exponent. */}}
{{- define "service.text" -}}
{{- if kindIs "float64" . }}{{ if eq (floor .) . }}{{ int64 . }}{{ else }}{{ . }}{{ end }}{{ else }}{{ toString . }}{{ end -}}
{{- end -}}

{{/*
Where each setting comes from, as JSON: plain (name to text), inline (name to secret text), keys (name to Secret and key).
What the service says itself goes before what is global.
*/}}
{{- define "service.sources" -}}
{{- $root := . -}}
{{- $reads := .Values.reads -}}
{{- $plain := dict -}}{{- $inline := dict -}}{{- $keys := dict -}}
{{- if .Values.global.url }}{{ $_ := set $plain "OUTLAY_URL" (trimSuffix "/" .Values.global.url) }}{{ end -}}
{{- range $level := list .Values.global .Values -}}
  {{- range $name, $value := $level.settings -}}
    {{- if not (kindIs "invalid" $value) }}
      {{- $_ := set $plain $name (tpl (include "service.text" $value) $root) -}}
      {{- $_ := unset $inline $name }}{{ $_ := unset $keys $name -}}
    {{- end -}}
  {{- end -}}
  {{- range $name, $value := $level.secrets -}}
    {{- if $value -}}
      {{- $_ := set $inline $name (include "service.text" $value) -}}
      {{- $_ := unset $plain $name }}{{ $_ := unset $keys $name -}}
    {{- end -}}
  {{- end -}}
  {{- with $level.existingSecret -}}
    {{- $secret := tpl . $root -}}
    {{- range $name, $key := $level.secretKeys -}}
      {{- if $key -}}
        {{- $_ := set $keys $name (dict "secret" $secret "key" $key) -}}
        {{- $_ := unset $plain $name }}{{ $_ := unset $inline $name -}}
      {{- end -}}
    {{- end -}}
  {{- end -}}
{{- end -}}
{{- if $reads -}}
  {{- range $some := list $plain $inline $keys -}}
    {{- range $name := keys $some }}{{ if not (has $name $reads) }}{{ $_ := unset $some $name }}{{ end }}{{ end -}}
  {{- end -}}
{{- end -}}
{{- $_ := set $plain "OUTLAY_HOST" .Values.listen -}}
{{- $_ := set $plain "OUTLAY_PORT" (toString .Values.port) -}}
{{- with int .Values.managementPort }}{{ $_ := set $plain "OUTLAY_MANAGEMENT_PORT" (toString .) }}{{ end -}}
{{- if .Values.bindings }}{{ $_ := set $plain "SERVICE_BINDING_ROOT" "/run/outlay/bindings" }}{{ end -}}
{{- if .Values.persistence.enabled }}{{ if has "OUTLAY_DATA" $reads }}{{ $_ := set $plain "OUTLAY_DATA" .Values.persistence.path }}{{ end }}
{{- else if and (has "OUTLAY_DATA" $reads) (not $plain.OUTLAY_DATA) }}{{ $_ := set $plain "OUTLAY_DATA" "/tmp/outlay" }}{{ end -}}
{{- dict "plain" $plain "inline" $inline "keys" $keys | toJson -}}
{{- end -}}

{{/* The variables of a container: what is plain comes from the ConfigMap, what is secret from files. */}}
{{- define "service.env" -}}
{{- $sources := include "service.sources" .root | fromJson -}}
{{- if and (ne .part "migrate") (or (not .root.Values.reads) (has "OUTLAY_INSTANCE" .root.Values.reads)) }}
- name: OUTLAY_INSTANCE
  valueFrom: {fieldRef: {fieldPath: metadata.name}}
{{- end }}
{{- if or (not .root.Values.reads) (has "OUTLAY_PROCESS" .root.Values.reads) }}
- name: OUTLAY_PROCESS
  value: {{ .part }}
{{- end }}
{{- range $name := concat (keys $sources.inline) (keys $sources.keys) | sortAlpha }}
- name: {{ $name }}_FILE
  value: /run/outlay/secrets/{{ $name }}
{{- end }}
{{- end -}}

{{/* The volume of secret files; `own` is the name of the chart's Secret for what was given in values. */}}
{{- define "service.secretVolume" -}}
{{- $sources := include "service.sources" .root | fromJson -}}
{{- if or $sources.inline $sources.keys }}
- name: secrets
  projected:
    defaultMode: 0440
    sources:
      {{- if $sources.inline }}
      - secret:
          name: {{ .own }}
          items:
            {{- range $name := keys $sources.inline | sortAlpha }}
            - {key: {{ $name }}, path: {{ $name }}}
            {{- end }}
      {{- end }}
      {{- $secrets := dict -}}
      {{- range $name, $at := $sources.keys }}
        {{- $_ := set $secrets $at.secret (append (get $secrets $at.secret | default list) (dict "key" $at.key "path" $name)) }}
      {{- end }}
      {{- range $secret := keys $secrets | sortAlpha }}
      - secret:
          name: {{ $secret }}
          items:
            {{- range get $secrets $secret }}
            - {key: {{ .key | quote }}, path: {{ .path }}}
            {{- end }}
      {{- end }}
{{- end }}
{{- end -}}
