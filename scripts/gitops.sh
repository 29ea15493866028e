# shellcheck shell=bash
# The file with the chart's values in the GitOps repository. It is compared with the remote's version, so a commit whose push
# was refused does not count.

# there ARGUMENT... runs git in the checkout $folder.
there() { git -C "$folder" "$@"; }

# values_file FOLDER writes the stack's values into the checkout, stages them and shows the difference. It fails if there is
# none.
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

# commit_values FOLDER commits the staged values.
commit_values() {
  git -C "$1" commit --quiet -m "Values of the database of $stack" || fail "cannot commit $file, see above; nothing was pushed"
}

# push FOLDER REMOTE REFSPEC [OPTION...] pushes; a refusal ends the recipe with the remote's reason.
push() {
  local folder=$1 remote=$2 refspec=$3
  shift 3
  git -C "$folder" push --quiet "$@" "$remote" "$refspec" 2>"$scratch/refused" ||
    fail "the remote refused a push to ${refspec##*:refs/heads/}, which stays as it is there:
$(<"$scratch/refused")
  protected branch: let the pipeline open a pull request (docs/pipeline.md); no permission to push: ask for it; somebody pushed
  in between (fetch first, non-fast-forward): run this again"
}
