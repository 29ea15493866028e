# shellcheck shell=bash
# What the recipes share: arguments, questions, the stack's outputs, and the way into its account and cluster.
# Everything that is said goes to standard error; standard output is for what a recipe is asked for.
set -euo pipefail
export AWS_PAGER=""
# Pulumi's own limit, four operations at once for each core, makes what is ready wait behind replicas, which take ten
# minutes each.
export PULUMI_PARALLEL=${PULUMI_PARALLEL:-64}

recipe=$(basename "$0")
scratch=$(mktemp -d)
namespace="" pod="" given=" "

say() { printf '%s: %s\n' "$recipe" "$*" >&2; }
fail() { say "$*"; exit 1; }
need() { command -v "$1" >/dev/null || fail "needs $1, which is not on the PATH; $2"; }

# A second Ctrl-C must not stop the cleaning up of the first.
cleanup() {
  trap '' INT TERM HUP
  if [[ -n $pod ]]; then
    kube delete "pod/$pod" --ignore-not-found --wait=false >&2 ||
      say "the pod $pod is still there; it ends by itself within four hours, or: kubectl delete -n $namespace pod/$pod"
  fi
  rm -rf "$scratch"
}
trap cleanup EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# arguments "<options>" ARGUMENT... splits the arguments of a recipe into its words and its options.
arguments() {
  local options=" $1 " argument
  shift
  words=()
  for argument; do
    case $argument in
      -*)
        [[ $options == *" $argument "* ]] || fail "there is no option $argument; the options are:${options% }"
        given+="$argument "
        ;;
      *) words+=("$argument") ;;
    esac
  done
}

option() { [[ $given == *" $1 "* ]]; }

# ask asks a question that only the word yes answers with yes; --yes answers it beforehand.
ask() {
  local answer=""
  option --yes && return
  printf '%s [yes/no] ' "$1" >&2
  read -r answer || printf '\n' >&2
  [[ $answer == yes ]] || fail "stopped here: the answer was not yes (--yes answers beforehand)"
}

# open_stack STACK takes the named stack, or the selected one, and reads its outputs.
open_stack() {
  need pulumi "see https://www.pulumi.com/docs/install/"
  need jq "install the package jq"
  stack=${1:-}
  if [[ -z $stack ]]; then
    stack=$(pulumi stack --show-name --non-interactive 2>/dev/null) ||
      fail "no stack is selected; name the environment, as in: just $recipe prod"
  fi
  if ! outputs=$(pulumi stack output --json --stack "$stack" --non-interactive 2>"$scratch/said"); then
    fail "cannot read the stack $stack: $(<"$scratch/said")
  not logged in: pulumi login <the team's state>; no such stack: pulumi stack ls, or pulumi stack init $stack"
  fi
}

# info INSTANCE prints the outputs that a person reads, with RDS's description of the instance; null: without.
info() {
  jq --null-input --arg stack "$stack" --argjson outputs "$outputs" --argjson instance "$1" '{$stack, $outputs, $instance}' |
    jq --raw-output --from-file "$(dirname "${BASH_SOURCE[0]}")/info.jq"
}

# output NAME is an output of the stack.
output() {
  jq -er --arg name "$1" '.[$name] | select(. != null and . != "")' <<<"$outputs" ||
    fail "the stack $stack has no output $1: nothing was deployed, or by an older program; run: just db-deploy $stack"
}

# optional NAME is an output that may be empty, or not there.
optional() { jq -r --arg name "$1" '.[$name] // ""' <<<"$outputs"; }

cloud() { aws --region "$region" "$@"; }

# open_account makes sure that the login is of the stack's account.
open_account() {
  local account caller
  need aws "see https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html"
  region=$(output region)
  account=$(output accountId)
  caller=$(cloud sts get-caller-identity --query Account --output text 2>"$scratch/said") ||
    fail "no login to AWS: $(<"$scratch/said")
  log in to the account $account, as in: aws sso login"
  [[ $caller == "$account" ]] ||
    fail "the AWS login is of account $caller, and the stack $stack belongs to $account; choose its profile with AWS_PROFILE"
}

# setting KEY is a value of the stack's configuration; nothing where it is not set.
setting() {
  local value
  if value=$(pulumi config get --stack "$stack" --non-interactive --path "mosaic-database:$1" 2>"$scratch/said"); then
    printf '%s' "$value"
  elif ! grep -q "not found" "$scratch/said"; then
    fail "cannot read mosaic-database:$1 of $stack: $(<"$scratch/said")"
  fi
}

kube() { kubectl --kubeconfig "$scratch/kubeconfig" "${context[@]}" --namespace "$namespace" "$@"; }

# open_cluster makes a kubeconfig of its own for the stack's cluster; the one of this machine is not looked at.
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

# external_secret is the ExternalSecret that makes the application's Secret, as JSON, and null where none does. It is found by
# the Secret: its own name is the chart's business where the chart makes it.
external_secret() {
  local all
  all=$(kube get externalsecrets.external-secrets.io -o json) || return
  jq --arg secret "$(output kubernetesSecretName)" '[.items[] | select((.spec.target.name // .metadata.name) == $secret)][0]' <<<"$all"
}

# program VERB ARGUMENT... runs the program of internal/recipe. It is built first, which takes no time where nothing changed;
# go run would do the same, and lose the exit code.
program() {
  need go "see https://go.dev/doc/install"
  go build -buildvcs=false -o bin/recipe ./internal/recipe || fail "cannot build ./internal/recipe, see above"
  RECIPE=$recipe bin/recipe "$@"
}

# change WHAT EDIT... edits the stack file and does what it says, when the answer to Pulumi's own question is yes. An edit is
# key=value, key- to remove it, key+ to add one. Until the up begins, every end takes the edits back, and the recipe ends too.
change() {
  local what=$1 answer=() code=0
  shift
  ! option --yes || answer=(--yes)
  program change "${answer[@]}" --what "$what" "$stack" "$@" || code=$?
  [[ $code -ne 3 ]] || exit 1
  return "$code"
}
