package changes

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

const policy = "arn:aws:iam::123456789012:policy/core-api-media"

// inApp returns a patch of the fields of app, or of an additional application.
func inApp(path, fields string) string {
	parts := strings.Split(path, ".")
	for _, part := range slices.Backward(parts) {
		fields = fmt.Sprintf("%s: {%s}", part, fields)
	}
	return fields
}

// access are the changes of how an application's secret is read, and of who has its role. The package delivery lets go of what was
// replaced: that deletes a SecretStore, and leaves a ServiceAccount that this program then no longer knows.
func access(path, born string) []transition {
	with := func(fields string) string { return inApp(path, fields) }
	account, store := "core-api", naming.SecretStore
	if app, additional := strings.CutPrefix(path, "additionalApps."); additional {
		account, store = app, naming.AdditionalSecretStore(app)
	}
	rows := []transition{
		{key: ".secretsServiceAccount", was: account, now: "core-api-db-reader", to: with("secretsServiceAccount: core-api-db-reader"), refused: "releasing: true beside it"},
		{
			key: ".secretsServiceAccount with releasing", was: unset, now: "core-api-db-reader", to: with("secretsServiceAccount: core-api-db-reader, releasing: true"), back: true,
			why: "the SecretStore uses this ServiceAccount; that of the application keeps the role until the next run", backWhy: "only the application's ServiceAccount has the role, and is protected again",
		},
		{key: ".clusterSecretStore", was: store, now: "aws", to: with("clusterSecretStore: aws"), refused: "releasing: true beside it"},
		{key: ".policyArns", was: unset, now: "one", to: with("policyArns: ['" + policy + "']"), back: true, why: "the policy is attached to the role", backWhy: "the policy is detached"},
		{key: ".trustedServiceAccounts", was: unset, now: "preview-*/core-api", to: with("trustedServiceAccounts: ['preview-*/core-api']"), back: true, why: "which other ServiceAccounts may assume the role"},
	}
	for i := range rows {
		rows[i].key, rows[i].born = path+rows[i].key, born
	}
	return rows
}

// accessExamples change single keys whose rows are refused in a live stack.
func accessExamples(path, born string) []transition {
	with := func(fields string) string { return inApp(path, fields) }
	releasing := with("secretsServiceAccount: core-api-db-reader, releasing: true")
	rows := []transition{
		{to: with("secretsServiceAccount: core-api-db-reader")},
		{to: with("clusterSecretStore: aws")},
		{after: []string{"", releasing}, from: releasing, to: with("secretsServiceAccount: core-api-db-reader")},
	}
	for i := range rows {
		rows[i].key, rows[i].born = path, born
	}
	return rows
}
