# shellcheck shell=bash
# What GitHub says of the repository that a pipeline belongs to, for the policies that its tokens are compared with.

# github PATH asks GitHub's API, and leaves the answer in $scratch/found.
github() {
  local code=0
  gh api --hostname github.com "$1" >"$scratch/found" 2>"$scratch/said" || code=$?
  [[ $code -ne 4 ]] || fail "gh is not logged in to GitHub; run: gh auth login"
  [[ $code -eq 0 ]] || grep -q 'HTTP 404' "$scratch/said" || fail "GitHub does not answer: $(<"$scratch/said")"
  return "$code"
}

# find_repository OWNER/NAME sets repository, the name as GitHub spells it, and numbered, the name with both ids. A token has
# one or the other, in this spelling: to a trust policy, Acme is not acme.
find_repository() {
  local prefix
  need gh "see https://cli.github.com; GitHub's tokens have the ids of the repository in them"
  [[ $1 =~ ^[A-Za-z0-9_-]+/[A-Za-z0-9._-]+$ && $1 != *.git ]] ||
    fail "a repository on GitHub is written owner/name, as in acme/database, and not ${1:-empty}"
  github "repos/$1" ||
    fail "GitHub shows no repository $1 to this login; check the name, and with gh auth status who is logged in"
  repository=$(jq -er .full_name "$scratch/found")
  numbered=$(jq -er '"\(.owner.login)@\(.owner.id)/\(.name)@\(.id)"' "$scratch/found")
  [[ $1 == "$repository" ]] || say "GitHub calls it $repository"

  github "repos/$repository/actions/oidc/customization/sub" || return 0
  jq -e '.use_default != false' "$scratch/found" >/dev/null ||
    fail "the tokens of $repository have a subject made of $(jq -c .include_claim_keys "$scratch/found"), and the trust policies \
compare GitHub's own; go back to it: gh api --method PUT repos/$repository/actions/oidc/customization/sub --field use_default=true"
  prefix=$(jq -r '.sub_claim_prefix // empty' "$scratch/found")
  [[ -z $prefix || $prefix == "repo:$repository" || $prefix == "repo:$numbered" ]] ||
    fail "the subjects of the tokens of $repository begin with $prefix, and the trust policies would expect repo:$repository or repo:$numbered"
}
