{{/* The spec of a pod. Given: root, part (serve, work, migrate), config and secret (the names of the chart's own). */}}
{{- define "service.pod" -}}
{{- $values := .root.Values -}}
{{- $part := get $values .part -}}
{{- $job := eq .part "migrate" -}}
serviceAccountName: {{ ternary "default" (include "service.account" .root) $job }}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with $values.global.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
securityContext: {{- toYaml $values.podSecurityContext | nindent 2 }}
{{- with $values.priorityClassName | default $values.global.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- if $job }}
# With OnFailure the pod and its log would disappear.
restartPolicy: Never
{{- else }}
terminationGracePeriodSeconds: {{ $values.graceSeconds }}
{{- end }}
{{- if and (not $job) (eq (include "service.migrates" .root) "pods") }}
initContainers:
  # Waits for a store that comes up with this release; settings that are wrong end it at once.
  - name: migrate
    {{- include "service.container" (dict "root" .root "part" "migrate" "config" .config "waits" true) | nindent 4 }}
{{- end }}
containers:
  - name: {{ .part }}
    {{- include "service.container" . | nindent 4 }}
    {{- if not $job }}
    {{- if eq .part "serve" }}
    lifecycle:
      {{- if include "service.since" (dict "root" .root "version" "1.30.0") }}
      preStop: {sleep: {seconds: {{ $values.drainSeconds }}}}
      {{- else }}
      preStop: {exec: {command: [sleep, {{ $values.drainSeconds | quote }}]}}
      {{- end }}
    {{- end }}
    ports:
      - {name: http, containerPort: {{ $values.port }}, protocol: TCP}
      {{- with int $values.managementPort }}
      - {name: management, containerPort: {{ . }}, protocol: TCP}
      {{- end }}
    startupProbe:
      httpGet: {path: /livez, port: http}
      {{- toYaml $values.probes.startup | nindent 6 }}
    livenessProbe:
      httpGet: {path: /livez, port: http}
      {{- toYaml $values.probes.liveness | nindent 6 }}
    readinessProbe:
      httpGet: {path: /readyz, port: http}
      {{- toYaml $values.probes.readiness | nindent 6 }}
    {{- end }}
volumes:
  - name: scratch
    emptyDir: {sizeLimit: {{ $values.scratchSize }}}
  {{- include "service.secretVolume" (dict "root" .root "own" .secret) | nindent 2 }}
  {{- range $values.bindings }}
  - name: binding-{{ . }}
    secret: {secretName: {{ . }}, defaultMode: 0440}
  {{- end }}
  {{- if $values.persistence.enabled }}
  - name: data
    persistentVolumeClaim: {claimName: {{ $values.persistence.existingClaim | default (include "service.fullname" .root) }}}
  {{- end }}
  {{- with $values.extraVolumes }}
  {{- tpl (toYaml .) $.root | nindent 2 }}
  {{- end }}
{{- with $values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
{{- if and $values.spread.enabled (not $job) }}
topologySpreadConstraints:
  {{- range $key := list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
  - maxSkew: 1
    topologyKey: {{ $key }}
    whenUnsatisfiable: {{ $values.spread.whenUnsatisfiable }}
    labelSelector:
      matchLabels: {{- include "service.selector" $ | nindent 8 }}
    {{- if include "service.since" (dict "root" $.root "version" "1.27.0") }}
    matchLabelKeys: [pod-template-hash]
    {{- end }}
  {{- end }}
{{- end }}
{{- end -}}

{{/* What serve, work and migrate have in common. */}}
{{- define "service.container" -}}
{{- $values := .root.Values -}}
{{- $part := get $values .part -}}
{{- $sources := include "service.sources" .root | fromJson -}}
image: {{ include "service.image" .root | quote }}
imagePullPolicy: {{ $values.image.pullPolicy | default $values.global.image.pullPolicy }}
{{- if .waits }}
command: [sh, -c, 'until "$@"; do s=$?; case $s in 2|3) exit $s;; esac; sleep 2; done', sh]
args: {{ concat $values.command $part.args | toJson }}
{{- else }}
{{- with $values.command }}
command: {{ toJson . }}
{{- end }}
args: {{ toJson $part.args }}
{{- end }}
# Shows the end of the log in `kubectl describe pod`.
terminationMessagePolicy: FallbackToLogsOnError
securityContext: {{- toYaml $values.securityContext | nindent 2 }}
resources: {{- toYaml $part.resources | nindent 2 }}
envFrom:
  - configMapRef: {name: {{ .config }}}
{{- with include "service.env" . }}
env: {{- . | nindent 2 }}
{{- end }}
volumeMounts:
  - {name: scratch, mountPath: /tmp}
  {{- if or $sources.inline $sources.keys }}
  - {name: secrets, mountPath: /run/outlay/secrets, readOnly: true}
  {{- end }}
  {{- range $values.bindings }}
  - {name: binding-{{ . }}, mountPath: /run/outlay/bindings/{{ . }}, readOnly: true}
  {{- end }}
  {{- if $values.persistence.enabled }}
  - {name: data, mountPath: {{ $values.persistence.path }}}
  {{- end }}
  {{- with $values.extraVolumeMounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}
