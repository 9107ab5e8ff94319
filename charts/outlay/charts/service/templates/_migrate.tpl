{{/* The Job that migrates before a version starts; nothing if pods do, or if there is nothing to migrate. */}}
{{- define "service.migrateJob" -}}
{{- if and (include "service.on" .) (eq (include "service.migrates" .) "hook") -}}
{{- $name := printf "%s-migrate" (include "service.fullname" .) -}}
{{- $of := dict "root" . "part" "migrate" "config" $name "secret" $name -}}
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ $name }}
  labels: {{- include "service.labels" $of | nindent 4 }}
  {{- if eq .Chart.Name "service" }}
  annotations: {{- include "service.migrateHook" . | nindent 4 }}
  {{- end }}
spec:
  # A store that is unreachable may come back; where a retry cannot help, the Job ends at once.
  backoffLimit: {{ .Values.migrate.retries }}
  activeDeadlineSeconds: {{ .Values.migrate.seconds }}
  {{- if include "service.since" (dict "root" . "version" "1.21.0") }}
  # One that failed stays so long, for its log; one that succeeded goes at once.
  ttlSecondsAfterFinished: {{ .Values.migrate.keepSeconds }}
  {{- end }}
  {{- if include "service.since" (dict "root" . "version" "1.29.0") }}
  podFailurePolicy:
    rules:
      # A node that was emptied is no failure of the migration.
      - action: Ignore
        onPodConditions: [{type: DisruptionTarget, status: "True"}]
      # docs/operate/runbook.md has the exit statuses.
      - action: FailJob
        onExitCodes: {containerName: migrate, operator: In, values: [2, 3]}
  {{- end }}
  template:
    metadata:
      labels:
        {{- include "service.selector" $of | nindent 8 }}
        app.kubernetes.io/part-of: outlay
    spec: {{- include "service.pod" $of | nindent 6 }}
{{- end -}}
{{- end -}}

{{- define "service.migrateHook" -}}
helm.sh/hook: pre-install,pre-upgrade
helm.sh/hook-weight: "0"
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
helm.sh/hook-output-log-policy: hook-failed
{{- end -}}

{{/* What a hook needs is there before it runs, so it is a hook too. */}}
{{- define "service.beforeHook" -}}
helm.sh/hook: pre-install,pre-upgrade
helm.sh/hook-weight: "-10"
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
{{- end -}}
