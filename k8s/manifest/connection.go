package manifest

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

// connectionKey is an entry of a Secret with a connection. If the connection leads to a pooler, the entry direct leads to the
// database.
type connectionKey struct {
	Key
	direct Key // zero: the entry is the same for both
}

func connectionKeys() []connectionKey {
	return []connectionKey{
		{Key{"DB_URL", "sqlalchemy_url"}, Key{"DB_DIRECT_URL", "direct_sqlalchemy_url"}},
		{Key{"DB_LIBPQ_URL", "url"}, Key{"DB_DIRECT_LIBPQ_URL", "direct_url"}},
		{Key{"DB_HOST", "host"}, Key{"DB_DIRECT_HOST", "direct_host"}},
		{Key{"DB_PORT", "port"}, Key{"DB_DIRECT_PORT", "direct_port"}},
		{Key: Key{"DB_NAME", "database"}},
		{Key: Key{"DB_USER", "username"}},
		{Key: Key{"DB_PASSWORD", "password"}},
	}
}

// ConnectionKeys returns the entries of a Secret with a connection to the database.
func ConnectionKeys() []Key {
	var keys []Key
	for _, key := range connectionKeys() {
		keys = append(keys, key.Key)
	}
	return keys
}

// PooledConnectionKeys returns the entries of a Secret with a connection to the pooler, and with the address of the database.
func PooledConnectionKeys() []Key {
	keys := ConnectionKeys()
	for _, key := range connectionKeys() {
		if key.direct.Name != "" {
			keys = append(keys, key.direct)
		}
	}
	return keys
}

// DirectEnvironment returns the Secret as environment variables, with its version. The variables of a connection lead to the
// database, even if there is a pooler: Jobs need a session, and the pooler gives them only transactions.
func (s *Secret) DirectEnvironment() List {
	entries := map[string]string{} // entry of the Secret by variable
	for _, key := range s.Keys {
		entries[key.Name] = key.Name
	}
	for _, key := range connectionKeys() {
		if direct, pooled := entries[key.direct.Name]; pooled {
			entries[key.Name] = direct
			delete(entries, direct)
		}
	}
	var env List
	for _, key := range s.Keys {
		if entry, ok := entries[key.Name]; ok {
			env = append(env, s.variable(key.Name, pulumi.String(entry)))
		}
	}
	return append(env, s.VersionVariable())
}
