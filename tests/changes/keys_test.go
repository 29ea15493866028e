package changes

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mosaic-stories/mosaic-database/internal/config"
)

// TestEveryKey changes each key of the stack file on mocks, in the rows of the matrix and in examples, and checks what that changes.
func TestEveryKey(t *testing.T) {
	r := newRecorded(t)
	var all, made []reach // of every row, and of those that are not refused: nothing else is billed
	for _, row := range append(transitions(), examples()...) {
		of := r.reach(t, row)
		all = append(all, of)
		if row.refused == "" {
			made = append(made, of)
		}
	}
	t.Run("reaches something", func(t *testing.T) { reachesSomething(t, all) })
	t.Run("is billed", func(t *testing.T) { isBilled(t, made) })
}

// TestOneWayRowsAreInChains: after a change without a way back, the rows that follow would begin with something else. The
// others are made in any order: TestTransitions makes them backwards, too.
func TestOneWayRowsAreInChains(t *testing.T) {
	rows := transitions()
	for i, row := range rows {
		isBack := i > 0 && rows[i-1].from == row.to && rows[i-1].to == row.from
		if row.refused == "" && !row.back && !isBack {
			assert.NotEmpty(t, row.chain, "%s has no way back, and is in no chain", row)
		}
	}
}

// reachesSomething checks that every key has a row or an example that changes only this key, and that this changes a registration, an
// output or a line of the estimate. Otherwise the program reads the key and does not use it.
func reachesSomething(t *testing.T, all []reach) {
	alone, reached := map[string][]string{}, map[string]bool{}
	for _, of := range all {
		if len(of.keys) == 1 {
			alone[of.keys[0]] = append(alone[of.keys[0]], of.title)
			reached[of.keys[0]] = reached[of.keys[0]] || of.anything()
		}
	}
	for _, reference := range config.References() {
		reason, exception := unreached()[reference.Key]
		switch {
		case reference.Type == "object":
		case exception:
			assert.False(t, reached[reference.Key], "%s reaches something, and is an exception: %s", reference.Key, reason)
		case assert.NotEmpty(t, alone[reference.Key], "neither a row nor an example changes %s alone", reference.Key):
			assert.True(t, reached[reference.Key], "%s reaches nothing: %v", reference.Key, alone[reference.Key])
		}
	}
}

// isBilled checks that an input of an instance changes the estimate, or that only keys change it whose tags say why they are free.
func isBilled(t *testing.T, all []reach) {
	free := map[string]bool{}
	for _, reference := range config.References() {
		free[reference.Key] = reference.Free != ""
	}
	byInput := map[string][]reach{}
	for _, of := range all {
		for _, input := range of.inputs {
			byInput[input] = append(byInput[input], of)
		}
	}
	for input, by := range byInput {
		if slices.ContainsFunc(by, func(of reach) bool { return of.bill && len(of.inputs) == 1 }) {
			continue
		}
		for _, of := range by {
			assert.True(t, of.bill || !slices.ContainsFunc(of.keys, func(key string) bool { return !free[key] }),
				"%s is not in the bill, and of %v, which changes it, no tag says why it is free", input, of.keys)
		}
	}
}

// examples change single keys that no row of the matrix changes alone, or whose row is refused.
func examples() []transition {
	const (
		kubeconfig = `{apiVersion: v1, kind: Config, current-context: a, contexts: [{name: a, context: {cluster: c, user: u}}, {name: b, context: {cluster: c, user: u}}], ` +
			`clusters: [{name: c, cluster: {server: "https://nowhere.example.com"}}], users: [{name: u, user: {}}]}`
		latest     = "restore: {sourceInstanceIdentifier: mosaic-prod-db, useLatestRestorableTime: true}"
		gone       = "restore: {sourceDbiResourceId: db-ABCDEFGHIJKLMNOPQRSTUVWXY%d, useLatestRestorableTime: true}"
		copiedHere = "restore: {sourceAutomatedBackupsArn: 'arn:aws:rds:us-east-1:123456789012:auto-backup:ab-%d', useLatestRestorableTime: true}"
		second     = "restore: {sourceInstanceIdentifier: mosaic-prod-db, useLatestRestorableTime: true, generation: 2, unprotected: [%s], released: [%s]}"
		first      = "restore: {sourceInstanceIdentifier: mosaic-prod-db, useLatestRestorableTime: true, generation: 2, unprotected: [], released: [], serving: 1}"
		at         = "restore: {sourceInstanceIdentifier: mosaic-prod-db, pointInTime: '2026-01-%dT12:00:00Z'}"
		fast       = "database: {iops: %d, storageThroughput: %d}"
	)
	restored, unprotected := fmt.Sprintf(second, "", ""), fmt.Sprintf(second, "mosaic-prod-db", "")
	return slices.Concat(thresholds(), accessExamples("app", ""), accessExamples("additionalApps.worker", "another application"), []transition{
		{key: "cluster.kubeconfig", to: "cluster: {kubeconfig: '" + kubeconfig + "'}"},
		{key: "cluster.context", from: "cluster: {kubeconfig: '" + kubeconfig + "'}", to: "cluster: {context: b, kubeconfig: '" + kubeconfig + "'}"},
		{key: "network.vpcId", to: "network: {vpcId: vpc-0123456789abcdef0}"},
		{key: "database.iops", born: "large storage", from: fmt.Sprintf(fast, 14000, 700), to: fmt.Sprintf(fast, 13000, 700)},
		{key: "database.storageThroughput", born: "large storage", from: fmt.Sprintf(fast, 14000, 700), to: fmt.Sprintf(fast, 14000, 600)},
		{key: "pooling.enabled", from: "pooling: {tlsSecretName: pooler-tls}", to: "pooling: {tlsSecretName: pooler-tls, enabled: true}"},
		{key: "restore.pointInTime", from: fmt.Sprintf(at, 30), to: fmt.Sprintf(at, 31)},
		{key: "restore.sourceInstanceIdentifier", from: latest, to: "restore: {sourceInstanceIdentifier: other, useLatestRestorableTime: true}"},
		{key: "restore.sourceDbiResourceId", from: fmt.Sprintf(gone, 1), to: fmt.Sprintf(gone, 2)},
		{key: "restore.sourceAutomatedBackupsArn", from: fmt.Sprintf(copiedHere, 1), to: fmt.Sprintf(copiedHere, 2)},
		{key: "backups.copyToRegion", to: "backups: {copyToRegion: us-west-2}"},
		{key: "backups.copyRetentionDays", from: "backups: {copyToRegion: us-west-2}", to: "backups: {copyToRegion: us-west-2, copyRetentionDays: 14}"},
		{key: "backups.copyKmsKeyId", from: "backups: {copyToRegion: us-west-2}", to: "backups: {copyToRegion: us-west-2, copyKmsKeyId: " + keyWest + "}"},
		{key: "restore.serving", after: []string{"", restored}, from: restored, to: first},
		{key: "restore.unprotected", after: []string{"", restored}, from: restored, to: unprotected},
		{key: "restore.released", after: []string{"", restored, unprotected}, from: restored, to: fmt.Sprintf(second, "", "mosaic-prod-db")},
	})
}

// thresholds change every threshold of the alarms by one.
func thresholds() []transition {
	var all []transition
	for _, reference := range config.References() {
		field, isAlert := strings.CutPrefix(reference.Key, "alerts.")
		if value, err := strconv.Atoi(reference.Default); isAlert && err == nil {
			born := ""
			if slices.Contains(config.AuroraAlone(), reference.Key) {
				born = clustered
			}
			all = append(all, transition{key: reference.Key, born: born, to: fmt.Sprintf("alerts: {%s: %d}", field, value+1)})
		}
	}
	return all
}

// unreached lists the keys that change nothing on mocks, with the reason.
func unreached() map[string]string {
	return map[string]string{
		"additionalApps":                  "its fields do",
		"pods.tolerations":                "its fields do",
		"budget.expectedBackupGiB":        "is for the estimate alone",
		"budget.expectedAuditGiB":         "is for the estimate alone",
		"budget.expectedLogGiB":           "is for the estimate alone",
		"budget.expectedAcuHours":         "is for the estimate alone",
		"budget.expectedStorageGiB":       "is for the estimate alone",
		"budget.expectedMillionIos":       "is for the estimate alone",
		"restore.engines":                 "says what there is: TestFromAnInstanceToACluster",
		"budget.onExceed":                 "decides whether a run is refused: TestBudget",
		"restore.engineVersion":           "is of the newest instance alone, when it is made: TestLogicalReplication",
		"restore.generation":              "makes an instance only together with the backup it is made from: TestRestore",
		"restore.dumpAndLoad":             "makes an instance only together with its generation: TestFromAClusterToAnInstance",
		"restore.logicalReplication":      "makes an instance only together with its generation: TestLogicalReplication",
		"restore.switchedAt":              "is what just db-switch has done: TestLogicalReplication",
		"restore.useLatestRestorableTime": "names a moment only together with its source: TestRestore",
		"waivers":                         "change the report of the controls alone",
	}
}
