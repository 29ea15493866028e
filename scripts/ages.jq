# How old each password in the exported state of a stack is, the oldest that is in use first. The password of a login has the login's name and
# its number, of which the higher one of a pair is in use; that of the master user has no number.
include "age";

[.deployment.resources[]? | select(.type == "random:index/randomPassword:RandomPassword" and (.delete | not))
 | (.urn | split("::") | last) as $name
 | ($name | capture("-(?<login>(?<pair>[a-z0-9_]+?)(_[ab])?)-(?<number>[0-9]+)$")
     // if endswith("-password") then {login: "the master user", pair: "", number: "0"} else empty end)
   + {days: (try (.created | days) catch null)}]
| group_by(.pair) | map(max_by(.number | tonumber).login as $used | map(. + {used: (.login == $used)})) | add // []
| sort_by((.used | not), .login)
| if . == [] then "none is in the state"
  else (map("\(.login) \(.days | age)\(if .used then "" else " (inactive)" end)") | join(", "))
    + (map(select(.used and .days != null and .days > 90)) | if . == [] then "" else "; after 90 days Security Hub asks for another (SecretsManager.4)" end)
  end
