# shellcheck shell=bash
# Restores a backup as the next generation of the instance.

# open_restore STACK reads the newest generation, the active one and the active instance.
open_restore() {
  open_stack "$1"
  open_account
  open_cluster
  need go "see https://go.dev/doc/install"
  instance=$(output instanceIdentifier)
  generation=$(setting restore.generation)
  active=$(setting restore.serving)
  generation=${generation:-1} active=${active:-$generation}
  version=$(setting restore.engineVersion) # of the newest instance, if logical replication made it
}

# restore WHAT EDIT... makes the next generation from the backup that the edits name. The keys of the last restore are removed
# first.
restore() {
  local what=$1 key edits=("restore.generation=$((generation + 1))")
  shift
  for key in serving snapshotIdentifier pointInTime useLatestRestorableTime sourceInstanceIdentifier sourceDbiResourceId sourceAutomatedBackupsArn dumpAndLoad \
    logicalReplication engineVersion switchedAt; do
    edits+=("restore.$key-")
  done
  [[ -z $version || $active != "$generation" ]] || edits+=("database.engineVersion=$version") # that of the backup
  if option --beside; then
    change "restores $what beside $instance; all clients stay on $instance" "${edits[@]}" "restore.serving=$active" "$@" || stopped
    say "the restored instance exists; to move to it: just db-serve $((generation + 1)) $stack"
    return
  fi
  remember
  say "what was written to $instance after the moment that is restored is not in the new instance; to stop the writers first: just app-scale 0 $stack"
  change "restores $what, moves to it, migrates, and restarts the pods; $instance stays as it is" "${edits[@]}" "$@" || stopped
  say "$stack has moved to the new instance. To go back: just db-serve $active $stack. To delete the old one: just db-release $instance $stack"
  finish "the restore has moved $stack"
}

stopped() {
  fail "the restore stopped halfway; $instance is as it was. To go on: just db-deploy $stack. To go back: just db-serve $active $stack"
}
