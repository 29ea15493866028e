# Formats what PostgreSQL's log says of changes of the schema that the applications' logins tried. The input is a list of lines
# with RDS's prefix, %t:%r:%u@%d:[%p]:, $logins the names of the logins, $pods the pods of the cluster by their addresses.
# Statements are not read: they may hold passwords or data of users.
def statement:
  if . == "permission denied for schema public" then "CREATE in the schema public"
  elif startswith("permission denied for schema ") then "CREATE in, or use of, the schema \(.[29:])"
  elif startswith("permission denied for database ") then "CREATE SCHEMA in the database \(.[31:])"
  elif startswith("permission denied to ") then .[21:]
  else "ALTER, DROP or CREATE INDEX of the \(.[17:])"
  end;
def times: if . == 1 then "once" elif . >= 1000 then "1000 times or more" else "\(.) times" end;

[.[]? | capture("^(?<at>[0-9-]+ [0-9:]+)[.0-9]* [A-Z]+:(?<client>[^(]*)\\([0-9]+\\):(?<login>[^@]*)@[^:]*:\\[[0-9]+\\]:.*?ERROR:  (?<refusal>permission denied for (schema|database) [^ \n]+|permission denied to create extension [^ \n]+|must be owner of [^\n]+)")
 | select(IN(.login; $logins[]))]
| group_by([.login, .client, .refusal]) | map(max_by(.at) + {number: length}) | sort_by(.at) | reverse
| (.[:10][] | . as $one | "\($one.login) from \($one.client)\($pods[$one.client] // "" | if . == "" then "" else ", the pod \(.)" end): \($one.refusal | statement), \($one.number | times), last at \($one.at) UTC"),
  if . == [] then empty else "the Job migrates; take alembic upgrade out of the command of the image (docs/how-to/migrations.md)" end
