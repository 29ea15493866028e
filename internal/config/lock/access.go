package lock

import (
	"fmt"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
)

// replacement is a setting by which something else takes the place of an object that an application has.
type replacement struct {
	field, value string
	unset        string // what the application has without it
	object       string
	loss         string // what happens if it is replaced in one run; "": nothing
	back         string // what happens if it comes back without a handover; "": nothing
}

func replacements(c *config.Config, app config.Application) []replacement {
	account := replacement{
		field: "secretsServiceAccount", value: app.SecretsServiceAccount, unset: app.ServiceAccount, object: "ServiceAccount " + app.ServiceAccount,
		loss: "lose its role, and be deleted if this program made it, while pods and the SecretStore still use it",
	}
	if c.Delivery == config.DeliveryPulumi {
		account.back = "this program does not manage the " + account.object + ", and could not create it, because it exists: the run would fail when the role already trusts only that one"
	}
	store := replacement{field: "clusterSecretStore", value: app.ClusterSecretStore, unset: app.SecretStore(), object: "SecretStore " + app.SecretStore()}
	if c.Delivery.InCluster() {
		store.loss = "be deleted while the ExternalSecret still uses it"
	}
	return []replacement{account, store}
}

func accessKey(app config.Application, field string) string {
	return config.Key(app.Key() + "." + field)
}

// access is how the applications' secrets are read, by full key, without what is not set.
func access(c *config.Config) map[string]string {
	values := map[string]string{}
	for _, app := range c.Applications() {
		for _, r := range replacements(c, app) {
			if r.value != "" {
				values[accessKey(app, r.field)] = r.value
			}
		}
		if app.Releasing {
			values[accessKey(app, "releasing")] = "true"
		}
	}
	return values
}

// changedAccess refuses to delete, or to take away from the role, what pods and the operator still use; and to take back what an
// earlier run let go of.
func changedAccess(c *config.Config, before map[string]string) schema.Problems {
	var problems schema.Problems
	for _, app := range c.Applications() {
		_, live := before[config.Key(app.Key())]
		if app.Main {
			_, live = before[accessKey(app, "name")]
		}
		wasReleasing := before[accessKey(app, "releasing")] != ""
		for _, r := range replacements(c, app) {
			old := before[accessKey(app, r.field)]
			switch {
			case r.value == "" && old != "" && !wasReleasing && r.back != "":
				problems = append(problems, schema.Problem{
					Key: accessKey(app, r.field), Value: r.unset,
					Rule: fmt.Sprintf("not in place of %s with delivery: pulumi: %s", old, r.back),
					Fix:  "delivery: handover beside it in this run, and pulumi in a later one (docs/why/delivery.md)" + beforeHandover(c),
				})
			case r.value == "":
			case live && old == "" && !app.Releasing && r.loss != "":
				problems = append(problems, schema.Problem{
					Key: accessKey(app, r.field), Value: r.value,
					Rule: fmt.Sprintf("only with releasing: true at first: the stack has the %s, which would %s", r.object, r.loss),
					Fix:  "releasing: true beside it in this run, and remove that line in a later one (docs/why/delivery.md)",
				})
			case app.Releasing && !wasReleasing && (!live || old != ""):
				problems = append(problems, schema.Problem{
					Key: accessKey(app, "releasing"), Value: "true",
					Rule: fmt.Sprintf("only in the first run with %s, in a live stack: this program does not have the %s, and would take it over", r.field, r.object),
					Fix:  "false, or remove the line",
				})
			}
		}
	}
	return problems
}

// beforeHandover is what a stack has to give up for the time of a handover.
func beforeHandover(c *config.Config) string {
	var first []string
	if c.HasLogins() {
		first = append(first, "database.credentials: master")
	}
	if c.Pooling.Enabled {
		first = append(first, "no pooling (docs/how-to/pooling.md)")
	}
	if len(first) == 0 {
		return ""
	}
	return "; first write, in an earlier run: " + strings.Join(first, " and ")
}
