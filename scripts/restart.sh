# shellcheck shell=bash
# Restarts the application once the cluster's Secret is another one.

# content is a fingerprint of the Secret.
content() { kube get secret "$(output kubernetesSecretName)" -o 'jsonpath={.data}' | sha256sum; }

# renewed FINGERPRINT tells whether it is there, and another one than that.
renewed() {
  local now
  now=$(content) && [[ $now != "$1" ]]
}

# restart_after FINGERPRINT restarts the pods once the Secret is another one than that. Where no run of this program has
# written the ExternalSecret, as with delivery: gitops, the operator would look again at its next refresh, in an hour
# perhaps, and the pods would be locked out until then; so it is made to look at once.
restart_after() {
  local application secret
  application=$(output applicationName)
  secret=$(output kubernetesSecretName)
  if ! renewed "$1"; then
    synchronise
    renewed "$1" ||
      fail "the Secret $secret is synchronised and still the old one, so $application was not restarted; just db-check $stack"
  fi
  kube rollout restart "deployment/$application"
  kube rollout status "deployment/$application" --timeout=10m
}

# synchronise makes the operator read the remote secret, and waits until it has: every annotation is in the hash that its
# status has after a reading that went well, and in no other.
synchronise() {
  local external name before deadline problem=""
  external=$(external_secret) || fail "cannot look for the ExternalSecret of $secret, see above"
  name=$(jq -r '.metadata.name // ""' <<<"$external")
  [[ -n $name ]] || fail "no ExternalSecret makes the Secret $secret, so nothing brings the new value to it; just db-check $stack"
  jq -e '.spec.refreshPolicy != "CreatedOnce" and (.spec.refreshInterval // "1h" | test("^(0+[a-z]*)+$") | not)' <<<"$external" >/dev/null ||
    fail "the ExternalSecret $name reads its secret once and never again (refreshPolicy CreatedOnce, or refreshInterval 0);
  give it a refreshInterval, and: just app-restart $stack"
  before=$(jq -r '.status.syncedResourceVersion // ""' <<<"$external")
  kube annotate "externalsecrets.external-secrets.io/$name" "mosaic-database/force-sync=$(date -u +%Y%m%d-%H%M%S)-$$" --overwrite >&2
  say "waits until the operator has read the secret for $name, six minutes at most"
  deadline=$((SECONDS + ${SECRET_PATIENCE:-360}))
  until external=$(external_secret) && jq -e --arg before "$before" '.status.syncedResourceVersion // "" | . != "" and . != $before' <<<"$external" >/dev/null; do
    problem=$(jq -r '.status.conditions[]? | select(.type == "Ready" and .status != "True") | ": \(.message)"' <<<"$external" 2>/dev/null) || problem=""
    ((SECONDS < deadline)) || fail "the operator has not read the secret for $name$problem; $application was not restarted.
  kubectl describe externalsecret -n $namespace $name says why. When it has: just app-restart $stack"
    sleep "${SECRET_INTERVAL:-5}"
  done
}
