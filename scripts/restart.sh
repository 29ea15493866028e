# shellcheck shell=bash
# Restarts the application's pods once the Kubernetes Secret has the new content.

# content prints a hash of the application's Secret.
content() { kube get secret "$(output kubernetesSecretName)" -o 'jsonpath={.data}' | sha256sum; }

# renewed HASH tells whether the Secret exists and has another content than at the time of HASH.
renewed() {
  local now
  now=$(content) && [[ $now != "$1" ]]
}

# restart_after HASH restarts the pods once the Secret has another content than at the time of HASH. With delivery: gitops no
# run has changed the ExternalSecret, so the operator would wait for its next refresh, perhaps an hour, and the pods would be
# locked out meanwhile. In that case it is told to synchronise now.
restart_after() {
  local application secret
  application=$(output applicationName)
  secret=$(output kubernetesSecretName)
  if ! renewed "$1"; then
    synchronise
    renewed "$1" ||
      fail "the Secret $secret was synchronised and has not changed, so $application was not restarted; look at: just db-check $stack"
  fi
  kube rollout restart "deployment/$application"
  kube rollout status "deployment/$application" --timeout=10m
}

# synchronise makes the operator read the secret in Secrets Manager, and waits until it has. An annotation triggers it: after a
# successful read, status.syncedResourceVersion contains a hash of the annotations, and so changes.
synchronise() {
  local external name before deadline problem=""
  external=$(external_secret) || fail "cannot look for the ExternalSecret of $secret, see above"
  name=$(jq -r '.metadata.name // ""' <<<"$external")
  [[ -n $name ]] || fail "no ExternalSecret makes the Secret $secret, so nothing writes the new value to it; look at: just db-check $stack"
  jq -e '.spec.refreshPolicy != "CreatedOnce" and (.spec.refreshInterval // "1h" | test("^(0+[a-z]*)+$") | not)' <<<"$external" >/dev/null ||
    fail "the ExternalSecret $name reads its secret once and never again (refreshPolicy CreatedOnce, or refreshInterval 0);
  give it a refreshInterval, then: just app-restart $stack"
  before=$(jq -r '.status.syncedResourceVersion // ""' <<<"$external")
  kube annotate "externalsecrets.external-secrets.io/$name" "mosaic-database/force-sync=$(date -u +%Y%m%d-%H%M%S)-$$" --overwrite >&2
  say "waiting until the operator has read the secret for $name, six minutes at most"
  deadline=$((SECONDS + ${SECRET_PATIENCE:-360}))
  until external=$(external_secret) && jq -e --arg before "$before" '.status.syncedResourceVersion // "" | . != "" and . != $before' <<<"$external" >/dev/null; do
    problem=$(jq -r '.status.conditions[]? | select(.type == "Ready" and .status != "True") | ": \(.message)"' <<<"$external" 2>/dev/null) || problem=""
    ((SECONDS < deadline)) || fail "the operator has not read the secret for $name$problem; $application was not restarted.
  To see why: kubectl describe externalsecret -n $namespace $name. Once it has: just app-restart $stack"
    sleep "${SECRET_INTERVAL:-5}"
  done
}
