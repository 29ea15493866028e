package changes

import (
	"encoding/pem"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/live"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud/kube"
)

// TestRdsIsAskedWhatItOffers: classes, versions, storage types and zones that RDS does not have are refused before anything is made, with
// what it has; those that it has, and this program's tables do not know, are taken.
func TestRdsIsAskedWhatItOffers(t *testing.T) {
	t.Parallel()
	l := live.Start(t, "dev")
	l.Cloud.Withdrawn = []string{"db.m8z.large", "db.r99g.large", "19"}
	for _, refused := range []struct {
		settings string
		why      []string
	}{
		{"instanceClass=db.m8z.large", []string{"database.instanceClass: db.m8z.large", "has with PostgreSQL 16.11 in us-east-1", "aws rds describe-orderable-db-instance-options"}},
		{"instanceClass=db.t3.8xlarge", []string{"database.instanceClass: db.t3.8xlarge", "write: db.t3.xlarge"}},
		{"readReplicas=1 replicaInstanceClass=db.r99g.large", []string{"database.replicaInstanceClass: db.r99g.large"}},
		{"engineVersion=19", []string{"database.engineVersion: 19", "a version that RDS has in us-east-1", "aws rds describe-db-engine-versions"}},
		{"engineVersion=16.99 autoMinorVersionUpgrade=false", []string{"database.engineVersion: 16.99", "a version that RDS has in us-east-1"}},
		{
			"instanceClass=db.m5.large storageType=io2 allocatedStorage=100 maxAllocatedStorage=0 iops=1000",
			[]string{"database.storageType: io2", "for db.m5.large", "write: gp3, or another instanceClass"},
		},
		{
			"instanceClass=db.t3.large storageType=io2 allocatedStorage=100 maxAllocatedStorage=0 iops=70000",
			[]string{"database.iops: 70000", "from 1000 to 64000 for db.t3.large", "write: from 1000 to 64000"},
		},
		{"instanceClass=db.x2g.large multiAz=true", []string{"database.instanceClass: db.x2g.large", "in two zones with a subnet", "us-east-1a, and the subnets are in us-east-1a, us-east-1b, us-east-1c"}},
		{"instanceClass=db.x2g.large availabilityZone=us-east-1b", []string{"database.availabilityZone: us-east-1b", "a zone in which RDS has db.x2g.large: us-east-1a"}},
	} {
		set(l, refused.settings)
		why := l.MustFail(l.Preview(t.Context()))
		for _, part := range refused.why {
			assert.Contains(t, why, part, refused.settings)
		}
		assert.Contains(t, why, "nothing was changed", refused.settings)
		for setting := range strings.FieldsSeq(refused.settings) {
			key, _, _ := strings.Cut(setting, "=")
			l.MustUnset("database." + key)
		}
	}
	assert.Empty(t, l.Cloud.Objects(live.InstanceType))

	set(l, "instanceClass=db.m8i.large engineVersion=18")
	preview, err := l.Preview(t.Context())
	require.NoError(t, err)
	assert.Contains(t, preview.Stdout+preview.Stderr, "db.m8i.large is not in this program's table: alarms and the checks of parameters assume 2 vCPUs and 8 GiB")
	l.MustUp()
	assert.Equal(t, "18.1", l.One(live.InstanceType).Properties.Text("engineVersionActual"))
	assert.Equal(t, "postgres18", l.One("aws:rds/parameterGroup:ParameterGroup").Properties.Text("family"))
}

// set sets keys of the database.
func set(l *live.Stack, settings string) {
	for setting := range strings.FieldsSeq(settings) {
		key, value, _ := strings.Cut(setting, "=")
		l.MustSet("database."+key, value)
	}
}

// TestRdsIsAskedWhereAnUpgradeLeads: the instance has had minor upgrades by itself, and what RDS takes for the next major version is older.
func TestRdsIsAskedWhereAnUpgradeLeads(t *testing.T) {
	t.Parallel()
	l := live.Started(t, "dev")
	instance := l.One(live.InstanceType).ID
	require.NoError(t, l.Cloud.Edit(live.InstanceType, instance, func(p simcloud.Properties) { p["engineVersionActual"] = "16.13" }))
	set(l, "engineVersion=17 allowMajorVersionUpgrade=true applyImmediately=true")
	why := l.MustFail(l.Preview(t.Context()))
	assert.Contains(t, why, "database.engineVersion: 17")
	assert.Contains(t, why, "from 16.13 it cannot upgrade to 17.7")
	assert.Contains(t, why, `write: "17.9" and autoMinorVersionUpgrade: false for this run, and after it "17" and true again`)

	set(l, "engineVersion=16.11 autoMinorVersionUpgrade=false")
	why = l.MustFail(l.Preview(t.Context()))
	assert.Contains(t, why, "from 16.13 it cannot upgrade to 16.11", "RDS cannot go back")

	set(l, "engineVersion=17.9")
	l.MustUp()
	assert.Equal(t, "17.9", l.One(live.InstanceType).Properties.Text("engineVersionActual"))
	set(l, "engineVersion=17 autoMinorVersionUpgrade=true")
	l.MustUp()
	assert.Equal(t, "17.9", l.One(live.InstanceType).Properties.Text("engineVersionActual"))
}

// TestWhatAnInstanceHasItKeeps: RDS withdraws classes and versions for new instances. A stack that has one is previewed as before, with a
// warning; only what it asks for anew is refused.
func TestWhatAnInstanceHasItKeeps(t *testing.T) {
	t.Parallel()
	l := live.Started(t, "dev")
	class := l.One(live.InstanceType).Properties.Text("instanceClass")
	l.Cloud.Withdrawn = []string{class}
	assert.Empty(t, l.MustPreview())
	preview, err := l.Preview(t.Context())
	require.NoError(t, err)
	assert.Contains(t, preview.Stdout+preview.Stderr, "RDS no longer offers this for a new instance")

	set(l, "readReplicas=1")
	assert.Contains(t, l.MustFail(l.Preview(t.Context())), "database.replicaInstanceClass: "+class, "a replica would be made anew")
	set(l, "readReplicas=0 engineVersion=17 allowMajorVersionUpgrade=true applyImmediately=true")
	assert.Contains(t, l.MustFail(l.Preview(t.Context())), "database.instanceClass: "+class, "the other version is asked for with this class")
}

// TestARoleThatMayNotAskIsTold: the roles of a pipeline that an earlier version of this program made may not ask RDS. Nothing else stops.
func TestARoleThatMayNotAskIsTold(t *testing.T) {
	t.Parallel()
	l := live.Start(t, "dev")
	l.Cloud.Fail(func(op simcloud.Operation) error {
		if op.Op == "invoke" && (strings.HasPrefix(op.Type, "aws:rds/getEngineVersion") || strings.HasPrefix(op.Type, "aws:rds/getOrderable")) {
			return errors.New("reading RDS engine versions: operation error RDS: DescribeDBEngineVersions, https response error StatusCode: 403, api error " +
				"AccessDenied: User is not authorized to perform: rds:DescribeDBEngineVersions")
		}
		return nil
	})
	preview, err := l.Preview(t.Context())
	require.NoError(t, err)
	assert.Contains(t, preview.Stdout+preview.Stderr, "run just bootstrap again")
	l.MustUp()
}

// TestTheClusterIsAskedWhatItHas: an up would try for a minute to make objects in a namespace that is not there. The preview says it before
// anything is registered.
func TestTheClusterIsAskedWhatItHas(t *testing.T) {
	t.Parallel()
	l := live.Start(t, "prod")
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "Bearer k8s-aws-v1.token" {
			w.WriteHeader(http.StatusNotFound)
		} else {
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	defer server.Close()
	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	l.Cloud.Clusters = map[string]simcloud.Cluster{"mosaic-prod": {Server: kube.Server{URL: server.URL, Authority: string(authority), Token: "k8s-aws-v1.token"}}}
	why := l.MustFail(l.Up(t.Context()))
	assert.Contains(t, why, "a cluster with the External Secrets Operator; this one has none")
	assert.Contains(t, why, "mosaic-database:app.namespace: mosaic-prod")
	assert.Contains(t, why, "the configuration has 2 problems; nothing was changed")
	assert.Empty(t, l.Cloud.Objects(live.InstanceType))

	l.Cloud.Clusters = nil // the simulated Kubernetes answers the provider, and nobody else
	l.MustUp()
}
