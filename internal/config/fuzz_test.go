package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/config/lock"
	"github.com/mosaic-stories/mosaic-database/internal/instanceclass"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
	"github.com/mosaic-stories/mosaic-database/tests/configtest"
)

// fuzzedKeys is every key of a stack file, in the order in which the fuzz test takes their values.
func fuzzedKeys() []string {
	var keys []string
	for _, r := range config.References() {
		if !strings.Contains(r.Key, ".") {
			keys = append(keys, config.Key(r.Key))
		}
	}
	return keys
}

// FuzzLoad puts any values at all into a stack's configuration. Whatever they are, the answer comes soon, and is the
// same a second time; a rejection says what, why and what instead, and shows no more of a value than a line; what is
// accepted can be built. The seeds, and what the fuzzer found before, run as a test; to look for more:
//
//	go test -run '^$' -fuzz FuzzLoad -fuzztime 2m ./internal/config
func FuzzLoad(f *testing.F) {
	keys := fuzzedKeys()
	const separator = "\x1e" // between the values, in the order of the keys
	seed := func(stack string, source configtest.Source) {
		misspelt := ""
		for key := range source {
			if !slices.Contains(keys, key) {
				misspelt = key
			}
		}
		v := make([]string, len(keys))
		for i, key := range keys {
			v[i] = source[key]
		}
		f.Add(stack, misspelt, strings.Join(v, separator))
	}
	for _, w := range wrongFiles(f) {
		seed(w.stack(), configtest.Parse(f, w.content(f)))
	}
	for _, content := range slices.Concat(rightContents(), contentsAtBounds()) {
		seed("prod", configtest.With(f, content))
	}
	f.Fuzz(func(t *testing.T, stack, misspelt, values string) {
		source := configtest.Source{}
		for i, value := range strings.Split(values, separator) {
			if value != "" && i < len(keys) {
				source[keys[i]] = value
			}
		}
		declared := source.Keys()
		if misspelt != "" {
			declared = append(declared, misspelt)
		}
		start := time.Now()
		c, err := config.Load(source, stack, config.StackFile{Keys: declared})
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("took %s", took)
		}
		again, errAgain := config.Load(source, stack, config.StackFile{Keys: declared})
		if diff := cmp.Diff(c, again); diff != "" {
			t.Errorf("another configuration the second time: %s", diff)
		}
		if diff := cmp.Diff(err, errAgain); diff != "" {
			t.Errorf("another report the second time: %s", diff)
		}
		if err == nil {
			checkAccepted(t, c)
			for _, p := range checkLocked(t, c, misspelt) {
				checkProblem(t, p, keys, 512) // the longest, a path of roles, is in the way out too
			}
			return
		}
		var problems config.Problems
		if !errors.As(err, &problems) || len(problems) == 0 {
			t.Fatalf("not a report of problems: %#v", err)
		}
		for _, p := range problems {
			checkProblem(t, p, append(keys, misspelt), 200)
		}
	})
}

// FuzzStackFile puts any text at all into the file of a stack: whatever is there, it is read or refused.
func FuzzStackFile(f *testing.F) {
	for _, w := range wrongFiles(f) {
		f.Add("config:\n  " + strings.ReplaceAll(w.content(f), "\n", "\n  "))
	}
	f.Fuzz(func(t *testing.T, text string) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "Pulumi.prod.yaml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		file, err := config.ReadStackFile(dir, "prod")
		if err != nil {
			return
		}
		source := configtest.With(t, "")
		for _, key := range file.Keys {
			source[key] = "{}"
		}
		if _, err := config.Load(source, "prod", file); err != nil && !errors.As(err, &config.Problems{}) {
			t.Errorf("not a report of problems: %v", err)
		}
	})
}

// checkLocked expects the same configuration to be no change, whatever it is, and takes anything at all for what an earlier run
// left: the problems that it then finds are the result.
func checkLocked(t *testing.T, c *config.Config, anything string) config.Problems {
	t.Helper()
	location := lock.Location{VpcID: "vpc-1", OIDCIssuer: "https://a"}
	before := lock.Values(c, location, nil)
	if problems := lock.Changed(c, before); len(problems) > 0 {
		t.Errorf("the same file is a change: %v", problems)
	}
	for key := range before {
		before[key] = anything
	}
	return append(lock.Changed(c, before), lock.Moved(location, before)...)
}

// checkProblem holds a problem to what a reader needs, and to what may be shown: so many characters of a value.
func checkProblem(t *testing.T, p config.Problem, keys []string, longest int) {
	t.Helper()
	known := slices.ContainsFunc(keys, func(key string) bool {
		rest, found := strings.CutPrefix(p.Key, key)
		return found && (rest == "" || rest[0] == '.' || rest[0] == '[')
	})
	if !known {
		t.Errorf("%q is no key", p.Key)
	}
	if p.Rule == "" || p.Fix == "" {
		t.Errorf("no rule or no advice: %#v", p)
	}
	if n := utf8.RuneCountInString(p.Value); n > longest {
		t.Errorf("shows %d characters of a value: %#v", n, p)
	}
	if strings.Contains(p.Value, "\n") {
		t.Errorf("shows more than a line of a value: %#v", p)
	}
}

// checkAccepted holds an accepted configuration to what can be built of it, whichever rule should have seen to it.
func checkAccepted(t *testing.T, c *config.Config) {
	t.Helper()
	d := c.Database
	for what, is := range map[string]bool{
		"an account of twelve digits":         len(c.AccountID) == 12,
		"a known tier":                        slices.ContainsFunc(config.Tiers(), func(tier config.Tier) bool { return tier.Name == c.Tier }),
		"a known owner":                       slices.Contains([]config.Delivery{config.DeliveryPulumi, config.DeliveryHandover, config.DeliveryGitOps}, c.Delivery),
		"a role's name of 64":                 len(naming.SecretsRole(c.Environment, c.App.Name)) <= 64,
		"an identifier of 63":                 len(naming.Replica(naming.Instance(c.Environment), 15)) <= 63,
		"all of the application's names":      c.App.Name != "" && c.App.Namespace != "" && c.App.ServiceAccount != "" && c.App.SecretName != "",
		"a database, a user and a version":    d.Name != "" && d.Username != "" && d.EngineVersion != "",
		"known classes":                       isClass(d.InstanceClass) && isClass(d.ReplicaInstanceClass),
		"storage that can grow, or shall not": canGrow(d.AllocatedStorage, d.MaxAllocatedStorage) && canGrow(d.AllocatedStorage, d.ReplicaMaxAllocatedStorage),
		"backups where there are replicas":    d.ReadReplicas == 0 || d.BackupRetentionDays > 0,
		"no zone beside a standby":            d.AvailabilityZone == "" || !d.MultiAz,
		"speed only where gp3 has it":         d.StorageType != "gp3" || d.AllocatedStorage >= 400 || d.Iops == 0 && d.StorageThroughput == 0,
		"TLS":                                 d.Parameters["rds.force_ssl"] == "" || d.Parameters["rds.force_ssl"] == "1",
		"no network of the whole world":       !slices.ContainsFunc(c.Network.IngressCidrs, func(s string) bool { return strings.HasSuffix(s, "/0") }),
		"two subnets or none":                 len(c.Network.SubnetIDs) != 1,
		"a cluster, or what is read from it":  c.Cluster.Name != "" || c.Cluster.OIDCIssuer != "" && c.Network.VpcID != "",
		"an image for migrations":             !c.Migrations.Enabled || c.Migrations.Image != "" && !strings.HasSuffix(c.Migrations.Image, ":latest"),
		"a command":                           len(c.Migrations.Command) > 0,
		"one source of a restore":             c.Restore.SnapshotIdentifier == "" || c.Restore.PointInTime == "" && !c.Restore.UseLatestRestorableTime,
		"a pooler that can be reached":        !c.Pooling.Enabled || c.Pooling.TLSSecretName != "" && c.Delivery == config.DeliveryPulumi,
		"a budget that is an amount, or none": c.Budget.MonthlyUSD >= 0,
		"an active instance":                  c.Restore.Serving >= 1 && c.Restore.Serving <= c.Restore.Generation && !slices.Contains(c.Restore.Released, c.Instance()),
		"applications apart":                  apart(c),
	} {
		if !is {
			t.Errorf("accepted without %s: %+v", what, c)
		}
	}
}

func canGrow(allocated, most int) bool { return most == 0 || 10*most >= 11*allocated }

// apart tells whether every application has a role, a ServiceAccount and a Secret of its own.
func apart(c *config.Config) bool {
	seen := map[string]bool{c.App.Name: true, "account " + c.App.Namespace + "/" + c.App.ServiceAccount: true, "secret " + c.App.Namespace + "/" + c.App.SecretName: true}
	for _, app := range c.AdditionalApps {
		for _, claim := range []string{app.Name, "account " + app.Namespace + "/" + app.ServiceAccount, "secret " + app.Namespace + "/" + app.SecretName} {
			if seen[claim] {
				return false
			}
			seen[claim] = true
		}
	}
	return true
}

func isClass(name string) bool {
	_, ok := instanceclass.Lookup(name)
	return ok
}
