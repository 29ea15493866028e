# shellcheck shell=bash
# The next generation of the instance, made from a backup.

# open_restore STACK changes the stack file for the next generation, whatever the last one was made from.
open_restore() {
  local key
  open_stack "$1"
  open_account
  open_cluster
  need go "see https://go.dev/doc/install"
  instance=$(output instanceIdentifier)
  generation=$(setting restore.generation)
  serving=$(setting restore.serving)
  generation=${generation:-1} serving=${serving:-$generation}
  configure restore.generation "$((generation + 1))"
  for key in serving snapshotIdentifier pointInTime useLatestRestorableTime sourceInstanceIdentifier sourceDbiResourceId; do
    forget "restore.$key"
  done
  if option --beside; then
    configure restore.serving "$serving"
  fi
}

# restore WHAT makes it.
restore() {
  local before
  if option --beside; then
    change "restores $1 beside $instance, without moving anything to it" || stopped
    say "it is there; to move to it: just db-serve $((generation + 1)) $stack"
    return
  fi
  before=$(content)
  say "what is written to $instance after that moment is not in the new instance: stop what writes, if it still does"
  change "restores $1, moves to it, migrates, and restarts the pods; $instance stays as it is" || stopped
  restart_after "$before"
  say "the pods use the new instance. Back: just db-serve $serving $stack. When the old one may go: just db-release $instance $stack"
}

stopped() {
  fail "the restore stopped halfway; $instance is as it was. On: just db-deploy $stack. Back: just db-serve $serving $stack"
}
