# shellcheck shell=bash
# A pod with psql beside the application, for as long as a recipe runs. The password goes from the Kubernetes
# Secret into the pod's environment; no command line, no manifest and no file of this machine holds it.

# pod_manifest SECRET is the pod. It satisfies the Pod Security standard "restricted" and ends by itself after four hours,
# should the machine that started it be lost.
pod_manifest() {
  jq -n --arg name "$pod" --arg secret "$1" \
    --arg image "${DB_SHELL_IMAGE:-public.ecr.aws/docker/library/postgres:17-alpine}" '
    def from($key): {valueFrom: {secretKeyRef: {name: $secret, key: $key}}};
    {apiVersion: "v1", kind: "Pod",
     metadata: {name: $name, labels: {"app.kubernetes.io/name": "db-shell"}},
     spec: {
       restartPolicy: "Never", activeDeadlineSeconds: 14400, terminationGracePeriodSeconds: 1,
       automountServiceAccountToken: false, enableServiceLinks: false,
       securityContext: {runAsNonRoot: true, runAsUser: 10001, runAsGroup: 10001,
                         seccompProfile: {type: "RuntimeDefault"}},
       containers: [{
         name: "psql", image: $image, command: ["sleep", "14400"],
         env: [
           ({name: "PGHOST"} + from("DB_HOST")), ({name: "PGPORT"} + from("DB_PORT")),
           ({name: "PGDATABASE"} + from("DB_NAME")), ({name: "PGUSER"} + from("DB_USER")),
           ({name: "PGPASSWORD"} + from("DB_PASSWORD")),
           {name: "PGSSLMODE", value: "require"}, {name: "PGAPPNAME", value: $name},
           {name: "PSQL_HISTORY", value: "/dev/null"}],
         resources: {requests: {cpu: "50m", memory: "64Mi", "ephemeral-storage": "64Mi"},
                     limits: {cpu: "500m", memory: "256Mi", "ephemeral-storage": "64Mi"}},
         securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true,
                           capabilities: {drop: ["ALL"]}}}]}}'
}

# start_pod makes the pod; the end of the recipe deletes it, whatever the end.
start_pod() {
  local secret manifest
  secret=$(output kubernetesSecretName)
  pod=db-shell-$(date -u +%Y%m%d-%H%M%S)-$$
  manifest=$(pod_manifest "$secret")
  say "starting the pod $pod; it is deleted at the end"
  kube create -f - <<<"$manifest" >&2
  if ! kube wait --for=condition=Ready "pod/$pod" --timeout=120s >&2; then
    kube describe "pod/$pod" >&2 || true
    fail "the pod did not start, see above"
  fi
}

# query FILE runs a file of queries in the database.
query() { kube exec -i "$pod" -- psql --no-psqlrc --set ON_ERROR_STOP=1 --file - <"$1"; }
