# Ages in days. A moment is as Pulumi writes it, or the AWS CLI with TZ=UTC: with fractions of a second or without, and with Z or +00:00.
def days: (now - (sub("\\.[0-9]+"; "") | sub("[+]00:00$"; "Z") | fromdateiso8601)) / 86400 | floor;
def age: if . == null then "an unknown time" elif . == 1 then "1 day" else "\(.) days" end;
