# Formats a stack for a person to read. The input is {stack, outputs, instance}: the stack's name, its outputs, and RDS's
# description of the instance, or null.
def row($name; $value): if ($value // "") == "" then empty else "  \($name)\(" " * (14 - ($name | length)))\($value)" end;
def section($title; rows): [rows] | if length == 0 then empty else "", $title, .[] end;
def yes: if . then "yes" else "no" end;
def list: map(tostring) | join(", ");
def number: if . == floor then floor else . end;

.outputs as $o | .instance as $i
| ($i // {}) as $i
| $i.ServerlessV2ScalingConfiguration as $capacity
| ["\($o.instanceIdentifier): \(if $capacity then
      "Aurora PostgreSQL \($i.EngineVersion), \($i.Status)"
    elif $i.DBInstanceStatus then
      "PostgreSQL \($i.EngineVersion), \($i.DBInstanceClass), \($i.DBInstanceStatus)"
    else
      "the database of \(.stack)"
    end)",
   section("where";
     row("endpoint"; "\($o.endpoint):\($o.port | number)"),
     row("replicas"; $o.replicaEndpoints // [] | list),
     row("pooler"; $o.poolerEndpoint),
     row("database"; $o.databaseName),
     row("account"; "\($o.accountId), \($o.region)"),
     row("cluster"; [$o.clusterName, "namespace \($o.namespace)"] | map(select(. != "")) | list)),
   section("credentials";
     row("connection"; "\($o.connectionSecretName), in Secrets Manager"),
     row("in the pods"; "\($o.kubernetesSecretName), as ServiceAccount \($o.serviceAccountName)"),
     row("read-only"; $o.readOnlySecretArn),
     row("role"; $o.roleArn),
     row("IAM users"; if ($o.peopleLogin // "") == "" then null else "\($o.peopleLogin), by the role \($o.peopleRoleArn)" end)),
   section("how it is";
     if $i == {} then empty else
       row("changes due"; $i.PendingModifiedValues // {} | to_entries | map("\(.key) \(.value | if type == "string" then . else tojson end)") | if . == [] then "none" else list end),
       row("capacity"; if $capacity then "\($capacity.MinCapacity | number) to \($capacity.MaxCapacity | number) ACU for each instance" else null end),
       row("instances"; $i.DBClusterMembers // [] | map("\(.DBInstanceIdentifier) \(if .IsClusterWriter then "writes" else "reads" end)") | list),
       row("storage"; if $capacity then "\($i.StorageType // "aurora"), as large as the data" else "\($i.AllocatedStorage) GiB of \($i.StorageType)\(if $i.MaxAllocatedStorage then ", growing to \($i.MaxAllocatedStorage)" else "" end)" end),
       row("backups"; if $i.BackupRetentionPeriod == 0 then "none" else "\($i.BackupRetentionPeriod) days, restorable to \($i.LatestRestorableTime // "nothing yet")" end),
       row("copies"; $o.copiedBackupsArn // "" | if . == "" then null else "in \(split(":")[3]), \(.)" end),
       row("Multi-AZ"; "\($i.MultiAZ | yes)\(if $i.AvailabilityZone then ", in \($i.AvailabilityZone)" else "" end)"),
       row("protected"; $i.DeletionProtection | yes),
       row("certificate"; if $i.CertificateDetails.ValidTill then "\($i.CertificateDetails.CAIdentifier), valid to \($i.CertificateDetails.ValidTill)" else null end)
     end,
     row("retained"; $o.keptInstances // [] | list),
     row("migration"; $o.migrationJobName)),
   section("cost"; row("a month"; "about \($o.estimatedMonthlyCost); its lines: just db-diff \(.stack)"))]
| .[]
