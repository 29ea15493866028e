# shellcheck shell=bash
# Logical replication between two generations, from a pod that logs in to both as the master user. Publication, subscription, slot and login exist
# as long as the replication does; a subscription and its slot have the number of the generation that they fill.
source "$(dirname "${BASH_SOURCE[0]}")/pod.sh"
sql=$(dirname "${BASH_SOURCE[0]}")/sql

# shellcheck disable=SC2154 # stack comes from lib.sh
# open_generations STACK reads the newest generation and the active one, and how far logical replication is.
open_generations() {
  open_stack "$1"
  open_account
  open_cluster
  newest=$(setting restore.generation)
  active=$(setting restore.serving)
  newest=${newest:-1} active=${active:-$newest}
  state=$(setting restore.logicalReplication)
  [[ -n $state ]] || fail "the stack $stack has no restore.logicalReplication; docs/how-to/upgrades.md says how to begin"
}

# host N prints the host name of a generation's instance.
host() {
  local identifier
  identifier=$(generation "$1")
  cloud rds describe-db-instances --db-instance-identifier "$identifier" --query 'DBInstances[0].Endpoint.Address' --output text
}

# on HOST FILE [VARIABLE=VALUE...] runs an SQL file there.
on() {
  local at=$1 file=$2 variables=() one
  shift 2
  for one; do variables+=(--set "$one"); done
  run_at "$at" "${variables[@]}" <"$sql/$file"
}

# run_at HOST [OPTION...] runs the SQL of its standard input there, with options of psql.
run_at() {
  local at=$1
  shift
  kube exec -i "$pod" -- env "PGHOST=$at" psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 "$@" --file -
}

# between HOST HOST SHELL [ARGUMENT...] runs a line of shell in the pod, in which $1 and $2 are the two.
between() {
  local from=$1 to=$2 shell=$3
  shift 3
  kube exec -i "$pod" -- sh -euc "$shell" sh "$from" "$to" "$@"
}

# replicate PUBLISHER SUBSCRIBER N COPY begins logical replication into generation N. The password of the login is made in the pod, and leaves
# it for the two servers alone.
replicate() {
  # shellcheck disable=SC2016 # the pod's shell expands it
  between "$1" "$2" '
    password=$(head -c 512 /dev/urandom | tr -dc A-Za-z0-9 | head -c 40)
    on() { PGOPTIONS="-c mosaic.replication=$password" psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 "$@"; }
    printf "%s\n" "$5" | PGHOST=$1 on
    PGHOST=$1 PGUSER=mosaic_replication PGPASSWORD=$password psql --no-psqlrc --quiet --output /dev/null --set ON_ERROR_STOP=1 --command "SELECT pg_create_logical_replication_slot(\$\$mosaic_to_$3\$\$, \$\$pgoutput\$\$)"
    printf "%s\n" "$6" | PGHOST=$2 on --set publisher="$1" --set subscription="mosaic_to_$3" --set copy="$4"
  ' "$3" "$4" "$(<"$sql/replicate-publish.sql")" "$(<"$sql/replicate-subscribe.sql")"
}

# end PUBLISHER SUBSCRIBER ends logical replication from one to the other: on each side, whatever the other one says.
end() {
  local code=0
  on "$2" replicate-end.sql subscriber=true || code=1
  on "$1" replicate-end.sql subscriber=false || code=1
  return "$code"
}
