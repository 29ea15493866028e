package manifest

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

// connectionKey is one entry of the Secret of a connection. Where the connection leads to a pooler, direct is the entry
// beside it that leads to the database itself.
type connectionKey struct {
	Key
	direct Key
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

// ConnectionKeys are the entries of the Secret of a connection to the database.
func ConnectionKeys() []Key {
	var keys []Key
	for _, key := range connectionKeys() {
		keys = append(keys, key.Key)
	}
	return keys
}

// PooledConnectionKeys are those of a connection to a pooler, with the database's own address beside it.
func PooledConnectionKeys() []Key {
	keys := ConnectionKeys()
	for _, key := range connectionKeys() {
		if key.direct.Name != "" {
			keys = append(keys, key.direct)
		}
	}
	return keys
}

// DirectEnvironment is the Secret as environment variables, with its version. Those of a connection lead to the database
// itself: what runs once needs a session of its own, which no pooler gives.
func (s *Secret) DirectEnvironment() List {
	entries := map[string]string{} // by the name of the variable
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
