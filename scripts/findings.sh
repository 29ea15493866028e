# shellcheck shell=bash
# What a check finds, line by line for people, or with --json in one object for scripts.

findings=()

# finding VERDICT WHAT SAYS is one: ok, BROKEN, or - for what is neither.
finding() {
  local verdict=$1 colour=green
  if option --json; then
    [[ $verdict != - ]] || verdict=none
    findings+=("$(jq -cn --arg verdict "${verdict,,}" --arg what "$2" --arg says "$3" '{$verdict, $what, $says}')")
    return
  fi
  [[ $verdict != BROKEN ]] || colour=red
  [[ $verdict != - ]] || colour=bold
  paint 1 "$colour" "$verdict"
  printf '%*s  %s: %s\n' $((6 - ${#verdict})) "" "$2" "$3"
}

# findings_told prints the object of --json: {stack, broken, findings: [{verdict: "ok", "broken" or "none", what, says}]}.
findings_told() {
  ! option --json || jq -s --arg stack "$stack" '{$stack, broken: any(.[]; .verdict == "broken"), findings: .}' <<<"${findings[*]}"
}
