# shellcheck shell=bash
# The next generation of the instance, made from a backup.

# open_restore STACK finds what the next generation comes after.
open_restore() {
  open_stack "$1"
  open_account
  open_cluster
  need go "see https://go.dev/doc/install"
  instance=$(output instanceIdentifier)
  generation=$(setting restore.generation)
  active=$(setting restore.serving)
  generation=${generation:-1} active=${active:-$generation}
}

# restore WHAT EDIT... makes it of the backup that the edits name, whatever the last one was made from.
restore() {
  local what=$1 key before edits=("restore.generation=$((generation + 1))")
  shift
  for key in serving snapshotIdentifier pointInTime useLatestRestorableTime sourceInstanceIdentifier sourceDbiResourceId; do
    edits+=("restore.$key-")
  done
  if option --beside; then
    change "restores $what beside $instance, without moving anything to it" "${edits[@]}" "restore.serving=$active" "$@" || stopped
    say "it is there; to move to it: just db-serve $((generation + 1)) $stack"
    return
  fi
  before=$(content)
  say "what is written to $instance after that moment is not in the new instance: stop what writes, if it still does"
  change "restores $what, moves to it, migrates, and restarts the pods; $instance stays as it is" "${edits[@]}" "$@" || stopped
  restart_after "$before"
  say "the pods use the new instance. Back: just db-serve $active $stack. When the old one may go: just db-release $instance $stack"
}

stopped() {
  fail "the restore stopped halfway; $instance is as it was. On: just db-deploy $stack. Back: just db-serve $active $stack"
}
