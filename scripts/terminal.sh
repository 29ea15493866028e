# shellcheck shell=bash
# How every recipe talks: messages, questions, colours, progress, and the exit codes, which docs/how-to/operations.md lists.
# Messages go to standard error; standard output has only what the recipe was asked for.

# shellcheck disable=SC2154 # recipe, scratch and ticking are set by lib.sh
unchanged=3 # the exit code of a recipe that stops before its change; 1 once it has changed something

# screen FD tells whether a file descriptor is a terminal whose line can be overwritten.
screen() { [[ -t $1 && ${TERM:-dumb} != dumb ]]; }

# colourful FD tells whether it is a terminal that shows colours. https://no-color.org
colourful() { screen "$1" && [[ -z ${NO_COLOR:-} ]]; }

# paint FD COLOUR TEXT prints a text, on a terminal in a colour: red, green or bold.
paint() {
  local code=1
  if ! colourful "$1"; then
    printf '%s' "$3" >&"$1"
    return
  fi
  case $2 in red) code='1;31' ;; green) code=32 ;; esac
  printf '\e[%sm%s\e[0m' "$code" "$3" >&"$1"
}

say() { printf '%s: %s\n' "$recipe" "$*" >&2; }

# complain WORD... is a message about what went wrong.
complain() {
  paint 2 red "$recipe:"
  printf ' %s\n' "$*" >&2
}

fail() { complain "$*"; exit 1; }

# stop WORD... ends a recipe before its change.
stop() { complain "$*"; exit "$unchanged"; }

# misused WORD... ends a recipe that was called in a way that it does not have.
misused() { complain "$*"; exit 2; }

# ask QUESTION ends the recipe unless the answer is the word yes; the option --yes answers it in advance.
ask() {
  local answer=""
  option --yes && return
  paint 2 bold "$1 [yes/no]"
  printf ' ' >&2
  read -r answer || printf '\n' >&2
  [[ $answer == yes ]] || { complain "stopped here: the answer was not yes (--yes answers beforehand)"; exit "$unchanged"; }
}

# patiently WHAT COMMAND... runs a command that says nothing for long, and shows meanwhile what is waited for and for how long: on a terminal
# in one line, otherwise in a line a minute. What the command does say comes after that line, not within it.
patiently() {
  local what=$1 code=0
  shift
  stop_clock
  clock "$what" &
  ticking=$!
  ("$@") >"$scratch/stdout" 2>"$scratch/stderr" || code=$? # a subshell: in a function, the traps would write into these files too
  stop_clock
  cat "$scratch/stderr" >&2
  cat "$scratch/stdout"
  return "$code"
}

# clock WHAT shows how long it has been running. Nothing that it starts holds on to the recipe's output.
clock() {
  local began=$SECONDS minutes=1 passed
  trap - EXIT INT TERM HUP
  while kill -0 $$ 2>/dev/null && sleep 1 >/dev/null 2>&1; do
    passed=$((SECONDS - began))
    if screen 2; then
      printf '\r%s: waiting for %s, %d:%02d \e[K' "$recipe" "$1" $((passed / 60)) $((passed % 60)) >&2
    elif ((passed / 60 >= minutes)); then
      say "still waiting for $1, after $((passed / 60)) min"
      minutes=$((passed / 60 + 1))
    fi
  done
}

# stop_clock ends the clock, if there is one, and removes its line. KILL and not TERM: a clock that has only just begun would still run the traps of
# the recipe, and clean up while the recipe goes on.
stop_clock() {
  [[ -n $ticking ]] || return 0
  kill -KILL "$ticking" 2>/dev/null || true
  wait "$ticking" 2>/dev/null || true
  ticking=""
  ! screen 2 || printf '\r\e[K' >&2
}
