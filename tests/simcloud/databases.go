package simcloud

// Databases are the PostgreSQL servers of a cloud's RDS instances. An instance is known by its resource id, and a backup of an instance that is deleted by
// the same; a snapshot by its identifier. The cloud is locked during each call.
type Databases interface {
	// Create makes the database of a new instance, which has all but its address, and returns that. The instance has a copy of what is in the
	// origin, an instance or a backup; "": it is empty. A replica has what its origin has, at any time.
	Create(instance Properties, origin string) (address string, err error)
	// Modify follows a change of an instance.
	Modify(old, instance Properties) error
	// Delete ends the server of an instance. What it had stays as a backup.
	Delete(instance Properties) error
	// Snapshot copies what a deleted instance had.
	Snapshot(instance Properties, snapshot string) error
	// Accept logs in to a database of an instance, encrypted; "": the one that is made with it. The error is PostgreSQL's.
	Accept(instance Properties, database, user, password string) error
	// Bootstrap follows the container that makes the logins, with its variables, after it could log in.
	Bootstrap(instance Properties, environment map[string]string) error
}

func (c *Cloud) databases() managed {
	if c.Databases == nil {
		return managed{logins{c}, c}
	}
	return managed{c.Databases, c}
}
