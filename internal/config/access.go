package config

import (
	"fmt"

	"github.com/mosaic-stories/mosaic-database/internal/config/rules"
	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
)

// access holds together what says how the applications' secrets are read, and what their roles may do.
func (l *loader) access() {
	for _, app := range l.config.Applications() {
		l.stores(app)
		l.policies(app)
	}
}

// stores asks for one way to read the secret, and for something that a run with releasing lets go of.
func (l *loader) stores(app Application) {
	account, store, releasing := app.Key()+".secretsServiceAccount", app.Key()+".clusterSecretStore", app.Key()+".releasing"
	if app.SecretsServiceAccount != "" && app.ClusterSecretStore != "" {
		l.conflict(Problem{Key: account, Value: schema.Show(app.SecretsServiceAccount),
			Rule: "not together with clusterSecretStore: it is for the SecretStore, which is not made then",
			Fix:  "nothing: remove one of the two"}, store)
	}
	if app.Releasing && app.SecretsServiceAccount == "" && app.ClusterSecretStore == "" {
		l.conflict(Problem{Key: releasing, Value: schema.Show(app.Releasing),
			Rule: "only with secretsServiceAccount or clusterSecretStore: nothing else replaces what is there",
			Fix:  "false, or remove the line"}, account, store)
	}
}

// policies holds the policies to the account, and to pods that have the role.
func (l *loader) policies(app Application) {
	field, c := app.Key()+".policyArns", l.config
	for i, arn := range app.PolicyArns {
		partition, account, isPolicy := rules.PolicyOwner(arn)
		if !isPolicy || !l.sound("aws:allowedAccountIds", "aws:region") {
			continue
		}
		if partition != c.Partition() || account != "aws" && account != c.AccountID {
			l.conflict(Problem{Key: fmt.Sprintf("%s[%d]", field, i), Value: schema.Show(arn),
				Rule: "a policy of the stack's account, or one of AWS: IAM attaches no others",
				Fix:  fmt.Sprintf("one such as arn:%s:iam::%s:policy/core-api-media", c.Partition(), c.AccountID)}, field)
		}
	}
	if len(app.PolicyArns) > 0 && app.SecretsServiceAccount != "" && len(app.Trusted()) == 0 {
		l.conflict(Problem{Key: field, Value: schema.Show(app.PolicyArns),
			Rule: "for pods, and with secretsServiceAccount no pod has the role",
			Fix:  "nothing: attach them to the application's own role; or name its ServiceAccount under trustedServiceAccounts"}, app.Key()+".secretsServiceAccount")
	}
}
