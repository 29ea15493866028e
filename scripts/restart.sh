# shellcheck shell=bash
# Restarts the application once the cluster's Secret is another one.

# content is a fingerprint of the Secret.
content() { kube get secret "$(output kubernetesSecretName)" -o 'jsonpath={.data}' | sha256sum; }

# restart_after FINGERPRINT waits until the Secret is another one than that, and restarts the pods.
restart_after() {
  local application secret deadline now
  application=$(output applicationName)
  secret=$(output kubernetesSecretName)
  say "waits for the Secret $secret, six minutes at most"
  deadline=$((SECONDS + ${SECRET_PATIENCE:-360}))
  while now=$(content) || now=$1; [[ $now == "$1" ]]; do
    ((SECONDS < deadline)) || fail "the Secret $secret is still the old one, so $application was not restarted;
  kubectl describe externalsecret says why. When it is there: kubectl rollout restart deployment/$application"
    sleep "${SECRET_INTERVAL:-5}"
  done
  kube rollout restart "deployment/$application"
  kube rollout status "deployment/$application" --timeout=10m
}
