{{/* Whether any store comes with the release: "yes" or nothing. */}}
{{- define "outlay.dev" -}}
{{- range .Values.dev }}{{ if .enabled }}yes{{ end }}{{ end -}}
{{- end -}}

{{- define "outlay.dev.selector" -}}
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: store
{{- end -}}

{{/*
A small server of one pod with its volume, for trying things. Given: root, name, uid, ports (name to number), data (a path), container
(what else the container has, as YAML), volumes, from (the services that speak to it).
*/}}
{{- define "outlay.dev.store" -}}
{{- $is := get .root.Values.dev .name -}}
{{- if $is.enabled }}
{{- $name := printf "%s-%s" (include "service.release" .root) .name }}
---
apiVersion: v1
kind: Service
metadata:
  name: {{ $name }}
  labels: {{- include "outlay.labels" (dict "root" .root "name" .name) | nindent 4 }}
spec:
  selector: {{- include "outlay.dev.selector" . | nindent 4 }}
  ports:
    {{- range $port, $number := .ports }}
    - {name: {{ $port }}, port: {{ $number }}, targetPort: {{ $port }}, protocol: TCP}
    {{- end }}
---
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: {{ $name }}
  labels: {{- include "outlay.labels" (dict "root" .root "name" .name) | nindent 4 }}
spec:
  replicas: 1
  serviceName: {{ $name }}
  selector:
    matchLabels: {{- include "outlay.dev.selector" . | nindent 6 }}
  template:
    metadata:
      labels: {{- include "outlay.dev.selector" . | nindent 8 }}
    spec:
      automountServiceAccountToken: false
      enableServiceLinks: false
      # The official images write into themselves when they start, so their root is not read-only.
      securityContext:
        runAsNonRoot: true
        runAsUser: {{ .uid }}
        runAsGroup: {{ .uid }}
        fsGroup: {{ .uid }}
        fsGroupChangePolicy: OnRootMismatch
        seccompProfile: {type: RuntimeDefault}
      terminationGracePeriodSeconds: 30
      containers:
        - name: {{ .name }}
          image: {{ $is.image | quote }}
          {{- .container | nindent 10 }}
          ports:
            {{- range $port, $number := .ports }}
            - {name: {{ $port }}, containerPort: {{ $number }}, protocol: TCP}
            {{- end }}
          securityContext:
            allowPrivilegeEscalation: false
            capabilities: {drop: [ALL]}
          resources: {{- toYaml $is.resources | nindent 12 }}
          volumeMounts:
            - {name: data, mountPath: {{ .data }}}
            {{- with .mounts }}
            {{- . | nindent 12 }}
            {{- end }}
      {{- with .volumes }}
      volumes: {{- . | nindent 8 }}
      {{- end }}
  volumeClaimTemplates:
    - metadata:
        name: data
        labels: {{- include "outlay.dev.selector" . | nindent 10 }}
      spec:
        accessModes: [ReadWriteOnce]
        resources: {requests: {storage: {{ $is.storage }}}}
{{- if .root.Values.global.network.enabled }}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ $name }}
  labels: {{- include "outlay.labels" (dict "root" .root "name" .name) | nindent 4 }}
spec:
  podSelector:
    matchLabels: {{- include "outlay.dev.selector" . | nindent 6 }}
  policyTypes: [Ingress, Egress]
  ingress:
    - from:
        - podSelector:
            matchLabels: {app.kubernetes.io/instance: {{ .root.Release.Name }}}
            matchExpressions:
              - {key: app.kubernetes.io/name, operator: In, values: [{{ .from | join ", " }}]}
      ports:
        {{- range $port, $_ := .ports }}
        - {port: {{ $port }}, protocol: TCP}
        {{- end }}
  egress: []
{{- end }}
{{- end }}
{{- end -}}
