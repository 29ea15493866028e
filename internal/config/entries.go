package config

import (
	"maps"
	"slices"

	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
	"github.com/mosaic-stories/mosaic-database/internal/connection"
)

// entries holds the chosen entries of the applications' Secrets to what the connection secret has.
func (l *loader) entries() {
	for _, app := range l.config.Applications() {
		for _, name := range slices.Sorted(maps.Keys(app.SecretEntries)) {
			l.bundlePath(app, app.Key()+".secretEntries."+name, app.SecretEntries[name])
		}
	}
}

// bundlePath asks for a CA bundle, and for no pooler, where an entry is the bundle's path: otherwise the secret does not have it,
// and the Secret is not synchronised.
func (l *loader) bundlePath(app Application, key, property string) {
	if property != connection.BundlePath {
		return
	}
	problem := Problem{Key: key, Value: schema.Show(property)}
	switch c := l.config; {
	case c.TLS.CaBundlePath == "":
		problem.Rule, problem.Fix = "only with a CA bundle: without one there is no path", "tls.caBundlePath too, or remove the entry"
		l.conflict(problem, "tls", "additionalApps")
	case c.Pooled(app):
		problem.Rule = "not with pooling: the pooler's certificate is not from the bundle"
		problem.Fix = "nothing: remove the entry; DIRECT_PGSSLROOTCERT has the path for connections past the pooler"
		l.conflict(problem, "pooling.enabled", "additionalApps")
	}
}
