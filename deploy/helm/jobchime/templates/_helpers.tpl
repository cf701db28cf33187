{{- define "jobchime.name" -}}
{{- if contains "jobchime" .Release.Name }}{{ .Release.Name | trunc 40 | trimSuffix "-" }}{{ else }}{{ printf "%s-jobchime" .Release.Name | trunc 40 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "jobchime.image" -}}
{{- if .Values.image.digest }}{{ .Values.image.repository }}@{{ .Values.image.digest }}{{ else }}{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}{{ end }}
{{- end }}

{{- define "jobchime.selector" -}}
app.kubernetes.io/name: jobchime
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "jobchime.labels" -}}
{{ include "jobchime.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{/* Where each service answers: probes, and what it serves besides. */}}
{{- define "jobchime.ports" -}}
ingest: {probes: 8101, http: 8110}
matcher: {probes: 8102}
notifier: {probes: 8103}
portal: {http: 8120}
console: {http: 8130}
{{- end }}

{{/* What each reads of, and by which consumer group (services/processes.py). */}}
{{- define "jobchime.lanes" -}}
ingest: {group: ingest.normaliser, topics: [raw.v1]}
matcher: {group: matcher, topics: [postings.v1, criteria.v1]}
notifier: {group: notifier, topics: [matches.v1]}
{{- end }}

{{- define "jobchime.env" -}}
- name: JOBCHIME_CONFIG
  value: /etc/jobchime/jobchime.toml
- name: JOBCHIME_KAFKA__BOOTSTRAP
  value: {{ required "kafka.bootstrap: where Kafka is" .Values.kafka.bootstrap | toJson | quote }}
{{- if .Values.kafka.prefix }}
- name: JOBCHIME_KAFKA__PREFIX
  value: {{ .Values.kafka.prefix | quote }}
{{- end }}
{{- if .Values.kafka.caSecret }}
- name: JOBCHIME_KAFKA__CA_FILE
  value: /etc/jobchime/kafka-ca/ca.crt
{{- end }}
- name: JOBCHIME_ELASTICSEARCH__URLS
  value: {{ required "elasticsearch.urls: where Elasticsearch is" .Values.elasticsearch.urls | toJson | quote }}
{{- if .Values.elasticsearch.caSecret }}
- name: JOBCHIME_ELASTICSEARCH__CA_FILE
  value: /etc/jobchime/elasticsearch-ca/ca.crt
{{- end }}
- name: JOBCHIME_MATCHER__INDEX
  value: {{ .Values.matcherIndex }}
- name: JOBCHIME_PROBES__HOST
  value: 0.0.0.0
- name: JOBCHIME_INGEST__PUSH__HOST
  value: 0.0.0.0
- name: JOBCHIME_PORTAL__HOST
  value: 0.0.0.0
{{- with .Values.env }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "jobchime.mounts" -}}
- {name: settings, mountPath: /etc/jobchime/jobchime.toml, subPath: jobchime.toml, readOnly: true}
- {name: data, mountPath: /var/lib/jobchime}
- {name: tmp, mountPath: /tmp}
{{- if .Values.kafka.caSecret }}
- {name: kafka-ca, mountPath: /etc/jobchime/kafka-ca, readOnly: true}
{{- end }}
{{- if .Values.elasticsearch.caSecret }}
- {name: elasticsearch-ca, mountPath: /etc/jobchime/elasticsearch-ca, readOnly: true}
{{- end }}
{{- end }}

{{/* `settings`: the name of the ConfigMap. */}}
{{- define "jobchime.volumes" -}}
- {name: settings, configMap: {name: {{ .settings }}}}
- {name: data, emptyDir: {}}
- {name: tmp, emptyDir: {}}
{{- with .root.Values.kafka.caSecret }}
- {name: kafka-ca, secret: {secretName: {{ . }}, items: [{key: ca.crt, path: ca.crt}]}}
{{- end }}
{{- with .root.Values.elasticsearch.caSecret }}
- {name: elasticsearch-ca, secret: {secretName: {{ . }}, items: [{key: ca.crt, path: ca.crt}]}}
{{- end }}
{{- end }}

{{/* What all pods have in common. */}}
{{- define "jobchime.pod" -}}
automountServiceAccountToken: false
{{- with .Values.imagePullSecrets }}
imagePullSecrets: {{ toYaml . | nindent 2 }}
{{- end }}
securityContext: {{ toYaml .Values.podSecurityContext | nindent 2 }}
{{- with .Values.nodeSelector }}
nodeSelector: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations: {{ toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* What one takes at the least and the most; `of`: its resources, `name`: its limit of the processor. */}}
{{- define "jobchime.resources" -}}
{{- $resources := deepCopy .of }}
{{- if .root.Values.cpuLimits.enabled }}
{{- $resources = mergeOverwrite $resources (dict "limits" (dict "cpu" (get .root.Values.cpuLimits .name))) }}
{{- end }}
{{- toYaml $resources }}
{{- end }}
