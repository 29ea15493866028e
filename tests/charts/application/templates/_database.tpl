{{/* What a container needs to reach the database: the URL, and the CA bundle that it names. The Secret has the same name whoever makes it. */}}
{{- define "core-api.database" -}}
env:
  - name: DB_URL
    valueFrom:
      secretKeyRef:
        name: {{ .Values.externalSecrets.targetSecretName }}
        key: DB_URL
{{- if .Values.tls.caBundleConfigMap }}
volumeMounts:
  - name: ca-bundle
    mountPath: {{ .Values.tls.caBundlePath }}
    subPath: {{ base .Values.tls.caBundlePath }}
    readOnly: true
{{- end }}
{{- end }}

{{- define "core-api.bundle" -}}
{{- if .Values.tls.caBundleConfigMap }}
volumes:
  - name: ca-bundle
    configMap:
      name: {{ .Values.tls.caBundleConfigMap }}
{{- end }}
{{- end }}
