# shellcheck shell=bash
# What the drills share: a stack that is restored, looked into, and destroyed. Its name is in stack, that of its environment in environment.

# begin_drill OPTION... makes the stack, which is destroyed at the end, whatever comes.
begin_drill() {
  pulumi stack init "$stack" --no-select "$@" >&2 ||
    fail "the stack $stack exists already or could not be created, see above. To remove what an earlier drill left:
  pulumi destroy --stack $stack && pulumi stack rm $stack"
  trap 'pod=""; tear_down; cleanup' EXIT
}

# tear_down destroys what the drill made, whether it succeeded or not.
tear_down() {
  trap '' INT TERM HUP
  say "destroying the stack $stack"
  if patiently "the end of $stack" destroyed && pulumi stack rm "$stack" --yes >&2; then
    say "nothing of the drill is left"
  else
    cat "$scratch/destroy" >&2
    say "part of the drill is left and still costs money; to remove it: pulumi destroy --stack $stack && pulumi stack rm $stack"
  fi
}

destroyed() { pulumi destroy --stack "$stack" --yes --skip-preview >"$scratch/destroy" 2>&1; }

# edit_drill EDIT... makes a drill of a copied stack file, and says what is restored. What names an object of the original's namespace, a role or
# a person is left out: the drill's namespace is new, and its role may less.
edit_drill() {
  program edit "$stack" additionalApps- alerts- backups- budget- restore- pooling- tls- \
    database.iamPrincipals- database.instanceIdentifier- database.readReplicaIdentifiers- network.subnetGroupName- app.secretName- app.secretEntries- app.helmValues- app.secretsServiceAccount- app.clusterSecretStore- app.releasing- app.policyArns- \
    app.trustedServiceAccounts- migrations.secretEnv- migrations.command- \
    "environment=$environment" \
    delivery=pulumi \
    "app.namespace=mosaic-$environment" \
    app.createNamespace=true \
    migrations.enabled=true \
    "migrations.command[0]=alembic" \
    "migrations.command[1]=current" \
    database.readReplicas=0 \
    database.deletionProtection=false \
    database.skipFinalSnapshot=true \
    database.deleteAutomatedBackups=true \
    database.secretRecoveryDays=0 \
    restore.useLatestRestorableTime=true \
    "$@"
}

# age MOMENT prints how many seconds a moment is past, which AWS prints with or without a fraction.
age() { jq -n --arg moment "$1" 'now - ($moment | sub("\\.[0-9]+"; "") | sub("\\+00:00$"; "Z") | fromdateiso8601) | floor'; }

# look_into reads what the drill restored: the schema's revision, and the rows of every table.
look_into() {
  open_cluster
  revision=$(kube logs "job/$(output migrationJobName)" | sed -n 's/^\([0-9a-f]\{6,\}\).*/\1/p' | sed -n '$p')
  if clients_by_token; then
    run_pod "$(of_master)" # a drill has no IAM users, and the only other login with a password
  else
    start_pod
  fi
  rows=$(query "$(dirname "${BASH_SOURCE[0]}")/sql/rows.sql")
}

# report_drill TITLE SECONDS MOMENT AGE prints the report.
report_drill() {
  cat <<REPORT
# $1, $(date -u +%Y-%m-%d)

- recovery time: $(($2 / 60)) min $(($2 % 60)) s, from the first request to pods that can connect
- recovery point: $3, $(($4 / 60)) min $(($4 % 60)) s old when the drill began
- schema revision: ${revision:-none was found in the log of the Job}

$rows
REPORT
}
