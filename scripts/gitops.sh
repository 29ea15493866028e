# shellcheck shell=bash
# The file of the GitOps repository that this program writes. What it is compared with is what the remote has: a commit that
# was made here and refused there is not handed over.

# there is git in the checkout $folder.
there() { git -C "$folder" "$@"; }

# values_file FOLDER writes the values of the stack over those of the commit that is checked out, stages them, and shows
# what changes; it fails where nothing does.
values_file() {
  file=environments/$stack/values.database.yaml
  [[ -d $1/environments/$stack ]] || fail "the GitOps repository has no folder environments/$stack on its remote; is it the right one?"
  {
    printf '# Written by just gitops-deploy %s of mosaic-database; edits are lost.\n' "$stack"
    jq . <<<"$values"
  } >"$1/$file"
  git -C "$1" add -- "$file" || fail "git does not take $file, see above"
  if git -C "$1" --no-pager diff --cached --exit-code >&2; then
    return 1
  fi
}

# commit_values FOLDER commits it.
commit_values() {
  git -C "$1" commit --quiet -m "Values of the database of $stack" || fail "cannot commit $file, see above; nothing was pushed"
}

# push FOLDER REMOTE REFSPEC [OPTION...] pushes, and says why that was refused.
push() {
  local folder=$1 remote=$2 refspec=$3
  shift 3
  git -C "$folder" push --quiet "$@" "$remote" "$refspec" 2>"$scratch/refused" ||
    fail "the remote refused a push to ${refspec##*:refs/heads/}, which stays as it is there:
$(<"$scratch/refused")
  a protected branch: let the pipeline propose it (docs/pipeline.md); no right to push: ask for it; somebody pushed in between
  (fetch first, non-fast-forward): run this again"
}
