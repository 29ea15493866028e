# Markdown in no more characters than GitHub takes.

# open is what a text leaves open at its end: the fence of a block of code, and details.
def open:
  reduce split("\n")[] as $line ({fence: "", details: false};
    if .fence != "" then (if $line == .fence then .fence = "" else . end)
    elif $line | startswith("````") then .fence = ($line | match("^`+").string)
    elif $line | startswith("<details>") then .details = true
    elif $line == "</details>" then .details = false
    else . end);

# cut is the beginning of a text. A line that is cut through is only of use in a block of code.
def cut($characters):
  .[:$characters] | .[:length - (split("\n")[-1] | length)] as $lines
  | if ($lines | open).fence != "" then . else $lines | rtrimstr("\n") end;

# ended closes what the beginning of a text leaves open, and says that it is one.
def ended($whole; $rest):
  open as $open
  | . + (if $open.fence != "" then "\n" + $open.fence else "" end) + (if $open.details then "\n\n</details>" else "" end)
  + "\n\n… shortened by \(($whole | length) - length) characters, which are in \($rest)\n";

# shortened is a text in so many characters and bytes, with its beginning where it is longer.
def shortened($characters; $bytes; $rest):
  def fits: length <= $characters and utf8bytelength <= $bytes;
  . as $whole
  | if fits then . else
      {size: ([$characters, length * $bytes / utf8bytelength] | min | floor)}
      | until(.text != null and (.text | fits);
          .size as $size | .text = ($whole | cut($size) | ended($whole; $rest)) | .size = ($size * 0.98 - 20 | floor))
      | .text
    end;

# text is a text of its own, in what it may have.
def text: $ARGS.named as $may | shortened($may.characters; $may.bytes; $may.rest);

# level is how much each of some lengths may have at most, together $total: what the short ones leave, the long ones share.
def level($total):
  reduce sort[] as $one ({left: $total, count: length};
    .level = (.left / .count | floor) | .left -= ([$one, .level] | min) | .count -= 1)
  | .level;

# comment is the reports in one comment, which GitHub takes with 65536 characters, between the first and the last of it.
def comment:
  $ARGS.named as $say
  | (map(length) | level(64500)) as $level
  | [$say.first] + map(shortened($level; $level * 4; $say.rest) | rtrimstr("\n")) + [$say.last] | join("\n\n") + "\n";
