{{- define "status-page.labels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/part-of: tools
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
shop.example/team: platform
{{- end }}
