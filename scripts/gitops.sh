# shellcheck shell=bash
# The file of the GitOps repository that this program writes.

# values_file FOLDER takes the values of the stack to that file of a checkout, and shows what changes; it fails where
# nothing does.
values_file() {
  local before=$1/environments/$stack/values.database.yaml
  file=environments/$stack/values.database.yaml
  [[ -d $1/environments/$stack ]] || fail "$1 has no folder environments/$stack; is it the GitOps repository?"
  {
    printf '# Written by just gitops-deploy %s of mosaic-database; edits are lost.\n' "$stack"
    jq . <<<"$values"
  } >"$scratch/values.yaml"
  [[ -f $before ]] || before=/dev/null
  if git --no-pager diff --no-index -- "$before" "$scratch/values.yaml" >&2; then
    say "$file is up to date"
    return 1
  fi
}

# commit_values FOLDER commits it.
commit_values() {
  cp "$scratch/values.yaml" "$1/$file"
  git -C "$1" add -- "$file"
  git -C "$1" commit --quiet -m "Values of the database of $stack"
}
