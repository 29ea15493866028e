{{/* What a container needs to reach the database: the whole Secret, which has the URL and beside it how to verify the server, and the CA
bundle that it names. The Secret has the same name whoever makes it. */}}
{{- define "core-api.database" -}}
envFrom:
  - secretRef:
      name: {{ .Values.externalSecrets.targetSecretName }}
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

{{/* What a namespace with the Pod Security Standard restricted asks of every pod, and of every container. */}}
{{- define "core-api.pod-security" -}}
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  seccompProfile:
    type: RuntimeDefault
{{- end }}

{{- define "core-api.container-security" -}}
securityContext:
  allowPrivilegeEscalation: false
  capabilities:
    drop: [ALL]
{{- end }}
