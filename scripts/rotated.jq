# When RDS rotated the password of the master user last, from the description of RDS's own secret: rotations of it are in no state.
include "age";

(.RotationRules.AutomaticallyAfterDays | if . then ", and does every \(age)" else "" end) as $every
| (if .LastRotatedDate then "RDS rotated it \(.LastRotatedDate | days | age) ago" else "RDS made it \(.CreatedDate | days | age) ago, and has not rotated it yet" end)
  + if .RotationEnabled != true then "; its rotation is off: aws secretsmanager rotate-secret --secret-id \(.ARN) --rotation-rules AutomaticallyAfterDays=7"
    elif .NextRotationDate and (.NextRotationDate | days) > 0 then "; it was due \(.NextRotationDate | days | age) ago (docs/how-to/rotation.md)"
    elif .LastRotatedDate then $every
    else "" end
