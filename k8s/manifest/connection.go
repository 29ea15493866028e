package manifest

import (
	"cmp"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/connection"
)

// ConnectionKeys returns the entries of a Secret with a connection to the database, and those that the application has chosen.
func ConnectionKeys(cfg *config.Config, chosen map[string]string) []Key {
	return keys(connection.Layout{Chosen: chosen, Bundle: cfg.TLS.CaBundlePath != "", Tokens: cfg.ByToken()})
}

// PooledConnectionKeys returns the entries of a Secret with a connection to the pooler, and with the address of the database.
func PooledConnectionKeys(cfg *config.Config, chosen map[string]string) []Key {
	return keys(connection.Layout{Chosen: chosen, Bundle: cfg.TLS.CaBundlePath != "", Pooled: true})
}

func keys(layout connection.Layout) []Key {
	var all []Key
	for _, entry := range layout.Entries() {
		all = append(all, Key(entry))
	}
	return all
}

// DirectEnvironment returns the Secret as environment variables, with its version. The variables of a connection lead to the
// database, even if there is a pooler: Jobs need a session, and the pooler gives them only transactions.
func (s *Secret) DirectEnvironment() List {
	pooled := map[string]bool{}
	for _, key := range s.Keys {
		pooled[key.InsteadOf] = true
	}
	var env List
	for _, key := range s.Keys {
		if !pooled[key.Name] {
			env = append(env, s.variable(cmp.Or(key.InsteadOf, key.Name), pulumi.String(key.Name)))
		}
	}
	if s.Other != nil {
		for _, key := range s.Other.Keys {
			env = append(env, s.variable(key.Name, pulumi.String(key.Name)))
		}
	}
	return append(env, s.VersionVariable())
}
