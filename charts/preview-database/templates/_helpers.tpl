{{- /* The name of the database is that of the namespace, with underscores. The role trusts namespaces of these names alone. */ -}}
{{- define "preview.database" -}}
{{- if not (hasPrefix .Values.namespaces .Release.Namespace) -}}
{{- fail (printf "the namespace %s does not begin with %s, as previews.namespaces has it" .Release.Namespace .Values.namespaces) -}}
{{- end -}}
{{- .Release.Namespace | replace "-" "_" -}}
{{- end -}}

{{- define "preview.store" -}}
apiVersion: external-secrets.io/v1
kind: SecretStore
spec:
  provider:
    aws:
      service: SecretsManager
      region: {{ .Values.region }}
      auth:
        jwt:
          serviceAccountRef:
            name: {{ .Values.name }}
{{- end -}}

{{- /* The login, as psql reads it. Databases are made and dropped in a session of another one. */ -}}
{{- define "preview.login" -}}
apiVersion: external-secrets.io/v1
kind: ExternalSecret
spec:
  refreshInterval: 5m0s
  secretStoreRef:
    kind: SecretStore
    name: {{ .Values.name }}
  target:
    name: {{ .Values.name }}
    creationPolicy: Owner
  data:
    {{- range $variable, $property := dict "PGHOST" "host" "PGPORT" "port" "PGUSER" "username" "PGPASSWORD" "password" }}
    - secretKey: {{ $variable }}
      remoteRef:
        key: {{ $.Values.secretName }}
        property: {{ $property }}
    {{- end }}
{{- end -}}

{{- /* A Job that runs statements; .file is theirs. */ -}}
{{- define "preview.job" -}}
backoffLimit: 6
activeDeadlineSeconds: 900
template:
  metadata:
    labels:
      app.kubernetes.io/name: {{ .Values.name }}
  spec:
    restartPolicy: Never
    automountServiceAccountToken: false
    enableServiceLinks: false
    securityContext:
      runAsNonRoot: true
      runAsUser: 10001
      runAsGroup: 10001
      seccompProfile:
        type: RuntimeDefault
    containers:
      - name: psql
        image: {{ .Values.image }}
        command:
          - /bin/sh
          - -ec
          - |
            psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --file=- <<'SQL'
            {{- .Files.Get .file | nindent 12 }}
            SQL
        env:
          - name: DATABASE
            value: {{ include "preview.database" . }}
          - name: TEMPLATE
            value: {{ .Values.template }}
          - name: PGDATABASE
            value: postgres
          - name: PGSSLMODE
            value: require
          - name: PGCONNECT_TIMEOUT
            value: "10"
        envFrom:
          - secretRef:
              name: {{ .Values.name }}
        resources:
          requests: {cpu: 50m, memory: 64Mi, ephemeral-storage: 64Mi}
          limits: {cpu: 250m, memory: 128Mi, ephemeral-storage: 64Mi}
        securityContext:
          allowPrivilegeEscalation: false
          readOnlyRootFilesystem: true
          capabilities:
            drop: [ALL]
        terminationMessagePolicy: FallbackToLogsOnError
        volumeMounts:
          - name: tmp
            mountPath: /tmp
    volumes:
      - name: tmp
        emptyDir: {}
{{- end -}}
