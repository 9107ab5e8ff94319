{{/* Invalid values beyond a single service. */}}
{{- define "outlay.problems" -}}
{{- $url := .Values.global.url -}}
{{- if not $url }}
global.url is missing: the address in people's browsers. Set it to something like https://outlay.example.com.
{{- else if not (regexMatch "^https?://[^/?#@]+/?$" $url) }}
global.url is {{ $url }}, which is not the address of a site. Set it to something like https://outlay.example.com, without a path.
{{- end -}}
{{- range $setting := concat (keys (.Values.global.settings | default dict)) (keys (.Values.global.secrets | default dict)) (keys (.Values.global.secretKeys | default dict)) | uniq | sortAlpha -}}
  {{- $read := false -}}
  {{- range $name := list "auth" "expenses" "budgets" "notifier" "assistant" "gateway" "home" -}}
    {{- if has $setting (index $.Values $name).reads }}{{ $read = true }}{{ end -}}
  {{- end -}}
  {{- if not $read }}
global: {{ $setting }} is not a setting of any service. Check the spelling; the README of each service lists its settings.
  {{- end -}}
{{- end -}}
{{- include "outlay.contradictions" . -}}
{{- if hasKey (.Values.global.settings | default dict) "OUTLAY_URL" }}
global.settings.OUTLAY_URL: set global.url instead, which also sets the host of the Ingress.
{{- end -}}
{{- if and (eq .Values.global.mode "services") (not .Values.global.existingSecret) (not (include "service.given" (dict "root" .Subcharts.gateway "setting" "OUTLAY_BUS"))) }}
global: no Secret is named. Create one with OUTLAY_DATA_KEY, OUTLAY_GATEWAY_KEY and OUTLAY_BUS and set global.existingSecret:
  kubectl create secret generic outlay --from-literal=OUTLAY_DATA_KEY=$(openssl rand -hex 32) --from-literal=OUTLAY_GATEWAY_KEY=$(openssl rand -hex 32) --from-literal=OUTLAY_BUS=amqps://<user>:<password>@<host>/
{{- end -}}
{{- if and .Values.route.enabled (not .Values.route.parentRefs) }}
route.parentRefs is empty, so no Gateway would use the HTTPRoute. Set it to something like [{name: public, namespace: gateways}].
{{- end -}}
{{- if and .Values.ingress.enabled .Values.ingress.tlsSecret (hasPrefix "http:" $url) }}
ingress.tlsSecret has a certificate, but global.url starts with http:, so cookies would not be restricted to TLS. Set global.url to https://...
{{- end -}}
{{- end -}}
