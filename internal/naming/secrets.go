package naming

import "fmt"

// DatabaseSecrets are the names of the secrets of one database.
type DatabaseSecrets struct {
	Connection string // of its application
	Bootstrap  string // with the master user and the verifiers of the logins
	Migrator   string
	ReadOnly   string
}

// MainSecrets are those of the database that is made with the instance: mosaic/<env>/rds/connection and so on.
func MainSecrets(env string) DatabaseSecrets {
	return DatabaseSecrets{Connection: ConnectionSecret(env), Bootstrap: BootstrapSecret(env), Migrator: MigratorSecret(env), ReadOnly: ReadOnlySecret(env)}
}

// ApplicationSecrets are those of an additional application's own database: mosaic/<env>/rds/<app>/connection and so on.
func ApplicationSecrets(env, app string) DatabaseSecrets {
	name := func(of string) string { return fmt.Sprintf("%s/%s/rds/%s/%s", Prefix, env, app, of) }
	return DatabaseSecrets{Connection: name("connection"), Bootstrap: name("bootstrap"), Migrator: name("migrator"), ReadOnly: name("readonly")}
}
