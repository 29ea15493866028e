# shellcheck shell=bash
# What the steps of the workflows share, beside what they share with the recipes.
source "$(dirname "$0")/../lib.sh"
shopt -s inherit_errexit

# markdown PROGRAM ARGUMENT... is jq with what markdown.jq defines, which is told where the rest of a text is.
markdown() {
  local program=$1
  shift
  jq -L "$(dirname "${BASH_SOURCE[0]}")/.." --raw-output --join-output --arg rest "[the run]($(run)) and its log" "$@" "include \"markdown\"; $program"
}

# shortened CHARACTERS BYTES is standard input, Markdown, in no more than that.
shortened() {
  markdown text --raw-input --slurp --argjson characters "$1" --argjson bytes "$2"
}

# summary takes standard input to the page of the run; a step may have a MiB there.
summary() { shortened 1000000 1000000 >>"${GITHUB_STEP_SUMMARY:-/dev/null}"; }

# fenced PREFIX FILE is a file as a block of Markdown; what looks like a fence in it does not end the block.
fenced() {
  local fence='````' text
  text=$(<"$2")
  while [[ $text == *"$fence"* ]]; do fence+='`'; done
  printf '%s%s\n%s\n%s\n' "$fence" "$1" "$text" "$fence"
}

# handed NAME gives standard input to the jobs that follow, as an output of the step.
handed() {
  local end
  end=END-$(date +%s%N)
  { printf '%s<<%s\n' "$1" "$end" && cat && printf '%s\n' "$end"; } >>"${GITHUB_OUTPUT:-/dev/null}"
}

# preview STACK previews an up: what it shows goes to $scratch/shown, and its steps to $scratch/steps, a line for each
# operation on a resource, or on a property of one, without values. Both are of one preview: the steps are from the engine's
# own log, which the Automation API reads too.
preview() {
  local code=0
  : >"$scratch/events"
  PULUMI_DEBUG_COMMANDS=true pulumi preview --stack "$1" --diff --non-interactive --color never --event-log "$scratch/events" \
    >"$scratch/shown" 2>&1 || code=$?
  if [[ $code -eq 0 ]] && ! grep -q '"summaryEvent"' "$scratch/events"; then
    fail "pulumi preview of $1 wrote no log of its steps; is its version the one of .github/actions/tools?"
  fi
  jq --raw-output '.resourcePreEvent | values | .metadata | select(.op | IN("same", "read") | not)
    | ((if .detailedDiff then .detailedDiff | keys else .diffs // [] end)[] // "") as $property
    | "\(.op) \(.type) \(.urn | split("::")[3:] | join("::")) \($property)" | rtrimstr(" ")' \
    "$scratch/events" | LC_ALL=C sort -u >"$scratch/steps"
  [[ -s $scratch/steps ]] || printf 'no step\n' >"$scratch/steps"
  return "$code"
}

# run is the address of this run.
run() { printf '%s/%s/actions/runs/%s' "${GITHUB_SERVER_URL:-https://github.com}" "$GITHUB_REPOSITORY" "$GITHUB_RUN_ID"; }

# issue TITLE FILE [open] says something in the one open issue of that title; it is opened where it is not there, unless
# that is to be said only in an issue that is. GitHub takes 65536 characters.
issue() {
  local number
  shortened 65000 260000 <"$2" >"$scratch/issue"
  number=$(gh issue list --repo "$GITHUB_REPOSITORY" --state open --search "in:title \"$1\"" --json number,title |
    jq -r --arg title "$1" 'map(select(.title == $title))[0].number // empty') ||
    fail "cannot look for the issue \"$1\" in $GITHUB_REPOSITORY, see above; its issues have to be switched on"
  if [[ -n $number ]]; then
    gh issue comment "$number" --repo "$GITHUB_REPOSITORY" --body-file "$scratch/issue" >&2 || fail "cannot write to the issue $number of $GITHUB_REPOSITORY, see above"
  elif [[ ${3:-} != open ]]; then
    gh issue create --repo "$GITHUB_REPOSITORY" --title "$1" --body-file "$scratch/issue" >&2 ||
      fail "cannot open the issue \"$1\" in $GITHUB_REPOSITORY, see above"
  fi
  printf '%s' "$number"
}
