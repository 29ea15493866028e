package database

import (
	"encoding/json"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestConnectionSecretHasEveryKeyOfTheSeed(t *testing.T) {
	got, err := connectionJSON(Connection{
		Host: "mosaic-prod-db.abc.us-east-1.rds.amazonaws.com", Port: 5432, Database: "mosaic", Username: "mosaicadmin", Password: "s3cret",
	})
	require.NoError(t, err)
	assert.JSONEq(t, `{
		"host": "mosaic-prod-db.abc.us-east-1.rds.amazonaws.com",
		"port": "5432",
		"database": "mosaic",
		"username": "mosaicadmin",
		"password": "s3cret",
		"url": "postgresql://mosaicadmin:s3cret@mosaic-prod-db.abc.us-east-1.rds.amazonaws.com:5432/mosaic?sslmode=require",
		"sqlalchemy_url": "postgresql+psycopg://mosaicadmin:s3cret@mosaic-prod-db.abc.us-east-1.rds.amazonaws.com:5432/mosaic?sslmode=require"
	}`, got)
}

// Whatever the password, a client that parses the URL reads it back.
func TestURLsAreEncoded(t *testing.T) {
	for _, password := range []string{"plain", "a b", "p@ss/w?rd#1", "100%", "a+b&c=d", "[:]", "ü€", `"'\`} {
		text, err := connectionJSON(Connection{Host: "h", Port: 1, Database: "d", Username: "u", Password: password})
		require.NoError(t, err)
		var content map[string]string
		require.NoError(t, json.Unmarshal([]byte(text), &content))
		for _, key := range []string{"url", "sqlalchemy_url"} {
			parsed, err := url.Parse(content[key])
			require.NoError(t, err, content[key])
			got, _ := parsed.User.Password()
			assert.Equal(t, password, got, content[key])
			assert.Equal(t, "h:1", parsed.Host)
			assert.Equal(t, "/d", parsed.Path)
			assert.Equal(t, "require", parsed.Query().Get("sslmode"))
			assert.NotContains(t, content[key], " ")
			assert.NotContains(t, content[key][len("postgresql+psycopg"):], "+", "some clients read a plus as a space")
		}
	}
}

func TestFamilyFollowsTheMajorVersion(t *testing.T) {
	for version, want := range map[string]string{"16": "postgres16", "16.11": "postgres16", "17": "postgres17"} {
		assert.Equal(t, want, Family(version))
	}
}

// The first four static ones and the dynamic ones are those that the RDS User Guide lists as such.
func TestApplyMethod(t *testing.T) {
	for parameter, want := range map[string]string{
		"max_connections": "pending-reboot", "shared_buffers": "pending-reboot", "wal_buffers": "pending-reboot",
		"shared_preload_libraries": "pending-reboot", "rds.logical_replication": "pending-reboot",
		"rds.force_ssl": "pending-reboot", "work_mem": "immediate", "statement_timeout": "immediate",
		"random_page_cost": "immediate", "log_connections": "immediate",
	} {
		assert.Equal(t, want, ApplyMethod(parameter), parameter)
	}
}

func TestCheckNamesEveryProblem(t *testing.T) {
	valid := func() *Args {
		return &Args{
			Name: "a", Identifier: "a-db", InstanceClass: "db.t3.micro",
			Network:     Network{VpcID: "vpc-1", SubnetIDs: []string{"a", "b"}, IngressCidrs: []string{"10.0.0.0/16"}},
			Credentials: Credentials{CredentialsSecret: "c", ConnectionSecret: "d"},
		}
	}
	require.NoError(t, valid().check())
	for want, spoil := range map[string]func(*Args){
		"Name is empty":                   func(a *Args) { a.Name = "" },
		"Identifier is empty":             func(a *Args) { a.Identifier = "" },
		"InstanceClass is empty":          func(a *Args) { a.InstanceClass = "" },
		"VpcID is empty":                  func(a *Args) { a.Network.VpcID = "" },
		"SubnetIDs has 1 entries":         func(a *Args) { a.Network.SubnetIDs = []string{"a"} },
		"IngressCidrs is empty":           func(a *Args) { a.Network.IngressCidrs = nil },
		"with MultiAz":                    func(a *Args) { a.MultiAz, a.AvailabilityZone = true, "us-east-1a" },
		"2 replicas without automated":    func(a *Args) { a.Replicas.Count = 2 },
		"only one can be restored":        func(a *Args) { a.Restore = Restore{SnapshotIdentifier: "s", SourceInstanceIdentifier: "i"} },
		"needs the names of both secrets": func(a *Args) { a.Credentials.ConnectionSecret = "" },
	} {
		args := valid()
		spoil(args)
		assert.ErrorContains(t, args.check(), want)
	}
	both := valid()
	both.Identifier, both.InstanceClass = "", ""
	assert.ErrorContains(t, both.check(), "Identifier is empty")
	assert.ErrorContains(t, both.check(), "InstanceClass is empty")
}

func TestProvisionedPerformance(t *testing.T) {
	for name, test := range map[string]struct {
		storage          Storage
		iops, throughput int
	}{
		"small gp3 may not be told":     {Storage{Type: "gp3", Allocated: 399}, 0, 0},
		"large gp3 is told what it has": {Storage{Type: "gp3", Allocated: 400}, 12000, 500},
		"large gp3 with more":           {Storage{Type: "gp3", Allocated: 400, Iops: 16000, Throughput: 1000}, 16000, 1000},
		"io1 says it itself":            {Storage{Type: "io1", Allocated: 400, Iops: 5000}, 5000, 0},
	} {
		iops, throughput := test.storage.provisioned()
		assert.Equal(t, test.iops, iops, name)
		assert.Equal(t, test.throughput, throughput, name)
	}
}
