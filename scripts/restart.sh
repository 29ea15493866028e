# shellcheck shell=bash
# Restarts the applications' pods once their Kubernetes Secrets have the new content.
source "$(dirname "${BASH_SOURCE[0]}")/deployments.sh"

# content APPLICATION prints a hash of the application's Secret, or nothing if there is none.
content() {
  local data
  data=$(namespace=$(of "$1" namespace) kube get secret "$(of "$1" secret)" --ignore-not-found -o 'jsonpath={.data}') || return
  [[ -z $data ]] || sha256sum <<<"$data"
}

# nothing_else tells whether a run would change nothing; otherwise the preview is in a file.
nothing_else() { pulumi preview --stack "$stack" --expect-no-changes >"$scratch/preview" 2>&1; }

# remember reads the applications, and what their Secrets have before the change.
remember() {
  local application hash
  read_applications
  before=()
  for application in "${applications[@]}"; do
    hash=$(content "$application")
    before+=("$hash")
  done
}

# renewed APPLICATION HASH tells whether the Secret exists and has another content than at the time of HASH.
renewed() {
  local now
  now=$(content "$1") && [[ -n $now && $now != "$2" ]]
}

# finish DONE restarts the pods whose Secrets were renewed since remember, and looks whether all have the new content. DONE says what the
# recipe has done already: that stays done if the pods cannot be restarted, so the exit code is one of its own, 4.
finish() {
  local at sentence moment ready=() moments=() code=0
  for at in "${!applications[@]}"; do
    if wait_for "${applications[at]}" "${before[at]}"; then
      ready+=("${applications[at]}")
      if moment=$(written "${applications[at]}"); then moments[at]=$moment; else code=1; fi
    else
      code=1
    fi
  done
  look_for "${ready[@]}"
  roll "${targets[@]}" || code=1
  for sentence in "${missing[@]}"; do
    say "$sentence"
    code=1
  done
  for at in "${!moments[@]}"; do
    all_renewed "${applications[at]}" "${moments[at]}" || code=1
  done
  if ((code != 0)); then
    say "$1, but not every pod was restarted: see above why, and what to do"
    exit 4
  fi
  say "$1, and every pod has the new content"
}

# all_renewed APPLICATION MOMENT fails if a pod runs with what the Secret had before the moment, whatever made the pod: of those that the
# restart of the Deployments does not reach, nobody would hear before the next rotation makes their login invalid.
all_renewed() {
  local name space behind pod
  name=$(of "$1" name) space=$(of "$1" namespace)
  behind=$(left_behind "$1" "$2") || { say "cannot see which pods of $name have the new content, see above"; return 1; }
  [[ -n $behind ]] || return 0
  while read -r pod; do
    say "the pod $pod started before the Secret of $name was renewed, and still uses the former content; replace it: kubectl delete pod -n $space $pod"
  done <<<"$behind"
  return 1
}

# none_left_behind fails if a pod may have the login whose password a rotation changes: if its Secret has that login, or if the pod started before its
# Secret got the content that it has.
none_left_behind() {
  local at moment version code=0
  version=$(setting database.passwordVersion) || return
  for at in "${!applications[@]}"; do
    [[ -n ${before[at]} ]] || continue
    { has_active_login "${applications[at]}" "${version:-1}" && moment=$(written "${applications[at]}") && all_renewed "${applications[at]}" "$moment"; } || code=1
  done
  return "$code"
}

# has_active_login APPLICATION VERSION fails if the Secret does not have the login that clients use: of two, the first has the odd versions.
has_active_login() {
  local login secret content
  login=$(jq -r --argjson version "$2" '.logins[($version + 1) % 2]' <<<"$1") secret=$(of "$1" secret)
  content=$(namespace=$(of "$1" namespace) kube get secret "$secret" -o json) || { say "cannot read the Secret $secret, see above"; return 1; }
  ! jq -e --arg login "$login" 'any(.data[]?; @base64d | test("\\b\($login)\\b"))' <<<"$content" >/dev/null || return 0
  say "the Secret $secret does not have $login, the login of version $2: the operator has not read it, which just db-check $stack explains,
  or Pulumi.$stack.yaml is not the newest"
  return 1
}

# wait_for APPLICATION HASH waits until the Secret has another content than at the time of HASH. With delivery: gitops no run has
# changed the ExternalSecret, so the operator would wait for its next refresh, perhaps an hour, and the pods would be locked out
# meanwhile. In that case it is told to synchronise now.
wait_for() {
  local name secret namespace
  ! renewed "$1" "$2" || return 0
  name=$(of "$1" name) secret=$(of "$1" secret) namespace=$(of "$1" namespace)
  synchronise || return
  ! renewed "$1" "$2" || return 0
  say "the operator has read the secret and the Secret $secret has not changed, so $name was not restarted; to find out why: just db-check $stack"
  return 1
}

# synchronise makes the operator read the secret in Secrets Manager, and waits until it has. An annotation triggers it: after a
# successful read, status.syncedResourceVersion contains a hash of the annotations, and so changes.
synchronise() {
  local external resource synced
  external=$(external_secret "$secret") || { say "cannot look for the ExternalSecret of $secret, see above"; return 1; }
  resource=$(jq -r '.metadata.name // ""' <<<"$external")
  if [[ -z $resource ]]; then
    say "no ExternalSecret makes the Secret $secret, so nothing writes the new value to it; to find out why: just db-check $stack"
    return 1
  fi
  if ! jq -e '.spec.refreshPolicy != "CreatedOnce" and (.spec.refreshInterval // "1h" | test("^(0+[a-z]*)+$") | not)' <<<"$external" >/dev/null; then
    say "the ExternalSecret $resource reads its secret once and never again (refreshPolicy CreatedOnce, or refreshInterval 0);
  give it a refreshInterval, then: just app-restart $stack"
    return 1
  fi
  synced=$(jq -r '.status.syncedResourceVersion // ""' <<<"$external")
  kube annotate "externalsecrets.external-secrets.io/$resource" "mosaic-database/force-sync=$(date -u +%Y%m%d-%H%M%S)-$$" --overwrite >&2 || return
  say "waiting until the operator has read the secret for $resource, six minutes at most"
  patiently "the operator" synchronised
}

# synchronised waits until the operator has read the secret since it had synced.
synchronised() {
  local deadline=$((SECONDS + ${SECRET_PATIENCE:-360})) problem=""
  until external=$(external_secret "$secret") && jq -e --arg synced "$synced" '.status.syncedResourceVersion // "" | . != "" and . != $synced' <<<"$external" >/dev/null; do
    problem=$(jq -r '.status.conditions[]? | select(.type == "Ready" and .status != "True") | ": \(.message)"' <<<"$external" 2>/dev/null) || problem=""
    if ((SECONDS >= deadline)); then
      say "the operator has not read the secret for $resource$problem; $name was not restarted.
  To see why: kubectl describe externalsecret -n $namespace $resource. Once it has: just app-restart $stack"
      return 1
    fi
    sleep "${SECRET_INTERVAL:-5}"
  done
}
