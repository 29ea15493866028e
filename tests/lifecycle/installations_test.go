package lifecycle

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/live"
	"github.com/mosaic-stories/mosaic-database/tests/servers"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
	"github.com/mosaic-stories/mosaic-database/tests/tools"
)

// identify gives instances other identifiers, and their log groups with them.
func (h *house) identify(names map[string]string) {
	h.T.Helper()
	for _, i := range h.Cloud.Objects(live.InstanceType) {
		require.NoError(h.T, h.Cloud.Edit(live.InstanceType, i.ID, func(p simcloud.Properties) {
			p["identifier"] = names[p.Text("identifier")]
			if of := p.Text("replicateSourceDb"); of != "" {
				p["replicateSourceDb"] = names[of]
			}
		}))
	}
	for _, group := range h.Cloud.Objects(live.LogGroupType) {
		require.NoError(h.T, h.Cloud.Remove(live.LogGroupType, group.ID))
		parts := strings.Split(group.ID, "/")
		parts[4] = names[parts[4]]
		group.ID = strings.Join(parts, "/")
		group.Properties["id"], group.Properties["name"] = group.ID, group.ID
		require.NoError(h.T, h.Cloud.Add(group))
	}
}

// taken is a database that was taken over as it was: the next up changes no instance into another one, and nothing that holds data.
func (h *house) taken(said string) {
	h.T.Helper()
	kept := map[string]simcloud.Object{}
	for _, i := range h.Cloud.Objects(live.InstanceType) {
		kept[i.ID] = i
	}
	changes := h.MustPreview()
	slices.Sort(changes)
	assert.Equal(h.T, announced(said), changes)
	for _, change := range h.MustUp() {
		assert.NotRegexp(h.T, "^(replace|delete)|^create "+live.InstanceType, change)
	}
	for _, i := range h.Cloud.Objects(live.InstanceType) {
		for _, property := range []string{"identifier", "port", "dbSubnetGroupName", "instanceClass", "engineVersionActual", "allocatedStorage",
			"storageType", "iops", "kmsKeyId", "multiAz", "username", "dbName", "replicateSourceDb"} {
			assert.Equal(h.T, kept[i.ID].Properties[property], i.Properties[property], "%s of %s", property, i.Properties["identifier"])
		}
		if i.Properties.Text("replicateSourceDb") == "" { // a replica has the password of its source
			assert.Equal(h.T, kept[i.ID].Properties["password"], i.Properties["password"])
		}
	}
	assert.Len(h.T, h.Cloud.Objects(live.InstanceType), len(kept))
	assert.Empty(h.T, h.MustUp(), "a further run changes nothing")
}

// TestAdoptionFromTerraform: an instance of terraform-aws-rds, with names, a port, a key, a storage type and replicas of its own, whose password
// RDS manages.
func TestAdoptionFromTerraform(t *testing.T) {
	t.Parallel()
	const key = "arn:aws:kms:us-east-1:123456789012:key/0a1b2c3d-0000-4000-8000-000000000001"
	var settings []engine.Override
	for _, s := range [][2]string{
		{"port", "5433"}, {"storageType", "io1"}, {"iops", "3000"}, {"allocatedStorage", "100"}, {"maxAllocatedStorage", "200"}, {"kmsKeyId", key}, {"multiAz", "true"},
		{"readReplicas", "2"}, {"instanceClass", "db.m6g.large"}, {"replicaInstanceClass", "db.t4g.large"}, {"skipFinalSnapshot", "true"},
	} {
		settings = append(settings, engine.Override{Path: "database." + s[0], Value: s[1]})
	}
	h := vacated(t, settings...)
	h.rename(live.SubnetGroupType, "complete-postgresql-2024")
	h.rename(live.ParameterGroupType, "complete-postgresql-2024")
	h.rename(live.SecurityGroupType, "complete-postgresql")
	h.identify(map[string]string{"mosaic-prod-db": "complete-postgresql", "mosaic-prod-db-replica-1": "complete-postgresql-reader", "mosaic-prod-db-replica-2": "analytics"})
	password := h.One(live.SecretVersionType).Properties["secretString"]
	credentials := h.One(live.SecretType)
	require.NoError(t, h.Cloud.Remove(live.SecretType, credentials.ID))
	require.NoError(t, h.Cloud.Remove(live.SecretVersionType, h.One(live.SecretVersionType).ID))
	h.account.first = []answer{{"kms describe-key", "CUSTOMER"}, {"get-secret-value --secret-id theirs", password}}
	h.account.instance = map[string]any{"MasterUserSecret": map[string]any{"SecretArn": "arn:rds!db-1"}, "OptionGroupMemberships": []any{map[string]any{"OptionGroupName": "complete"}},
		"TagList": []any{map[string]any{"Key": "ManagedBy", "Value": "terraform"}}}

	said, err := h.adopt("yes")
	require.Error(t, err)
	assert.Contains(t, said, "there is no instance mosaic-prod-db in us-east-1; one with another name is taken over with --instance=NAME")
	said, err = h.adopt("yes", "--instance=complete-postgresql")
	require.Error(t, err)
	for _, part := range []string{"complete-postgresql cannot be taken over as it is", "the option group is complete", "RDS manages the password of the master user, in arn:rds!db-1", "--no-manage-master-user-password"} {
		assert.Contains(t, said, part)
	}

	h.account.instance = map[string]any{"TagList": h.account.instance["TagList"]}
	said, err = h.adopt("yes", "--instance=complete-postgresql", "--secret=theirs")
	require.NoError(t, err, said)
	for _, part := range []string{"made by terraform", "database.instanceIdentifier: complete-postgresql\n", "database.readReplicaIdentifiers[0]: analytics\n",
		"database.replicaInstanceClass: db.t4g.large\n", "network.subnetGroupName: complete-postgresql-2024\n", "secret theirs"} {
		assert.Contains(t, said, part)
	}
	h.taken(said)
	assert.Contains(t, h.connection(), ":5433/")
}

// TestAdoptionFromTheConsole: an instance that a person made in the console cannot be managed as it is. All of it is said at once.
func TestAdoptionFromTheConsole(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	was := h.stackFile()
	h.account.instance = map[string]any{"DBName": nil, "StorageEncrypted": false, "MasterUsername": "postgres", "StorageType": "gp2", "BackupRetentionPeriod": 1,
		"DBSubnetGroup":     map[string]any{"DBSubnetGroupName": "default", "VpcId": "vpc-0123456789abcdef0", "Subnets": []any{}},
		"DBParameterGroups": []any{map[string]any{"DBParameterGroupName": "default.postgres14"}}}
	h.account.first = []answer{{"secretsmanager list-secrets", []any{}}, {"describe-db-parameters --db-parameter-group-name default.postgres14 --query", "0"}}
	said, err := h.adopt("yes")
	require.Error(t, err)
	for _, part := range []string{"the storage is not encrypted", "made without a database", "the subnet group is default", "no secret holds the password", "set rds.force_ssl to 1"} {
		assert.Contains(t, said, part)
	}
	assert.Equal(t, was, h.stackFile())
	assert.Empty(t, h.Resources())
}

// TestAdoptionFromAnotherStack: an instance that another stack of this program made goes into this one, under its own names; this stack's secrets
// were deleted and can still be restored.
func TestAdoptionFromAnotherStack(t *testing.T) {
	t.Parallel()
	tools.Need(t, tools.Postgres)
	h := vacated(t)
	h.identify(map[string]string{"mosaic-prod-db": "mosaic-old-db"})
	server := theirs(t, h.One(live.InstanceType).Properties.Text("username"), h.One(live.InstanceType).Properties.Text("password"))
	password := h.One(live.SecretVersionType).Properties["secretString"]
	mine := func(deleted bool) answer {
		return answer{"secretsmanager list-secrets", []any{map[string]any{"Name": "mosaic/prod/rds/credentials", "ARN": h.One(live.SecretType).ID, "Deleted": deleted}}}
	}
	theirs := answer{"get-secret-value --secret-id mosaic/old/rds/credentials", password}
	h.account.first = []answer{mine(true), theirs}
	h.account.instance = map[string]any{"TagList": []any{map[string]any{"Key": "ManagedBy", "Value": "pulumi"}, map[string]any{"Key": "Environment", "Value": "old"}}}
	said, err := h.adopt("yes", "--instance=mosaic-old-db", "--secret=mosaic/old/rds/credentials")
	require.Error(t, err)
	assert.Contains(t, said, "aws secretsmanager restore-secret --secret-id mosaic/prod/rds/credentials")

	h.account.first[0] = mine(false)
	said, err = h.adopt("yes", "--instance=mosaic-old-db", "--secret=mosaic/old/rds/credentials")
	require.NoError(t, err, said)
	assert.Contains(t, said, "made by this program, or another one with Pulumi, as the environment old")
	h.taken(said)
	var client struct{ Username, Password string }
	require.NoError(t, json.Unmarshal([]byte(h.connection()), &client))
	assert.NoError(t, server(client.Username, client.Password), "the clients' login works on a server that has the password of before")
	assert.Error(t, server(client.Username, "another"))
}

// theirs starts a PostgreSQL that asks for a password, and returns a login to it.
func theirs(t *testing.T, user, password string) func(user, password string) error {
	t.Helper()
	p := servers.NewPostgres(t)
	p.Init("--auth", "scram-sha-256", "--username", user, "--pwfile", p.Write("password", password, 0o600))
	port := servers.Port(t)
	p.Start("-p", strconv.Itoa(port), "-c", "listen_addresses=127.0.0.1")
	login := func(user, password string) error {
		target := url.URL{Scheme: "postgresql", User: url.UserPassword(user, password), Host: fmt.Sprintf("127.0.0.1:%d", port), Path: "postgres"}
		session, err := pgx.Connect(t.Context(), target.String())
		if err == nil {
			err = session.Close(t.Context())
		}
		return err
	}
	require.Eventually(t, func() bool { return login(user, password) == nil }, time.Minute, 100*time.Millisecond)
	return login
}
