# shellcheck shell=bash
# What a check finds, line by line for people, or with --json in one object for scripts.

findings=()

# finding VERDICT APPLICATION WHAT SAYS is one: ok, BROKEN, or - for what is neither; APPLICATION is empty for those of the instance.
# With one application (applications, of deployments.sh) its name is left out for people.
finding() {
  local verdict=$1 application=$2 what=$3 says=$4 colour=green
  if option --json; then
    [[ $verdict != - ]] || verdict=none
    findings+=("$(jq -cn --arg verdict "${verdict,,}" --arg application "$application" --arg what "$what" --arg says "$says" \
      '{$verdict, $application, $what, $says} | del(.application | select(. == ""))')")
    return
  fi
  [[ $verdict != BROKEN ]] || colour=red
  [[ $verdict != - ]] || colour=bold
  paint 1 "$colour" "$verdict"
  [[ -z $application ]] || ((${#applications[@]} == 1)) || what="$application: $what"
  printf '%*s  %s: %s\n' $((6 - ${#verdict})) "" "$what" "$says"
}

# findings_told prints the object of --json, which docs/how-to/operations.md describes.
findings_told() {
  ! option --json || jq -s --arg stack "$stack" '{$stack, broken: any(.[]; .verdict == "broken"), findings: .}' <<<"${findings[*]}"
}
