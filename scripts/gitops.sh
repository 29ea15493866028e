# shellcheck shell=bash
# The files with the charts' values in the GitOps repository. They are compared with the remote's version, so a commit whose push
# was refused does not count.

# there ARGUMENT... runs git in the checkout $folder.
there() { git -C "$folder" "$@"; }

# open_values sets charts, each a line of JSON with the values of an application, the path of their file and the key in it; paths, those
# of all files; and files, which names them in a sentence.
open_values() {
  local lines
  output helmValues >/dev/null
  output gitops >/dev/null
  lines=$(jq -c '{values: .helmValues, of: ""} + .gitops, (.additionalApps // {} | to_entries[]
    | {values: .value.helmValues, of: "additionalApps.\(.key)."} + .value.gitops | select((.path // "") != ""))' <<<"$outputs")
  mapfile -t charts <<<"$lines"
  mapfile -t paths < <(jq -rs 'map(.path) | unique | .[]' <<<"$lines")
  files=$(printf ', %s' "${paths[@]}")
  files=${files#, }
}

# values_files FOLDER writes the stack's values into the checkout, stages them and shows the difference. It fails if there is
# none.
values_files() {
  local chart file key of
  for chart in "${charts[@]}"; do
    { read -r file && read -r key && read -r of; } < <(jq -r '.path, .key, .of' <<<"$chart")
    [[ -d $1/$(dirname "$file") ]] ||
      fail "the GitOps repository has no folder $(dirname "$file") on its remote; is it the right repository? The file is named by ${of}gitops.path"
    jq .values <<<"$chart" | program values --of "$of" --key "$key" "$stack" "$1/$file" || exit 1
    git -C "$1" add -- "$file" || fail "git add fails for $file, see above"
  done
  if git -C "$1" --no-pager diff --cached --exit-code >&2; then
    return 1
  fi
}

# commit_values FOLDER commits the staged values.
commit_values() {
  git -C "$1" commit --quiet -m "Values of the database of $stack" || fail "cannot commit $files, see above; nothing was pushed"
}

# push FOLDER REMOTE REFSPEC [OPTION...] pushes; a refusal ends the recipe with the remote's reason.
push() {
  local folder=$1 remote=$2 refspec=$3
  shift 3
  git -C "$folder" push --quiet "$@" "$remote" "$refspec" 2>"$scratch/refused" ||
    fail "the remote refused a push to ${refspec##*:refs/heads/}, which stays as it is there:
$(<"$scratch/refused")
  protected branch: let the pipeline open a pull request (docs/how-to/pipeline.md); no permission to push: ask for it; somebody pushed
  in between (fetch first, non-fast-forward): run this again"
}
