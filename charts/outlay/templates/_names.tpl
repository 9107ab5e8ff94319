{{/* Where browsers come in: the Service behind Ingress and HTTPRoute. */}}
{{- define "outlay.entrance" -}}
{{ include "service.release" . }}-{{ ternary "home" "gateway" (eq .Values.global.mode "home") }}
{{- end -}}

{{- define "outlay.labels" -}}
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/part-of: outlay
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
app.kubernetes.io/version: {{ .root.Values.global.image.tag | default "unknown" | quote }}
helm.sh/chart: {{ printf "outlay-%s" .root.Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "outlay.host" -}}
{{ (urlParse .Values.global.url).hostname }}
{{- end -}}
