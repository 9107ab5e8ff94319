{{/* One sentence per line for each invalid value, or nothing. The suite's chart collects them from every service. */}}
{{- define "service.problems" -}}
{{- if include "service.on" . -}}
{{- include "service.problems.settings" . -}}
{{- include "service.problems.image" . -}}
{{- include "service.problems.pods" . -}}
{{- include "service.contradictions" . -}}
{{- include "service.problems.secrets" . -}}
{{- end -}}
{{- end -}}

{{/* Whether named Secrets exist. Only checked in a real installation; `helm template` sees no cluster. */}}
{{- define "service.problems.secrets" -}}
{{- $here := .Release.Namespace -}}
{{- if and .Values.global.checkSecrets (lookup "v1" "ServiceAccount" $here "default") -}}
  {{- $name := include "service.name" . -}}
  {{- $secrets := dict -}}
  {{- range $setting, $at := (include "service.sources" . | fromJson).keys -}}
    {{- $_ := set $secrets $at.secret (append (get $secrets $at.secret | default list) $at.key) -}}
  {{- end -}}
  {{/* The Secret that the suite's chart creates may lack what this version adds. */}}
  {{- range $secret, $keys := omit $secrets (printf "%s-dev" (include "service.release" .)) -}}
    {{- $there := lookup "v1" "Secret" $here $secret -}}
    {{- if $there -}}
      {{- range $key := $keys }}{{ if not (hasKey ($there.data | default dict) $key) }}
{{ $name }}: the Secret {{ $secret }} has no key {{ $key }}; it has {{ keys ($there.data | default dict) | sortAlpha | join ", " }}. Add it, or name another key in secretKeys.
      {{- end }}{{ end -}}
    {{- else }}
{{ $name }}: the namespace {{ $here }} has no Secret {{ $secret }}. Create it with the keys {{ $keys | sortAlpha | join ", " }}, or set global.checkSecrets=false if it will be created later.
    {{- end -}}
  {{- end -}}
{{- end -}}
{{- end -}}

{{- define "service.problems.settings" -}}
{{- $name := include "service.name" . -}}
{{- $sources := include "service.sources" . | fromJson -}}
{{- $given := merge dict $sources.plain $sources.inline $sources.keys -}}
{{- if not .Values.bindings -}}
  {{- range $setting, $hint := .Values.required -}}
    {{- if not (index $given $setting) }}
{{ $name }}: {{ $setting }} is missing ({{ $hint }}). Set {{ $name }}.existingSecret and {{ $name }}.secretKeys.{{ $setting }}, or the same below global for all services. For a trial: {{ $name }}.secrets.{{ $setting }}.
    {{- end -}}
  {{- end -}}
{{- end -}}
{{- $settings := .Values.settings | default dict -}}{{- $secrets := .Values.secrets | default dict -}}{{- $keys := .Values.secretKeys | default dict -}}
{{- range $setting := concat (keys $settings) (keys $secrets) (keys $keys) | uniq | sortAlpha -}}
  {{- if and $.Values.reads (not (has $setting $.Values.reads)) }}
{{ $name }}: {{ $setting }} is not a setting of {{ $name }}. It has {{ $.Values.reads | sortAlpha | join ", " }}.
  {{- end -}}
{{- end -}}
{{- range $setting := keys $settings | sortAlpha -}}
  {{- if or (get $secrets $setting) (and $.Values.existingSecret (get $keys $setting)) }}
{{ $name }}: {{ $setting }} is set twice, in clear and as a secret. Remove {{ $name }}.settings.{{ $setting }}.
  {{- end -}}
{{- end -}}
{{- if and $keys (not .Values.existingSecret) }}
{{ $name }}: {{ $name }}.secretKeys names keys of a Secret, but no Secret is named. Set {{ $name }}.existingSecret.
{{- end -}}
{{- range $setting, $value := $sources.plain -}}
  {{- if regexMatch "://[^/@]*:[^/@]+@" $value }}
{{ $name }}: {{ $setting }} contains a password, but settings are kept in a ConfigMap. Move it to a Secret: {{ $name }}.existingSecret and {{ $name }}.secretKeys.{{ $setting }}.
  {{- else if regexMatch "(_API_?KEY|_PASSWORD|_ACCESS_KEY|_SECRET_KEY|DATA_KEY|GATEWAY_KEY)$" $setting }}
{{ $name }}: {{ $setting }} is a secret, but settings are kept in a ConfigMap. Move it to {{ $name }}.existingSecret and {{ $name }}.secretKeys.{{ $setting }}.
  {{- end -}}
{{- end -}}
{{- with index $given "OUTLAY_DATA_KEY" -}}
  {{- if and (kindIs "string" .) (not (regexMatch "^([0-9a-fA-F]{64}\\b|wrapped:|#)" .)) }}
{{ $name }}: OUTLAY_DATA_KEY must be 64 hex digits. Create one with: openssl rand -hex 32
  {{- end -}}
{{- end -}}
{{- end -}}

{{- define "service.problems.image" -}}
{{- $name := include "service.name" . -}}
{{- $tag := .Values.image.tag | default .Values.global.image.tag -}}
{{- $registry := .Values.image.registry | default .Values.global.image.registry -}}
{{- if regexMatch "://|\\s" $registry }}
{{ $name }}: the registry {{ $registry }} cannot be the start of an image's name. Set global.image.registry to something like icr.io/my-namespace.
{{- end -}}
{{- if and $tag (not (regexMatch "^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$" $tag)) }}
{{ $name }}: the tag {{ $tag | quote }} is not valid. Set global.image.tag to a version such as 1.2.0.
{{- end -}}
{{- if not .Values.image.repository }}
{{ $name }}: {{ $name }}.image.repository is missing.
{{- end -}}
{{- if and (not $tag) (not .Values.image.digest) }}
{{ $name }}: the version of the image is missing. Set global.image.tag, or {{ $name }}.image.tag.
{{- else if eq $tag "latest" }}
{{ $name }}: the tag latest may mean a different image every day, without a way back. Set global.image.tag to a version.
{{- end -}}
{{- end -}}

{{- define "service.problems.pods" -}}
{{- $name := include "service.name" . -}}
{{- $sources := include "service.sources" . | fromJson -}}
{{- range $part := list "serve" "work" -}}
  {{- $is := get $.Values $part -}}
  {{- if and $is.enabled $is.autoscaling.enabled (lt (int $is.autoscaling.max) (int $is.autoscaling.min)) }}
{{ $name }}: {{ $name }}.{{ $part }}.autoscaling.max is less than min. Set max to {{ $is.autoscaling.min }} or more.
  {{- end -}}
{{- end -}}
{{- if and .Values.work.enabled .Values.work.autoscaling.enabled .Values.work.keda.enabled }}
{{ $name }}: work would be scaled by CPU and by its queues at once. Set {{ $name }}.work.autoscaling.enabled or {{ $name }}.work.keda.enabled to false.
{{- end -}}
{{- if and .Values.work.enabled .Values.work.keda.enabled -}}
  {{- if not .Values.work.queues }}
{{ $name }}: work should be scaled by its queues, but {{ $name }}.work.queues names none.
  {{- end -}}
  {{- if lt (int .Values.work.keda.max) (int .Values.work.keda.min) }}
{{ $name }}: {{ $name }}.work.keda.max is less than min. Set max to {{ .Values.work.keda.min }} or more.
  {{- end -}}
{{- end -}}
{{/* preStop, then how long the process keeps answering, then how long it needs to stop. */}}
{{- $grace := add (int .Values.drainSeconds) (int ($sources.plain.OUTLAY_LEAVE_SECONDS | default "2")) 9 -}}
{{- if lt (int .Values.graceSeconds) (int $grace) }}
{{ $name }}: a pod would be killed while it is still answering. Set {{ $name }}.graceSeconds to {{ $grace }} or more, or {{ $name }}.drainSeconds or OUTLAY_LEAVE_SECONDS to less.
{{- end -}}
{{- include "service.problems.memory" . -}}
{{- $pods := include "service.pods" . | int -}}
{{- range $setting, $value := $sources.plain -}}
  {{- if regexMatch "^(sqlite|file):" $value -}}
    {{- if not $.Values.persistence.enabled }}
{{ $name }}: {{ $setting }} stores data in a file that disappears with the pod. Use a server, or install with global.mode=home.
    {{- else if gt $pods 1 }}
{{ $name }}: {{ $setting }} is an embedded store for a single pod, but {{ $pods }} are requested. Use a server, or set {{ $name }}.serve.replicas to 1 and {{ $name }}.work.enabled to false.
    {{- end -}}
  {{- end -}}
{{- end -}}
{{- if and (has "OUTLAY_DATA" .Values.reads) (not .Values.persistence.enabled) -}}
  {{- $kept := list -}}
  {{- range list "AUTH_STORE" "EXPENSES_DB" "BUDGETS_DB" "NOTIFIER_DB" "RECEIPTS" "OUTLAY_BUS" "OUTLAY_DATA_KEY" -}}
    {{- if not (include "service.given" (dict "root" $ "setting" .)) }}{{ $kept = append $kept . }}{{ end -}}
  {{- end -}}
  {{- if and $kept (not .Values.bindings) }}
{{ $name }}: it has no volume, and {{ $kept | join ", " }} are not set, so their data would disappear with the pod. Set {{ $name }}.persistence.enabled to true, or all of them.
  {{- end -}}
{{- end -}}
{{- if .Values.persistence.enabled -}}
  {{- if gt $pods 1 }}
{{ $name }}: its data is on one volume for a single pod, but {{ $pods }} are requested. Set {{ $name }}.serve.replicas to 1; for more, install with global.mode=services.
  {{- end -}}
  {{- if ne .Values.serve.strategy "Recreate" }}
{{ $name }}: its data is on one volume, so a new pod cannot start while the old one runs. Set {{ $name }}.serve.strategy to Recreate.
  {{- end -}}
{{- end -}}
{{- end -}}

{{/* A decoder that exceeds the pod's memory ends the whole container. */}}
{{- define "service.problems.memory" -}}
{{- $name := include "service.name" . -}}
{{- $limit := dig "limits" "memory" "" .Values.serve.resources -}}
{{- if and .Values.serve.enabled $limit (has "RECEIPTS_MEMORY" .Values.reads) -}}
  {{- $receipts := (include "service.sources" . | fromJson).plain.RECEIPTS_MEMORY | default "1024" | int -}}
  {{- $units := dict "Mi" 1 "Gi" 1024 "Ti" 1048576 -}}
  {{- $has := mul (regexFind "^[0-9]+" $limit | int) (get $units (regexFind "[A-Z]i$" $limit) | int) -}}
  {{- $needs := add (mul 2 $receipts) 384 -}}
  {{- if lt $has $needs }}
{{ $name }}: two receipts are opened at a time, each with RECEIPTS_MEMORY={{ $receipts }} MB, and the service needs another 384 MB, but its pod may use {{ $limit }}. Set {{ $name }}.serve.resources.limits.memory to {{ $needs }}Mi or more, or {{ $name }}.settings.RECEIPTS_MEMORY to less.
  {{- end -}}
{{- end -}}
{{- end -}}

{{/* The highest number of pods. */}}
{{- define "service.pods" -}}
{{- $pods := 0 -}}
{{- range $part := list .Values.serve .Values.work -}}
  {{- if $part.enabled -}}
    {{- $most := $part.replicas | default 1 -}}
    {{- if $part.autoscaling.enabled }}{{ $most = $part.autoscaling.max }}{{ end -}}
    {{- if and $part.keda $part.keda.enabled }}{{ $most = $part.keda.max }}{{ end -}}
    {{- $pods = add $pods (int $most) -}}
  {{- end -}}
{{- end -}}
{{ $pods }}
{{- end -}}
