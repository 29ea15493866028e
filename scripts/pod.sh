# shellcheck shell=bash
# A temporary pod with psql in the application's namespace, for as long as a recipe runs. Its password comes from the
# Kubernetes Secret as an environment variable; a token of an IAM user is sent to the pod by standard input and kept in its
# memory. Neither appears on a command line, in a manifest or in a file of this machine.

# from_secret prints psql's environment variables, taken from the application's Secret. With a pooler they name the database
# itself, because psql needs a session.
from_secret() {
  local at=DB
  [[ -z $(optional poolerEndpoint) ]] || at=DB_DIRECT
  jq -n --arg secret "$(output kubernetesSecretName)" --arg at "$at" '
    def from($key): {valueFrom: {secretKeyRef: {name: $secret, key: $key}}};
    [({name: "PGHOST"} + from($at + "_HOST")), ({name: "PGPORT"} + from($at + "_PORT")),
     ({name: "PGDATABASE"} + from("DB_NAME")), ({name: "PGUSER"} + from("DB_USER")),
     ({name: "PGPASSWORD"} + from("DB_PASSWORD"))]'
}

# of_master prints the variables for the master user. With credentials: alternating or iam they come from the bootstrap's Secret,
# because the application's Secret has another login.
of_master() {
  if [[ $(setting database.credentials) =~ ^(alternating|iam)$ ]]; then
    jq -n --arg secret "$(output applicationName)-bootstrap-db-secret" '
      ["PGHOST", "PGPORT", "PGDATABASE", "PGUSER", "PGPASSWORD"]
      | map({name: ., valueFrom: {secretKeyRef: {name: $secret, key: .}}})'
  else
    from_secret
  fi
}

# of_iam_users prints the variables for the login of IAM users, whose password file has the token.
of_iam_users() {
  jq '[{name: "PGHOST", value: .endpoint}, {name: "PGPORT", value: (.port | tostring)},
       {name: "PGDATABASE", value: .databaseName}, {name: "PGUSER", value: .peopleLogin},
       {name: "PGPASSFILE", value: "/tmp/pgpass"}]' <<<"$outputs"
}

# by_token tells whether IAM users log in by token.
by_token() { jq -e '(.peopleRoleArn // "") != ""' <<<"$outputs" >/dev/null; }

# token prints an IAM authentication token for the login of IAM users. It assumes the role that may log in as that user first;
# the token is valid for fifteen minutes.
token() {
  local role session
  role=$(output peopleRoleArn)
  session=$(cloud sts assume-role --role-arn "$role" --role-session-name db-shell --output json 2>"$scratch/said") ||
    fail "you may not assume the role $role: $(<"$scratch/said")
  database.iamPrincipals names who may"
  (
    unset AWS_PROFILE AWS_DEFAULT_PROFILE
    AWS_ACCESS_KEY_ID=$(jq -r .Credentials.AccessKeyId <<<"$session")
    AWS_SECRET_ACCESS_KEY=$(jq -r .Credentials.SecretAccessKey <<<"$session")
    AWS_SESSION_TOKEN=$(jq -r .Credentials.SessionToken <<<"$session")
    export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN
    cloud rds generate-db-auth-token --hostname "$(output endpoint)" --port "$(output port)" --username "$(output peopleLogin)"
  )
}

# pod_manifest VARIABLES PODS prints the pod's manifest, with what the stack's key pods asks of every pod. It meets the Pod Security
# standard "restricted", and ends by itself after four hours in case the recipe cannot delete it.
pod_manifest() {
  jq -n --arg name "$pod" --argjson variables "$1" --argjson pods "$2" \
    --arg image "${DB_SHELL_IMAGE:-postgres:17.11-alpine@sha256:b0f9560a2de083e2cc7382e75f808c7381a32852a7ec49117deedb300e552b24}" '
    ($pods.runAsUser // 10001 | tonumber) as $user |
    {apiVersion: "v1", kind: "Pod",
     metadata: {name: $name, labels: (($pods.labels // {}) + {"app.kubernetes.io/name": "db-shell"}), annotations: ($pods.annotations // {})},
     spec: (($pods | {nodeSelector, tolerations, priorityClassName, imagePullSecrets}
         | .imagePullSecrets |= (. // [] | map({name: .}))
         | .tolerations |= (. // [] | map(if (.tolerationSeconds // 0 | tonumber) > 0 then .tolerationSeconds |= tonumber else del(.tolerationSeconds) end))
         | with_entries(select(.value != null))) + {
       restartPolicy: "Never", activeDeadlineSeconds: 14400, terminationGracePeriodSeconds: 1,
       automountServiceAccountToken: false, enableServiceLinks: false,
       securityContext: {runAsNonRoot: true, runAsUser: $user, runAsGroup: $user,
                         seccompProfile: {type: "RuntimeDefault"}},
       volumes: [{name: "memory", emptyDir: {medium: "Memory", sizeLimit: "1Mi"}}],
       containers: [{
         name: "psql", image: $image, command: ["sleep", "14400"],
         env: ($variables + [
           {name: "PGSSLMODE", value: "require"}, {name: "PGAPPNAME", value: $name},
           {name: "PGCONNECT_TIMEOUT", value: "10"},
           {name: "PSQL_HISTORY", value: "/dev/null"}]),
         volumeMounts: [{name: "memory", mountPath: "/tmp"}],
         resources: {requests: {cpu: "50m", memory: "64Mi", "ephemeral-storage": "64Mi"},
                     limits: {cpu: "500m", memory: "256Mi", "ephemeral-storage": "64Mi"}},
         securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true,
                           capabilities: {drop: ["ALL"]}}}]})}'
}

# start_pod starts the pod with the login of IAM users if the stack has one, and with the application's otherwise.
start_pod() {
  local variables key=""
  if by_token; then
    key=$(token)
    variables=$(of_iam_users)
  elif clients_by_token; then
    fail "with credentials: iam, the application's Secret has no password, and only the application's pods have its role. List who may log in under
  database.iamPrincipals (docs/why/users.md), then: just db-deploy $stack"
  else
    variables=$(from_secret)
  fi
  run_pod "$variables" "$key"
}

# run_pod VARIABLES [TOKEN] starts the pod and waits until it is ready. The recipe's exit deletes it, also after a failure.
run_pod() {
  local manifest pods key=${2:-}
  pod=db-shell-$(date -u +%Y%m%d-%H%M%S)-$$
  pods=$(setting pods)
  manifest=$(pod_manifest "$1" "${pods:-{\}}")
  say "starting the pod $pod; it is deleted at the end"
  kube create -f - <<<"$manifest" >&2
  if ! patiently "the pod" kube wait --for=condition=Ready "pod/$pod" --timeout=120s >&2; then
    kube describe "pod/$pod" >&2 || true
    fail "the pod did not start, see above"
  fi
  if [[ -n $key ]]; then
    # In a password file, a backslash goes before each colon and backslash.
    sed 's/[\\:]/\\&/g; s/^/*:*:*:*:/' <<<"$key" | kube exec -i "$pod" -- sh -c 'umask 077 && cat >/tmp/pgpass'
  fi
}

# query FILE [DATABASE] runs an SQL file with the pod's psql, in another database than the main one if it is named.
query() { kube exec -i "$pod" -- psql --no-psqlrc --set ON_ERROR_STOP=1 ${2:+--dbname "$2"} --file - <"$1"; }

# show FILE FILTER [DATABASE] runs an SQL file and prints its tables; with --json what FILTER, of jq, makes of them, each a list of rows, and of
# $database. In the file a query begins with SELECT at the beginning of a line, and ends at the end of one.
show() {
  option --json || { query "$1" "${3:-}"; return; }
  sed -e '/^\\echo/d' -e "s/^SELECT /SELECT coalesce(json_agg(found), '[]') FROM (&/" -e 's/;$/) AS found;/' "$1" |
    kube exec -i "$pod" -- psql --no-psqlrc --set ON_ERROR_STOP=1 ${3:+--dbname "$3"} --tuples-only --no-align --file - >"$scratch/found" || return
  jq --slurp --arg database "${3:-$(optional databaseName)}" "$2" "$scratch/found"
}

# in_all COMMAND... runs a command for the main database, and then, with its name as last argument, for the database of each additional application.
# The pod has to be logged in as the master user, who alone reaches all of them.
in_all() {
  local database code=0
  "$@" || code=1
  for database in $(own_databases); do
    option --json || printf '\ndatabase %s\n' "$database"
    "$@" "$database" || code=1
  done
  return "$code"
}

# own_databases prints the databases of additional applications.
own_databases() { jq -r '.additionalApps[]?.database.name // empty' <<<"$outputs"; }
