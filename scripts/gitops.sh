# shellcheck shell=bash
# The file with the chart's values in the GitOps repository. It is compared with the remote's version, so a commit whose push
# was refused does not count.

# there ARGUMENT... runs git in the checkout $folder.
there() { git -C "$folder" "$@"; }

# open_values reads the stack's values, and into which file they go, under which key.
open_values() {
  local target
  values=$(output helmValues)
  target=$(output gitops)
  file=$(jq -r .path <<<"$target")
  key=$(jq -r .key <<<"$target")
}

# values_file FOLDER writes the stack's values into the checkout, stages them and shows the difference. It fails if there is
# none.
values_file() {
  local within
  within=$(dirname "$file")
  [[ -d $1/$within ]] || fail "the GitOps repository has no folder $within on its remote; is it the right one? The key gitops.path names the file"
  program values --key "$key" "$stack" "$1/$file" <<<"$values" || exit 1
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
