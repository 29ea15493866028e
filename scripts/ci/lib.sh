# shellcheck shell=bash
# What the steps of the workflows share, beside what they share with the recipes.
source "$(dirname "$0")/../lib.sh"
shopt -s inherit_errexit

# summary takes standard input to the page of the run.
summary() { cat >>"${GITHUB_STEP_SUMMARY:-/dev/null}"; }

# fenced PREFIX FILE is a file as a block of Markdown, of a length that GitHub takes.
fenced() {
  printf '````%s\n' "$1"
  head -c 40000 "$2"
  [[ $(wc -c <"$2") -le 40000 ]] || printf '\n… and more: see the log of the run\n'
  printf '\n````\n'
}

# run is the address of this run.
run() { printf '%s/%s/actions/runs/%s' "${GITHUB_SERVER_URL:-https://github.com}" "$GITHUB_REPOSITORY" "$GITHUB_RUN_ID"; }

# issue TITLE FILE [open] says something in the one open issue of that title; it is opened where it is not there, unless
# that is to be said only in an issue that is.
issue() {
  local number
  number=$(gh issue list --repo "$GITHUB_REPOSITORY" --state open --search "in:title \"$1\"" --json number,title |
    jq -r --arg title "$1" 'map(select(.title == $title))[0].number // empty')
  if [[ -n $number ]]; then
    gh issue comment "$number" --repo "$GITHUB_REPOSITORY" --body-file "$2" >&2
  elif [[ ${3:-} != open ]]; then
    gh issue create --repo "$GITHUB_REPOSITORY" --title "$1" --body-file "$2" >&2
  fi
  printf '%s' "$number"
}
