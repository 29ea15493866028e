package charts

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/live"
)

// variant is a way in which the application reads its secret, or is installed.
type variant struct {
	name       string
	release    string // of Helm
	overrides  []engine.Override
	deliveries []string
	account    string // the ServiceAccount that has the role
	store      string // the SecretStore; none with a ClusterSecretStore
	// unread are the values, by chart, that change nothing here.
	unread map[string][]string
}

func variants() []variant {
	const application, ownStore = "core-api", "aws-secrets-manager"
	all := []string{"pulumi", "handover", "gitops"}
	return []variant{
		{name: "default", release: application, deliveries: all, account: application, store: ownStore},
		{name: "another release", release: "shop", deliveries: []string{"handover"}, account: application, store: ownStore},
		{
			name: "secretsServiceAccount", release: application, deliveries: all, account: "core-api-db-reader", store: ownStore,
			overrides: []engine.Override{{Path: "app.secretsServiceAccount", Value: "core-api-db-reader"}},
			unread:    map[string][]string{"application": {"serviceAccount"}}, // it is empty: the chart's own values hold
		},
		{
			name: "clusterSecretStore", release: application, deliveries: all, account: application,
			overrides: []engine.Override{{Path: "app.clusterSecretStore", Value: "aws"}},
			unread:    map[string][]string{"application": {"externalSecrets.region"}, "umbrella": {"externalSecrets.database.region"}}, // a SecretStore has it
		},
	}
}

// start is a stack of the variant for a chart, with a CA bundle and an entry of the Secret that the application has chosen.
func (v variant) start(t *testing.T, chart, delivery string, more ...engine.Override) *live.Stack {
	t.Helper()
	overrides := append(shape(t, chart), engine.Override{Path: "delivery", Value: delivery},
		engine.Override{Path: "tls.caBundleConfigMap", Value: "rds-ca"}, engine.Override{Path: "app.secretEntries.DATABASE_URL", Value: "url"})
	l := live.Start(t, "prod", append(append(overrides, v.overrides...), more...)...)
	if v.store == "" {
		l.ClusterSecretStore("aws", "mosaic-prod", v.account) // the application's ServiceAccount, which keeps the role
	}
	return l
}

// credentials are the objects by which the pods get their Secret: the program's or the chart's, and both's in a handover.
func (v variant) credentials() []string {
	all := []string{live.ServiceAccountType + " mosaic-prod/" + v.account, live.ExternalSecretType + " mosaic-prod/core-api-db"}
	if v.store != "" {
		all = append(all, live.SecretStoreType+" mosaic-prod/"+v.store)
	}
	return all
}

// synced: the application's ExternalSecret is in sync, by the store that the stack names and no other.
func synced(l *live.Stack, variant variant) {
	l.T.Helper()
	var stores []string
	for _, store := range l.Cloud.Objects(live.SecretStoreType) {
		stores = append(stores, store.Properties.Text("metadata", "name"))
		assert.Equal(l.T, variant.account, store.Properties.Text("spec", "provider", "aws", "auth", "jwt", "serviceAccountRef", "name"))
	}
	named, kind := "aws", "ClusterSecretStore"
	if variant.store == "" {
		assert.Empty(l.T, stores, "beside the ClusterSecretStore")
	} else {
		named, kind = variant.store, "SecretStore"
		assert.Equal(l.T, []string{named}, stores)
	}
	for _, external := range l.Cloud.Objects(live.ExternalSecretType) {
		if external.ID != "mosaic-prod/core-api-db" {
			continue // the umbrella's others
		}
		assert.Equal(l.T, named, external.Properties.Text("spec", "secretStoreRef", "name"))
		assert.Equal(l.T, kind, external.Properties.Text("spec", "secretStoreRef", "kind"))
		conditions := external.Properties.List("status", "conditions")
		require.Len(l.T, conditions, 1)
		assert.Equal(l.T, "True", conditions[0].Text("status"), conditions[0].Text("message"))
	}
}
