package config_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/tests/configtest"
)

func TestTierDecidesItsFieldsAndTheStackOverridesThem(t *testing.T) {
	for _, test := range []struct {
		tier  string
		class string
		want  config.Database
	}{
		{"mvp", "db.t3.micro", config.Database{BackupRetentionDays: 7, PerformanceInsightsRetentionDays: 7}},
		{"small", "db.t3.small", config.Database{BackupRetentionDays: 7, PerformanceInsightsRetentionDays: 7}},
		{"medium", "db.t3.medium", config.Database{BackupRetentionDays: 7, PerformanceInsightsRetentionDays: 7}},
		{"ha", "db.t3.medium", config.Database{BackupRetentionDays: 30, MultiAz: true, PerformanceInsightsRetentionDays: 7}},
		{"scale", "db.t3.medium", config.Database{BackupRetentionDays: 30, MultiAz: true, ReadReplicas: 1, PerformanceInsightsRetentionDays: 31}},
	} {
		t.Run(test.tier, func(t *testing.T) {
			d := configtest.Load(t, "mosaic-database:tier: "+test.tier).Database
			assert.Equal(t, test.class, d.InstanceClass)
			assert.Equal(t, test.class, d.ReplicaInstanceClass)
			assert.Equal(t, test.want.MultiAz, d.MultiAz)
			assert.Equal(t, test.want.ReadReplicas, d.ReadReplicas)
			assert.Equal(t, test.want.BackupRetentionDays, d.BackupRetentionDays)
			assert.Equal(t, test.want.PerformanceInsightsRetentionDays, d.PerformanceInsightsRetentionDays)
		})
	}
	overridden := configtest.Load(t, `
mosaic-database:tier: scale
mosaic-database:database: {multiAz: false, readReplicas: 0, backupRetentionDays: 0, performanceInsightsRetentionDays: 0}`).Database
	assert.False(t, overridden.MultiAz)
	assert.Zero(t, overridden.ReadReplicas)
	assert.Zero(t, overridden.BackupRetentionDays)
	assert.Zero(t, overridden.PerformanceInsightsRetentionDays)
	assert.Equal(t, "db.t3.medium", overridden.InstanceClass, "what is not overridden stays the tier's")
}

// A stack that sets nothing loses nothing: what protects the data is on.
func TestStackThatSetsNothingHasTheSafeDefaults(t *testing.T) {
	nothing := configtest.Load(t, "")
	d := nothing.Database
	assert.True(t, d.DeletionProtection)
	assert.False(t, d.SkipFinalSnapshot)
	assert.False(t, d.DeleteAutomatedBackups)
	assert.Positive(t, d.BackupRetentionDays)
	assert.Positive(t, d.SecretRecoveryDays)
	assert.False(t, d.AllowMajorVersionUpgrade)
	assert.True(t, nothing.Migrations.Enabled)
	assert.Equal(t, config.DeliveryPulumi, nothing.Delivery)
	// What the project's file declares comes as empty texts and empty objects.
	source := configtest.With(t, `
mosaic-database:tier: ""
mosaic-database:environment: ""
mosaic-database:delivery: ""
mosaic-database:database: {}
mosaic-database:tags: {}`)
	declared, err := config.Load(source, "prod", config.StackFile{})
	require.NoError(t, err)
	if diff := cmp.Diff(nothing, declared); diff != "" {
		t.Error(diff)
	}
}

func TestDerivedDefaultsFollowWhatTheyDeriveFrom(t *testing.T) {
	c := configtest.Load(t, `
mosaic-database:environment: staging
mosaic-database:app: {name: billing}
mosaic-database:database: {instanceClass: db.r7g.large, maxAllocatedStorage: 200}`)
	assert.Equal(t, "mosaic-staging", c.App.Namespace)
	assert.Equal(t, "billing", c.App.ServiceAccount)
	assert.Equal(t, "billing-db-secret", c.App.SecretName)
	assert.Equal(t, "db.r7g.large", c.Database.ReplicaInstanceClass)
	assert.Equal(t, 200, c.Database.ReplicaMaxAllocatedStorage)

	off := configtest.Load(t, "mosaic-database:database: {maxAllocatedStorage: 200, replicaMaxAllocatedStorage: 0}")
	assert.Equal(t, 200, off.Database.MaxAllocatedStorage)
	assert.Zero(t, off.Database.ReplicaMaxAllocatedStorage, "0 is off, and not as unset")
	assert.Zero(t, configtest.Load(t, "mosaic-database:database: {maxAllocatedStorage: 0}").Database.ReplicaMaxAllocatedStorage)
}

// `pulumi config set --path` writes digits as numbers, and true and false as booleans.
func TestNumbersAreTakenWhereTheyAreNoLessClearThanText(t *testing.T) {
	c := loadWritten(t, `
mosaic-database:tags: {CostCenter: 4711, Shared: true, Debt: -5}
mosaic-database:cluster: {name: 4711}
mosaic-database:pods: {labels: {sidecar.istio.io/inject: false}}
mosaic-database:migrations: {image: "a:1", env: {WORKERS: 4}, command: [sleep, 10], cpu: 1}
mosaic-database:budget: {monthlyUsd: 19.50, expectedLogGiB: 1}
aws:allowedAccountIds: [210987654321]
mosaic-database:database: {engineVersion: 17, parameters: {work_mem: 8192, random_page_cost: 1.10, hot_standby_feedback: true, jit: false, log_line_prefix: "%m"}}`)
	assert.Equal(t, "210987654321", c.AccountID)
	assert.Equal(t, map[string]string{"CostCenter": "4711", "Shared": "true", "Debt": "-5"}, c.Tags)
	assert.Equal(t, "4711", c.Cluster.Name)
	assert.Equal(t, map[string]string{"sidecar.istio.io/inject": "false"}, c.Pods.Labels)
	assert.Equal(t, map[string]string{"WORKERS": "4"}, c.Migrations.Env)
	assert.Equal(t, []string{"sleep", "10"}, c.Migrations.Command)
	assert.Equal(t, "1", c.Migrations.CPU)
	assert.InDelta(t, 19.5, c.Budget.MonthlyUSD, 0)
	assert.Equal(t, "17", c.Database.EngineVersion)
	assert.Equal(t, map[string]string{
		"work_mem": "8192", "random_page_cost": "1.1", "hot_standby_feedback": "1", "jit": "0", "log_line_prefix": "%m",
	}, c.Database.Parameters)
}

func TestConfigurationsThatAreRight(t *testing.T) {
	for _, content := range slices.Concat(rightContents(), contentsAtBounds()) {
		t.Run(content, func(t *testing.T) { loadWritten(t, content) })
	}
}

// loadWritten is the complete configuration with some keys set anew, from a file that has them as they are written.
func loadWritten(t *testing.T, content string) *config.Config {
	t.Helper()
	var file wrongFile
	require.NoError(t, yaml.Unmarshal([]byte(content), &file.Config))
	c, err := file.load(t)
	require.NoError(t, err)
	return c
}

// rightContents is what stacks may well set over the complete one.
func rightContents() []string {
	digest := "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	return []string{
		`{permissionsBoundary: team/boundary, rolePath: /}`,
		`{permissionsBoundary: /team/a/boundary, rolePath: "/team/a;b(c)/"}`,
		`{permissionsBoundary: "arn:aws:iam::123456789012:policy/team/boundary", rolePath: /mosaic/}`,
		`permissionsBoundary: arn:aws:iam::aws:policy/job-function/ViewOnlyAccess`,
		`mosaic-database:app: {policyArns: ["arn:aws:iam::123456789012:policy/team/media", "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForS3Backup"]}`,
		`mosaic-database:database: {credentials: alternating, iamPrincipals: ["arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_x_1", "arn:aws:iam::123456789012:user/team/a"]}`,
		`mosaic-database:migrations: {image: "registry.example.com:5000/team/core-api:1.0.0"}`,
		`mosaic-database:migrations: {image: "core-api@` + digest + `"}`,
		`mosaic-database:migrations: {image: "registry.example.com/core-api:latest@` + digest + `"}`,
		`mosaic-database:migrations: {enabled: false}`,
		`{mosaic-database:database: {credentials: alternating}, mosaic-database:migrations: {enabled: false}, mosaic-database:additionalApps: {core-api-migrator: {}}}`,
		`mosaic-database:migrations: {image: "a:1", cpu: "0.5", memory: 1.5Gi}`,
		`mosaic-database:database: {engineVersion: "16.11", autoMinorVersionUpgrade: false}`,
		`mosaic-database:database: {maxAllocatedStorage: 22}`,
		`mosaic-database:database: {maxAllocatedStorage: 0, readReplicas: 1}`,
		`mosaic-database:database: {allocatedStorage: 60000, maxAllocatedStorage: 0}`,
		`mosaic-database:database: {allocatedStorage: 400, maxAllocatedStorage: 1000}`,
		`mosaic-database:database: {allocatedStorage: 400, maxAllocatedStorage: 1000, iops: 16000, storageThroughput: 4000}`,
		`mosaic-database:database: {allocatedStorage: 400, maxAllocatedStorage: 1000, storageThroughput: 3000}`,
		`mosaic-database:database: {allocatedStorage: 100, maxAllocatedStorage: 200, storageType: io1, iops: 5000}`,
		`mosaic-database:database: {performanceInsightsRetentionDays: 465, databaseInsightsMode: advanced}`,
		`mosaic-database:database: {performanceInsightsRetentionDays: 713}`,
		`mosaic-database:database: {performanceInsightsRetentionDays: 731, databaseInsightsMode: advanced}`,
		`mosaic-database:database: {backupRetentionDays: 35, readReplicas: 15}`,
		`mosaic-database:database: {availabilityZone: us-east-1a}`,
		`mosaic-database:database: {backupWindow: "23:45-00:15", maintenanceWindow: "sun:23:00-sun:23:45"}`,
		`mosaic-database:database: {kmsKeyId: "arn:aws:kms:us-east-1:123456789012:key/mrk-1234abcd12ab34cd56ef1234567890ab"}`,
		`mosaic-database:database: {parameters: {max_connections: "LEAST({DBInstanceClassMemory/9531392},5000)", rds.force_ssl: 1, rds.logical_replication: "1"}}`,
		`mosaic-database:network: {vpcId: vpc-01234567, subnetIds: [subnet-01234567, subnet-0123456789abcdef0], ingressCidrs: [10.0.0.0/8, "fd00::/32"]}`,
		`mosaic-database:restore: {snapshotIdentifier: "rds:mosaic-prod-db-2026-01-31-03-05"}`,
		`mosaic-database:restore: {pointInTime: "2026-01-31T10:00:00Z", sourceInstanceIdentifier: mosaic-prod-db}`,
		`mosaic-database:restore: {useLatestRestorableTime: true, sourceInstanceIdentifier: mosaic-prod-db}`,
		`mosaic-database:restore: {useLatestRestorableTime: true, sourceDbiResourceId: db-ABCDEFGHIJKLMNOPQRSTUVWXY1}`,
		`mosaic-database:restore: {generation: 3, snapshotIdentifier: a, unprotected: [mosaic-prod-db], released: [mosaic-prod-db-2]}`,
		`mosaic-database:restore: {generation: 2, serving: 1, released: [mosaic-prod-db-2]}`,
		`mosaic-database:delivery: handover`,
		`mosaic-database:additionalApps: {worker: {}, billing: {namespace: billing, serviceAccount: b, secretName: s, reloadOnChange: false, deletionProtection: false}}`,
		`mosaic-database:tls: {caBundlePath: /etc/ssl/rds.pem}`,
		`mosaic-database:tls: {caBundleConfigMap: rds-ca}`,
		`mosaic-database:app: {reloadOnChange: false}`,
		`mosaic-database:migrations: {image: "a:1", lockTimeoutSeconds: 60, statementTimeoutSeconds: 300}`,
		`mosaic-database:cluster: {name: mosaic-prod, kubeconfig: /etc/kubeconfig, context: admin}`,
		`mosaic-database:budget: {monthlyUsd: 24.5, onExceed: fail}`,
		`mosaic-database:migrations: {image: "a:1", env: {WORKERS: 4, DEBUG: true}}`,
		`mosaic-database:app: {namespace: 4711, policyArns: []}`,
		`mosaic-database:budget: {monthlyUsd: "24.5"}`, // as "pulumi config set --path" writes it
		`mosaic-database:pods: {imagePullSecrets: [registry], priorityClassName: system-cluster-critical, runAsUser: 1, labels: {sidecar.istio.io/inject: "false", team: ""},
			annotations: {linkerd.io/inject: disabled, Example.com/Notes: "any text: even this"}, nodeSelector: {kubernetes.io/arch: arm64},
			tolerations: [{operator: Exists}, {key: dedicated, value: database, effect: NoExecute, tolerationSeconds: 60}, {key: example.com/spot, operator: Exists}]}`,
		`mosaic-database:migrations: {image: "a:1", env: {DATABASE_URL: "postgresql://$(DB_USER):$(DB_PASSWORD)@$(DB_HOST)/$(DB_NAME)", APP_PASSWORD: $(DB_PASSWORD),
			TOKEN_SECONDS: "60", SENTRY: "https://abc@sentry.example.com/1", EMPTY_TOKEN: ""}, secretEnv: {SENTRY_DSN: core-api.sentry/dsn_v1.A}}`,
		`mosaic-database:pooling: {enabled: true, tlsSecretName: pooler-tls}`,
		`mosaic-database:pooling: {enabled: true, tlsSecretName: pooler-tls, draining: true}`,
		`mosaic-database:pooling: {enabled: false, poolSize: 1000}`,
		`mosaic-database:tags: {"cost center": "R+D @ 1", Off: on, Window: 12:30, number: "007", text: !!str 0123, other: -1}`,
		`mosaic-database:alerts: {dashboard: True}`,
		`mosaic-database:waivers: {<<: {RDS.5: It can be down for a while.}}`,
		"mosaic-database:cluster: {oidcIssuer: \"https://oidc.eks.us-east-1.amazonaws.com/id/ABC\"}\n" +
			"mosaic-database:delivery: gitops\n" +
			"mosaic-database:network: {vpcId: vpc-01234567, subnetIds: [subnet-01234567, subnet-12345678], ingressCidrs: [10.0.0.0/16]}",
		"mosaic-database:app:\ntags:\npermissionsBoundary:",
		`mosaic-database:network: {ingressSecurityGroupIds: [sg-01234567, sg-0123456789abcdef0]}`,
		`mosaic-database:network: {ingressCidrs: [], ingressSecurityGroupIds: [sg-01234567]}`,
		`mosaic-database:network: {ingressCidrs: [], ingressClusterSecurityGroup: true}`,
		`mosaic-database:network: {ingressCidrs: [10.0.0.0/16], ingressSecurityGroupIds: [], ingressClusterSecurityGroup: true}`,
		"mosaic-database:cluster: {oidcIssuer: \"https://oidc.eks.us-east-1.amazonaws.com/id/ABC\"}\n" +
			"mosaic-database:delivery: gitops\n" +
			"mosaic-database:network: {vpcId: vpc-01234567, subnetIds: [subnet-01234567, subnet-12345678], ingressSecurityGroupIds: [sg-01234567]}",
		"aws:region: us-gov-west-1",
		"aws:region: ap-southeast-2",
		"pulumi:anything: 1",
		"myorg:anything: 010",
		"tier: ha",
	}
}

// contentsAtBounds is the least and the most that each rule lets through.
func contentsAtBounds() []string {
	return []string{
		`{rolePath: "/` + strings.Repeat("r", 510) + `/", permissionsBoundary: ` + strings.Repeat("p", 128) + `}`,
		`mosaic-database:database: {port: 1150, secretRecoveryDays: 7, logRetentionDays: 1, monitoringInterval: 1}`,
		`mosaic-database:database: {port: 65535, secretRecoveryDays: 30, logRetentionDays: 3653, monitoringInterval: 60}`,
		`mosaic-database:database: {allocatedStorage: 400, maxAllocatedStorage: 440, iops: 12000, storageThroughput: 500}`,
		`mosaic-database:database: {allocatedStorage: 400, maxAllocatedStorage: 65536, iops: 64000, storageThroughput: 4000}`,
		`mosaic-database:database: {allocatedStorage: 100, maxAllocatedStorage: 110, storageType: io1, iops: 1000}`,
		`mosaic-database:database: {allocatedStorage: 256, maxAllocatedStorage: 300, storageType: io2, iops: 256000}`,
		`mosaic-database:database: {backupWindow: "03:00-03:30", maintenanceWindow: "sun:03:30-sun:04:00"}`,
		`mosaic-database:database: {parameters: {max_connections: 6}}`,
		`mosaic-database:database: {instanceClass: db.r7g.2xlarge, parameters: {max_connections: 262143}}`,
		`mosaic-database:database: {name: ` + strings.Repeat("n", 63) + `, username: ` + strings.Repeat("u", 16) + `}`,
		`mosaic-database:app: {secretName: ` + strings.Repeat("s", 253) + `, namespace: ` + strings.Repeat("n", 63) + `}`,
		`mosaic-database:environment: ` + strings.Repeat("e", 40) + "\nmosaic-database:app: {name: a}",
		`{app: {}, additionalApps: {}, network: {}, database: {}}`, // what a stack file has to have with environments of Pulumi ESC
		`mosaic-database:cluster: {name: ` + strings.Repeat("c", 100) + `}`,
		`mosaic-database:migrations: {image: "a:1", command: [migrate], attempt: 1, deadlineSeconds: 30, backoffLimit: 0, cpu: "1", memory: 1Ki}`,
		`mosaic-database:migrations: {image: "a:` + strings.Repeat("1", 128) + `", deadlineSeconds: 86400, backoffLimit: 10}`,
		`mosaic-database:alerts: {cpuPercent: 1, freeStoragePercent: 99}`,
		`mosaic-database:pooling: {enabled: true, tlsSecretName: pooler-tls, poolSize: 29, maxClientConnections: 2000}`,
		`mosaic-database:pooling: {enabled: true, tlsSecretName: pooler-tls, poolSize: 1, maxClientConnections: 10}`,
		`mosaic-database:tags: {` + strings.Repeat("k", 128) + `: ` + strings.Repeat("v", 256) + `}`,
		`mosaic-database:tags: {` + manyTags(40) + `}`,
		`mosaic-database:network: {ingressCidrs: [` + blocks(59, "10.%d.0.0/16") + `, ` + blocks(59, "'2001:db8:%d::/48'") + `], ingressClusterSecurityGroup: true}`,
	}
}

func manyTags(n int) string {
	tags := make([]string, n)
	for i := range tags {
		tags[i] = fmt.Sprintf("k%d: v", i)
	}
	return strings.Join(tags, ", ")
}

// blocks is a list of that many CIDR blocks, whose format has their number.
func blocks(n int, format string) string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf(format, i)
	}
	return strings.Join(all, ", ")
}

func TestAllProblemsComeInOneReport(t *testing.T) {
	source := configtest.Parse(t, `
aws:region: us-east-1
mosaic-database:teir: ha
mosaic-database:cluster: {name: mosaic-prod}
mosaic-database:database: {maxAllocatedStorage: 21, instanceclass: db.t3.small, multiAz: "true"}
mosaic-database:migrations: {image: "mosaic-life/core-api:latest"}
`)
	_, err := config.Load(source, "prod", config.StackFile{Keys: source.Keys()})
	const want = `the configuration has 6 problems; nothing was changed:

  1. mosaic-database:teir
     rule: there is no such key; did you mean tier?
     write: tier

  2. aws:allowedAccountIds
     rule: required: an account id of twelve digits; exactly one account
     write: the line in the stack's file

  3. mosaic-database:database.instanceclass
     rule: database has no such field; did you mean instanceClass?
     write: instanceClass

  4. mosaic-database:database.multiAz: "true"
     rule: of type boolean, not string
     write: true, without quotes

  5. mosaic-database:migrations.image: mosaic-life/core-api:latest
     rule: a container image with a tag other than latest, or with a sha256 digest of 64 hexadecimal digits
     write: mosaic-life/core-api:<version>

  6. mosaic-database:database.maxAllocatedStorage: 21
     rule: at least 110 % of allocatedStorage (20 GiB), so that the storage can grow, or 0
     write: 22 or more; or 0, with which it does not grow by itself
`
	require.Error(t, err)
	if diff := cmp.Diff(want, err.Error()); diff != "" {
		t.Error(diff)
	}
	var problems config.Problems
	require.ErrorAs(t, err, &problems)
	assert.Len(t, problems, 6)
}

func TestNoProblemsAreNoError(t *testing.T) {
	assert.NoError(t, config.Problems(nil).Err())
	assert.NoError(t, config.Problems{}.Err())
	assert.EqualError(t, config.Problems{{Key: "k", Rule: "r", Fix: "f"}}.Err(),
		"the configuration has 1 problem; nothing was changed:\n\n  1. k\n     rule: r\n     write: f\n")
}

// A kubeconfig may hold a token. Wherever it is written, and whatever is wrong with that, it is not printed.
func TestKubeconfigIsNeverPrinted(t *testing.T) {
	const (
		token = "s3cr3t"
		text  = `"apiVersion: v1\nkind: Config\nusers:\n- name: admin\n  user: {token: s3cr3t}\n"`
		line  = `'{"users": [{"user": {"token": "s3cr3t"}}], "kind": "Config"}'`
		value = `{kind: Config, users: [{name: admin, user: {token: s3cr3t}}]}`
	)
	var rejected int
	for _, r := range append(config.References(), config.Reference{Key: "cluster.kubecofnig"}, config.Reference{Key: "kubeconfig"}) {
		for _, content := range []string{text, line, value, "[" + text + "]", "[" + line + "]", "{a: " + text + "}", "{a: " + value + "}"} {
			source := configtest.With(t, setting(r.Key, content))
			if _, err := config.Load(source, "prod", config.StackFile{Keys: source.Keys()}); err != nil {
				assert.NotContains(t, err.Error(), token, "%s: %s", r.Key, content)
				rejected++
			}
		}
	}
	assert.Greater(t, rejected, 400)
}
