# shellcheck shell=bash
# What the recipes share: the stack's outputs, and access to its account and cluster.
set -euo pipefail
export AWS_PAGER=""
# Pulumi runs four operations at once for each core by default. Replicas take ten minutes each, and everything else would
# queue behind them.
export PULUMI_PARALLEL=${PULUMI_PARALLEL:-64}

recipe=$(basename "$0")
scratch=$(mktemp -d)
namespace="" pod="" given=" " words=() ticking=""
source "$(dirname "${BASH_SOURCE[0]}")/terminal.sh"
source "$(dirname "${BASH_SOURCE[0]}")/arguments.sh"

need() { command -v "$1" >/dev/null || fail "needs $1, which is not on the PATH; $2"; }

# A second Ctrl-C must not interrupt the cleanup after the first.
cleanup() {
  trap '' INT TERM HUP
  stop_clock
  if [[ -n $pod ]]; then
    kube delete "pod/$pod" --ignore-not-found --wait=false >&2 ||
      say "the pod $pod is still there; it ends by itself within four hours; to delete it now: kubectl delete -n $namespace pod/$pod"
  fi
  rm -rf "$scratch"
}
trap cleanup EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# open_stack STACK reads the outputs of the named stack, or of the selected one.
open_stack() {
  need pulumi "see https://www.pulumi.com/docs/install/"
  need jq "install the package jq"
  stack=${1:-}
  if [[ -z $stack ]]; then
    stack=$(pulumi stack --show-name --non-interactive 2>/dev/null) ||
      misused "no stack is selected; name the environment, as in: just $recipe prod"
  fi
  if ! outputs=$(pulumi stack output --json --stack "$stack" --non-interactive 2>"$scratch/said"); then
    fail "cannot read the stack $stack: $(<"$scratch/said")
  If you are not logged in: pulumi login <the team's state>. If there is no such stack: pulumi stack ls, or pulumi stack init $stack"
  fi
}

# info INSTANCE prints the outputs for a person to read. INSTANCE is RDS's description of the instance as JSON, or null.
info() {
  jq --null-input --arg stack "$stack" --argjson outputs "$outputs" --argjson instance "$1" '{$stack, $outputs, $instance}' |
    jq --raw-output --from-file "$(dirname "${BASH_SOURCE[0]}")/info.jq"
}

# output NAME prints an output of the stack; a missing or empty one ends the recipe.
output() {
  jq -er --arg name "$1" '.[$name] | select(. != null and . != "")' <<<"$outputs" ||
    fail "the stack $stack has no output $1: nothing was deployed, or an older version of the program deployed it; run: just db-deploy $stack"
}

# optional NAME prints an output of the stack, or nothing if it is missing.
optional() { jq -r --arg name "$1" '.[$name] // ""' <<<"$outputs"; }

# clients_by_token tells whether the applications log in by token: they have one login then, and two in turn with passwords.
clients_by_token() { jq -e '(.applicationLogins // [] | length) == 1' <<<"$outputs" >/dev/null; }

# clients_alternate tells whether the applications have two logins in turn.
clients_alternate() { jq -e '(.applicationLogins // [] | length) == 2' <<<"$outputs" >/dev/null; }

cloud() { aws --region "$region" "$@"; }

# of_cluster tells whether an Aurora cluster serves the database, and not an instance.
of_cluster() { [[ $(optional engine) == aurora-postgresql ]]; }

# generation N prints the identifier of a generation's instance or cluster. All but the first are named after their number.
generation() {
  jq -er --arg n "$1" '[.instanceIdentifier, .keptInstances[]?]
    | map(select(if $n == "1" then test("^mosaic-.*-db-[0-9]+$") | not else test("^mosaic-.*-db-\($n)$") end)) | first // empty' <<<"$outputs" ||
    fail "there is no instance of generation $1: it was released, or the run that makes it did not finish (then: just db-deploy $stack)"
}

# server prints RDS's description of the instance or the cluster, as JSON.
server() {
  if of_cluster; then
    cloud rds describe-db-clusters --db-cluster-identifier "$(output instanceIdentifier)" --output json --query 'DBClusters[0]'
  else
    cloud rds describe-db-instances --db-instance-identifier "$(output instanceIdentifier)" --output json --query 'DBInstances[0]'
  fi
}

# log_group LOG prints the name of the log group that a log of the instance or the cluster is exported to.
log_group() {
  local kind=instance
  ! of_cluster || kind=cluster
  printf '/aws/rds/%s/%s/%s' "$kind" "$(output instanceIdentifier)" "$1"
}

# open_account checks that the AWS credentials are for the stack's account.
open_account() {
  region=$(output region)
  log_in "$(output accountId)" "$stack"
}

# log_in ACCOUNT STACK checks that the AWS credentials are for the account of a stack.
log_in() {
  local account=$1 caller
  need aws "see https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html"
  caller=$(cloud sts get-caller-identity --query Account --output text 2>"$scratch/said") ||
    fail "no login to AWS: $(<"$scratch/said")
  log in to the account $account, as in: aws sso login"
  [[ $caller == "$account" ]] ||
    fail "the AWS login is of account $caller, and the stack $2 belongs to $account; choose a profile of that account with AWS_PROFILE"
}

# setting KEY prints a value of the stack's configuration, or nothing if it is not set.
setting() {
  local value
  if value=$(pulumi config get --stack "$stack" --non-interactive --path "mosaic-database:$1" 2>"$scratch/said"); then
    printf '%s' "$value"
  elif ! grep -q "not found" "$scratch/said"; then
    fail "cannot read mosaic-database:$1 of $stack: $(<"$scratch/said")"
  fi
}

kube() { kubectl --kubeconfig "$scratch/kubeconfig" "${context[@]}" --namespace "$namespace" "$@"; }

# open_cluster writes a temporary kubeconfig for the stack's cluster. The user's own kubeconfig is neither read nor changed.
open_cluster() {
  local kubeconfig chosen name
  need kubectl "see https://kubernetes.io/docs/tasks/tools/"
  namespace=$(output namespace)
  context=()
  kubeconfig=$(setting cluster.kubeconfig)
  if [[ -z $kubeconfig ]]; then
    name=$(output clusterName)
    cloud eks update-kubeconfig --name "$name" --kubeconfig "$scratch/kubeconfig" >"$scratch/said" 2>&1 ||
      fail "cannot reach the cluster $name: $(<"$scratch/said")"
    return
  fi
  chosen=$(setting cluster.context)
  [[ -z $chosen ]] || context=(--context "$chosen")
  if [[ -f $kubeconfig ]]; then
    cp "$kubeconfig" "$scratch/kubeconfig"
  else
    printf '%s\n' "$kubeconfig" >"$scratch/kubeconfig"
  fi
}

# external_secret SECRET prints the ExternalSecret that makes a Kubernetes Secret, as JSON, or null if there is none. It looks for
# the target Secret, because the chart may give the ExternalSecret any name.
external_secret() {
  local all
  all=$(kube get externalsecrets.external-secrets.io -o json) || return
  jq --arg secret "$1" '[.items[] | select((.spec.target.name // .metadata.name) == $secret)][0]' <<<"$all"
}

# program VERB ARGUMENT... builds and runs internal/recipe. `go run` would not pass on its exit code.
program() {
  need go "see https://go.dev/doc/install"
  go build -buildvcs=false -o bin/recipe ./internal/recipe || fail "cannot build ./internal/recipe, see above"
  RECIPE=$recipe bin/recipe "$@"
}

# change WHAT EDIT... edits the stack file and runs `pulumi up`, which asks before it changes anything. An edit is key=value,
# key- to remove the key, or key+ to increment it. If the up does not begin, the edits are undone and the recipe ends. After it, the recipe has
# changed something.
change() {
  local what=$1 answer=() code=0
  shift
  ! option --yes || answer=(--yes)
  program change "${answer[@]}" --what "$what" "$stack" "$@" || code=$?
  [[ $code -ne 3 ]] || exit "$unchanged"
  unchanged=1
  return "$code"
}
