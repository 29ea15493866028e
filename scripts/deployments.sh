# shellcheck shell=bash
# The applications that use the database, and their Deployments: those that app.deployments lists, otherwise those of the
# application's namespace whose pods use its Secret. Their names are the chart's, so the application's name says nothing.

# secrets_of_pods is a function of jq: the names of the Secrets that a pod's spec uses.
secrets_of_pods='def secrets:
  ((.containers + (.initContainers // []))[] | .envFrom[]?.secretRef.name, .env[]?.valueFrom.secretKeyRef.name),
  (.volumes[]? | .secret.secretName, .projected.sources[]?.secret.name);'

# read_applications sets applications, each a line of JSON; the one with the main database comes first. connection is empty for those that
# share its secret.
read_applications() {
  local lines
  output kubernetesSecretName >/dev/null
  lines=$(jq -c '. as $all
    | def of($name; $keys; $database): {$name, key: "\($keys).deployments", namespace, secret: .kubernetesSecretName, listed: (.deployments // []),
      role: .roleArn, serviceAccount: .serviceAccountName, connection: ($database.connectionSecretArn // ""), job: ($database.migrationJobName // ""),
      logins: (($database // $all).applicationLogins // [])};
    of(.applicationName; "app"; .), (.additionalApps // {} | to_entries[] | .key as $name | .value | of($name; "additionalApps.\($name)"; .database))' <<<"$outputs")
  mapfile -t applications <<<"$lines"
}

# of APPLICATION FIELD prints a field of an application.
of() { jq -r --arg field "$2" '.[$field]' <<<"$1"; }

# look_for APPLICATION... sets targets, the Deployments as <namespace>/<name>, and missing, a sentence for each application of
# which one or all were not found.
look_for() {
  local application name space secret key all lines line
  targets=() missing=()
  for application; do
    name=$(of "$application" name) space=$(of "$application" namespace)
    secret=$(of "$application" secret) key=$(of "$application" key)
    if ! all=$(namespace=$space kube get deployments -o json 2>"$scratch/said"); then
      missing+=("cannot look for the Deployments of $name in the namespace $space: $(<"$scratch/said")")
      continue
    fi
    lines=$(jq -r --argjson application "$application" "$secrets_of_pods"'
      [.items[].metadata.name] as $there | $application.listed as $listed
      | if $listed == [] then
          [.items[] | select(any(.spec.template.spec | secrets; . == $application.secret)) | "found \(.metadata.name)"] | if . == [] then "unlisted" else .[] end
        else
          $listed[] | if IN($there[]) then "found \(.)" else "missing \(.)" end
        end' <<<"$all")
    while read -r line; do
      case $line in
        found\ *) targets+=("$space/${line#found }") ;;
        unlisted) missing+=("no Deployment in the namespace $space has pods that use the Secret $secret (env, envFrom or a volume), so none of $name was
  found. If there is one, list it under mosaic-database:$key, then: just db-deploy $stack. Restart other kinds yourself, such as a StatefulSet:
  kubectl rollout restart -n $space statefulset/<name>") ;;
        *) missing+=("the namespace $space has no Deployment ${line#missing }, which mosaic-database:$key lists. To see those that exist:
  kubectl get deployments -n $space. Correct the key, then: just db-deploy $stack") ;;
      esac
    done <<<"$lines"
  done
}

# written APPLICATION prints when the application's Secret got the content that it has, by the clock of the cluster.
written() {
  local secret
  secret=$(namespace=$(of "$1" namespace) kube get secret "$(of "$1" secret)" --show-managed-fields -o json) || return
  jq -r '. as $secret | [.metadata.managedFields[]? | select(.fieldsV1["f:data"]) | .time] | max // $secret.metadata.creationTimestamp' <<<"$secret"
}

# left_behind APPLICATION MOMENT prints the pods that use the application's Secret and run since before the moment, so with the content of before.
left_behind() {
  local pods
  pods=$(namespace=$(of "$1" namespace) kube get pods -o json) || return
  jq -r --arg secret "$(of "$1" secret)" --arg moment "$2" "$secrets_of_pods"'
    .items[] | select(.metadata.deletionTimestamp == null and any(.spec | secrets; . == $secret))
    | select(any(.status | (.containerStatuses, .initContainerStatuses)[]?; .state.running | . != null and .startedAt < $moment)) | .metadata.name' <<<"$pods"
}

# on_each TARGET KUBECTL-WORD... is a kubectl command for one Deployment.
on_each() {
  local target=$1
  shift
  namespace=${target%%/*} kube "$@"
}

# roll TARGET... restarts the pods of Deployments one after the other, of all Deployments at the same time, and waits until they
# are replaced. It fails if one of them was not, after it said what to do.
roll() {
  local target name space begun=() code=0
  for target; do
    name=${target#*/} space=${target%%/*}
    if on_each "$target" rollout restart "deployment/$name"; then
      begun+=("$target")
    else
      say "the pods of $name were not restarted, see above; to do it: kubectl rollout restart -n $space deployment/$name"
      code=1
    fi
  done
  for target in "${begun[@]}"; do
    name=${target#*/} space=${target%%/*}
    if ! on_each "$target" rollout status "deployment/$name" --timeout=10m; then
      say "the pods of $name were restarted, and the new ones are not ready: kubectl get pods -n $space, kubectl logs -n $space deployment/$name"
      code=1
    fi
  done
  return "$code"
}
