{{/*
How many pods a Deployment asks for; nothing where somebody else says so: an autoscaler, or `kubectl scale` if `replicas` is null.
Given: root, is (the values of the part), name.

A field that Helm has set and leaves out is taken away, and Kubernetes makes it 1. So as long as it is Helm's, the number that runs is said once
more. As soon as another has changed it, the field is theirs: to say it then would be a conflict, in an upgrade and in each rollback to it.
*/}}
{{- define "service.replicas" -}}
{{- $others := or .is.autoscaling.enabled (and .is.keda .is.keda.enabled) (kindIs "invalid" .is.replicas) -}}
{{- if not $others }}{{ .is.replicas }}
{{- else -}}
  {{- $there := lookup "apps/v1" "Deployment" .root.Release.Namespace .name -}}
  {{- if $there -}}
    {{- $ours := false -}}
    {{- range $there.metadata.managedFields }}{{ if hasPrefix "helm" .manager -}}
      {{/* Helm 3, and Helm 4 with --server-side=false, compare with what they set last, and know no conflicts. */}}
      {{- if eq .operation "Update" }}{{ $ours = true }}{{ end -}}
      {{- if hasKey (dig "f:spec" dict .fieldsV1) "f:replicas" }}{{ $ours = true }}{{ end -}}
    {{- end }}{{ end -}}
    {{- if $ours }}{{ $there.spec.replicas }}{{ end -}}
  {{- end -}}
{{- end -}}
{{- end -}}
