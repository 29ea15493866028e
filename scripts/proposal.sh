# shellcheck shell=bash
# What a job does whose token can write: it commits a patch of the job before, which ran what others wrote, and proposes it in one pull
# request. It runs git and gh alone, on a checkout of its own, and of the other job it takes files that nothing runs.

# open_proposal BRANCH names the branch of the pull request.
open_proposal() {
  need git "install the package git"
  need gh "see https://cli.github.com"
  branch=$1 report=${RUNNER_TEMP:?}/proposal.md run=${GITHUB_SERVER_URL:-https://github.com}/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_ID
  export GIT_AUTHOR_NAME=mosaic-database GIT_AUTHOR_EMAIL=mosaic-database@users.noreply.github.com
  export GIT_COMMITTER_NAME=$GIT_AUTHOR_NAME GIT_COMMITTER_EMAIL=$GIT_AUTHOR_EMAIL
  may="see above; the job needs the permissions contents: write and pull-requests: write, and the repository the setting
  \"Allow GitHub Actions to create and approve pull requests\" (docs/how-to/pipeline.md)"
}

remote() { git -c credential.helper='!gh auth git-credential' "$@"; }

# made FOLDER FILE prints the path of a file of the job before.
made() {
  local file=${RUNNER_TEMP:?}/$1/$2
  [[ -f $file && ! -L $file ]] || fail "$file has to be a file of the job before"
  printf '%s' "$file"
}

# take FOLDER PATTERN WHAT takes the patch of a folder, which may change plain files whose paths match the pattern, into the index alone: no
# file of the checkout changes. WHAT says which these are.
take() {
  local patch refused
  patch=$(made "$1" changes.patch)
  git apply --cached "$patch" || fail "the patch of $3 does not apply, see above"
  refused=$(git diff --cached --raw --no-renames | grep -vE $'^:(100644|000000) 100644 [^\t]*\t('"$2"')$' || true)
  [[ -z $refused ]] || fail "the patch may change $3, and nothing else:
$refused"
}

# propose TITLE pushes the commit to the branch, and opens or changes its pull request, with the report.
propose() {
  local seen others url
  seen=$(remote ls-remote origin "refs/heads/$branch") || fail "cannot read $branch, $may"
  seen=${seen%%[[:space:]]*}
  if [[ -n $seen ]]; then
    remote fetch --quiet origin "refs/heads/$branch" || fail "cannot read $branch, $may"
    seen=$(git rev-parse FETCH_HEAD)
    others=$(git log --format='%ae %ce %h %an: %s' "HEAD..$seen")
    others=$(grep -vF "$GIT_AUTHOR_EMAIL $GIT_COMMITTER_EMAIL " <<<"$others" || true)
    [[ -z $others ]] || fail "the branch $branch has commits of others, which a push would remove; merge its pull request, or delete the
  branch, and run the workflow again:
$others"
  fi
  # Replaces what was looked at above, and nothing that came since.
  remote push --quiet --force-with-lease="refs/heads/$branch:$seen" origin "HEAD:refs/heads/$branch" || fail "cannot push $branch, $may"
  # The pull request of a fork may have a branch of the same name.
  url=$(gh pr list --repo "$GITHUB_REPOSITORY" --head "$branch" --state open --json url,isCrossRepository --jq 'map(select(.isCrossRepository | not))[0].url // ""') ||
    fail "cannot list the pull requests of $GITHUB_REPOSITORY, $may"
  if [[ -n $url ]]; then
    gh pr edit "$url" --body-file "$report" >/dev/null || fail "pushed $branch, but cannot change the pull request $url, $may"
    say "changed the pull request $url"
    return
  fi
  url=$(gh pr create --repo "$GITHUB_REPOSITORY" --head "$branch" --base main --title "$1" --body-file "$report") ||
    fail "pushed $branch, but cannot open a pull request for it, $may"
  say "proposed in the pull request $url"
}
