{{/* Contradictions between values of several services, one sentence per line. */}}
{{- define "outlay.contradictions" -}}
{{- include "outlay.contradictions.global" . -}}
{{- include "outlay.contradictions.entrance" . -}}
{{- range $name, $service := omit .Subcharts "behindIngress" "behindRoute" -}}
  {{- if include "service.on" $service -}}
    {{- include "outlay.contradictions.neighbours" (dict "root" $ "name" $name "service" $service) -}}
    {{- include "outlay.contradictions.stores" (dict "root" $ "name" $name "service" $service) -}}
  {{- end -}}
{{- end -}}
{{- end -}}

{{- define "outlay.contradictions.global" -}}
{{- $global := .Values.global -}}
{{- if $global.existingSecret -}}
  {{- range $setting, $key := $global.secretKeys }}{{ if and $key (get ($global.secrets | default dict) $setting) }}
global: {{ $setting }} is set twice, in global.secrets and by global.existingSecret. Remove one of them.
  {{- end }}{{ end -}}
{{- end -}}
{{- if and (eq $global.mode "home") (not .Values.home.enabled) }}
global.mode is home, but home.enabled is false, so nothing would be installed. Set home.enabled to true, or global.mode to services.
{{- end -}}
{{- range $name := list "assistant" "gateway" "home" -}}
  {{- $is := index $.Values $name -}}
  {{- range $part := list "work" "migrate" }}{{ if and (include "service.on" (index $.Subcharts $name)) (get $is $part).enabled }}
{{ $name }}: it has no {{ $part }} process. Set {{ $name }}.{{ $part }}.enabled to false.
  {{- end }}{{ end -}}
{{- end -}}
{{- end -}}

{{- define "outlay.contradictions.entrance" -}}
{{- $host := include "outlay.host" . | trim -}}
{{- if and .Values.global.url (or .Values.ingress.enabled .Values.route.enabled) -}}
  {{- if regexMatch "^([0-9.]+|.*:.*)$" $host }}
global.url names {{ $host }}, but an Ingress or HTTPRoute needs a name. Set global.url to one, such as https://outlay.example.com.
  {{- else if not (regexMatch "^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$" $host) }}
global.url names {{ $host }}, which is not a valid host of an Ingress or HTTPRoute: lower-case letters, digits, dots and hyphens. Set global.url to something like https://outlay.example.com.
  {{- end -}}
{{- end -}}
{{- end -}}

{{/* The services that a service uses are installed, on the port that it uses. */}}
{{- define "outlay.contradictions.neighbours" -}}
{{- $root := .root -}}{{- $name := .name -}}
{{- range $setting, $value := (include "service.sources" .service | fromJson).plain -}}
  {{- range $other, $asked := omit $root.Subcharts "behindIngress" "behindRoute" -}}
    {{- $at := printf "http://%s" (include "service.fullname" $asked) -}}
    {{- if or (eq $value $at) (hasPrefix (printf "%s:" $at) $value) -}}
      {{- if or (not (include "service.on" $asked)) (not $asked.Values.serve.enabled) }}
{{ $name }}: it asks {{ $other }} at {{ $value }}, but {{ $other }} is not part of the release. Set {{ $other }}.enabled and {{ $other }}.serve.enabled to true, or {{ $name }}.settings.{{ $setting }} to where it is.
      {{- else if ne $value (printf "%s:%d" $at (int $asked.Values.port)) }}
{{ $name }}: it asks {{ $other }} at {{ $value }}, but {{ $other }} listens on {{ $asked.Values.port }}. Set {{ $name }}.settings.{{ $setting }} to {{ $at }}:{{ $asked.Values.port }}.
      {{- end -}}
    {{- end -}}
  {{- end -}}
{{- end -}}
{{- $services := omit $root.Subcharts "behindIngress" "behindRoute" -}}
{{- $known := concat (keys $services) (keys $root.Values.global.network.outside) (list "smoke/test") -}}
{{- range $name := keys $services }}{{ $known = concat $known (list (printf "%s/serve" $name) (printf "%s/work" $name)) }}{{ end -}}
{{- range $part := list "serve" "work" "migrate" -}}
  {{- $is := get $.service.Values $part -}}
  {{- range $side := list "from" "to" }}{{ range $who := get $is $side | default list }}{{ if not (has $who $known) }}
{{ $name }}: {{ $name }}.{{ $part }}.{{ $side }} names {{ $who }}, which is neither a service nor in global.network.outside. Known are {{ $known | sortAlpha | join ", " }}.
  {{- end }}{{ end }}{{ end -}}
{{- end -}}
{{- if and $root.Values.global.network.enabled (ne (int .service.Values.port) (int $root.Values.gateway.port)) (ne $name "home") }}
{{ $name }}: it listens on {{ .service.Values.port }}, the gateway on {{ $root.Values.gateway.port }}, but NetworkPolicies open one port for all. Set {{ $name }}.port to {{ $root.Values.gateway.port }}.
{{- end -}}
{{- end -}}

{{/* Stores of the release that are used are on, and exist in time. */}}
{{- define "outlay.contradictions.stores" -}}
{{- $root := .root -}}{{- $name := .name -}}
{{- $sources := include "service.sources" .service | fromJson -}}
{{- $made := printf "%s-dev" (include "service.release" $root) -}}
{{- $of := dict "OUTLAY_BUS" "rabbitmq" "AUTH_STORE" "couchdb" "EXPENSES_DB" "mariadb" "BUDGETS_DB" "mariadb" "NOTIFIER_DB" "mariadb" "COS_ACCESS_KEY" "s3" -}}
{{- range $setting, $store := $of -}}
  {{- if eq (dig $setting "secret" "" $sources.keys) $made -}}
    {{- if not (get $root.Values.dev $store).enabled }}
{{ $name }}: {{ $setting }} comes from the Secret {{ $made }}, so it refers to the {{ $store }} of the release, which is off. Set dev.{{ $store }}.enabled to true, or use your own Secret.
    {{- else if eq (include "service.migrates" $.service) "hook" }}
{{ $name }}: {{ $setting }} refers to the {{ $store }} of the release, which does not exist yet when a hook runs. Set global.migrate to pods.
    {{- end -}}
  {{- end -}}
{{- end -}}
{{- range $setting, $value := $sources.plain }}{{ range $store, $is := $root.Values.dev -}}
  {{- if and (not $is.enabled) (regexMatch (printf "//([^/]*@)?%s-%s(:|/|$)" (include "service.release" $root) $store) $value) }}
{{ $name }}: {{ $setting }} refers to the {{ $store }} of the release, which is off. Set dev.{{ $store }}.enabled to true, or {{ $name }}.settings.{{ $setting }} to another server.
  {{- end -}}
{{- end }}{{ end -}}
{{- end -}}
