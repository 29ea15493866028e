# shellcheck shell=bash
# How every recipe reads its call: words, options, and what it says where they do not fit, with the exit code 2.

# arguments "<usage>" ARGUMENT... splits a recipe's arguments into words and options. The usage names both, as in "snapshot [env] [--yes] [--from=URL]":
# what is in brackets may be left out, and env... is one or more. A call that does not fit ends the recipe.
arguments() {
  local usage="usage: just $recipe" parts part argument at options=" " required=() most=0
  [[ $0 != */ci/* ]] || usage="usage: $0"
  usage+=${1:+ $1}
  read -ra parts <<<"$1"
  shift
  for part in "${parts[@]}"; do
    most=$((most + 1))
    case $part in
      '[--'*) part=${part//[][]/} options+="${part/=*/=} " most=$((most - 1)) ;;
      '['*) ;;
      *...) required+=("${part%...}") most=$# ;;
      *) required+=("$part") ;;
    esac
  done
  words=()
  for argument; do
    case $argument in
      -*)
        [[ $argument != *= && $options == *" $argument "* || $argument == *=?* && $options == *" ${argument%%=*}= "* ]] || misused "the option $argument does not fit; $usage"
        given+="$argument "
        ;;
      *) words+=("$argument") ;;
    esac
  done
  ((${#words[@]} <= most)) || misused "too many words, from ${words[most]} on; $usage"
  for at in "${!required[@]}"; do
    [[ -n ${words[at]:-} ]] || misused "missing: ${required[at]}; $usage"
  done
}

# option NAME tells whether the call has an option.
option() { [[ $given == *" $1 "* ]]; }
