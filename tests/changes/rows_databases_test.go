package changes

// databases are the changes of an additional application's own database. TestADatabaseComesAndGoes adds and removes one.
func databases() []transition {
	with := func(fields string) string { return "additionalApps: {orders: {database: {" + fields + "}}}" }
	rows := []transition{
		{key: "additionalApps.orders.database.name", was: "orders", now: "shop", to: with("name: shop"), refused: "move the data there with pg_dump, and run DROP DATABASE by hand"},
		{key: "additionalApps.orders.database.name", was: "orders", now: unset, to: "additionalApps: {orders: {database: null}}", refused: "move the data there with pg_dump, and run DROP DATABASE by hand"},
		{key: "additionalApps.orders.database.readOnlyLogin", was: "false", now: "true", to: with("readOnlyLogin: true"), back: true,
			why: "one more login, with its secret", backWhy: "the login stays, but cannot log in"},
	}
	rows = append(rows, migrationRows("additionalApps.orders.database.migrations", func(field string) string { return with("migrations: {" + field + "}") })...)
	for i := range rows {
		rows[i].born = "its own database"
	}
	return rows
}
