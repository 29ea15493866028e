package main

import (
	"net/rpc"

	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

// Change is what a call of [simcloud.Databases] has to do with.
type Change struct {
	Old, Instance            simcloud.Properties
	Backup                   string // an origin or a snapshot
	Database, User, Password string
	Environment              map[string]string
}

// Databases offers the database servers of one process to others.
type Databases struct{ servers simcloud.Databases }

// Create is that of [simcloud.Databases].
func (d *Databases) Create(c Change, address *string) (err error) {
	*address, err = d.servers.Create(c.Instance, c.Backup)
	return err
}

// Modify is that of [simcloud.Databases].
func (d *Databases) Modify(c Change, _ *struct{}) error { return d.servers.Modify(c.Old, c.Instance) }

// Delete is that of [simcloud.Databases].
func (d *Databases) Delete(c Change, _ *struct{}) error { return d.servers.Delete(c.Instance) }

// Snapshot is that of [simcloud.Databases].
func (d *Databases) Snapshot(c Change, _ *struct{}) error {
	return d.servers.Snapshot(c.Instance, c.Backup)
}

// Accept is that of [simcloud.Databases].
func (d *Databases) Accept(c Change, _ *struct{}) error {
	return d.servers.Accept(c.Instance, c.Database, c.User, c.Password)
}

// Bootstrap is that of [simcloud.Databases].
func (d *Databases) Bootstrap(c Change, _ *struct{}) error {
	return d.servers.Bootstrap(c.Instance, c.Environment)
}

// remote is the database servers that another process offers.
type remote struct{ *rpc.Client }

func (r remote) do(method string, c Change) error {
	return r.Call("Databases."+method, c, &struct{}{})
}

func (r remote) Create(instance simcloud.Properties, origin string) (address string, err error) {
	err = r.Call("Databases.Create", Change{Instance: instance, Backup: origin}, &address)
	return address, err
}

func (r remote) Modify(old, instance simcloud.Properties) error {
	return r.do("Modify", Change{Old: old, Instance: instance})
}

func (r remote) Delete(instance simcloud.Properties) error {
	return r.do("Delete", Change{Instance: instance})
}

func (r remote) Snapshot(instance simcloud.Properties, snapshot string) error {
	return r.do("Snapshot", Change{Instance: instance, Backup: snapshot})
}

func (r remote) Accept(instance simcloud.Properties, database, user, password string) error {
	return r.do("Accept", Change{Instance: instance, Database: database, User: user, Password: password})
}

func (r remote) Bootstrap(instance simcloud.Properties, environment map[string]string) error {
	return r.do("Bootstrap", Change{Instance: instance, Environment: environment})
}
