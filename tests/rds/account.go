package rds

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

// Account has the servers of an AWS account, a folder each. It is the [simcloud.Databases] of a cloud.
type Account struct {
	region *Region
	dir    string

	mu      sync.Mutex
	servers map[string]*server // by the resource id of the instance
}

// Create starts the server of a new instance.
func (a *Account) Create(instance simcloud.Properties, origin string) (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	source := a.servers[origin]
	if instance.Text("replicateSourceDb") != "" && source != nil {
		return source.Address, nil
	}
	id := instance.Text("resourceId")
	if left := a.servers[id]; left != nil { // by a run that did not get to its end
		if err := left.stop(); err != nil {
			return "", err
		}
		delete(a.servers, id)
	}
	s, err := a.place(id, int(instance.Number("port")))
	if err != nil {
		return "", err
	}
	if origin == "" {
		err = s.found(instance)
	} else {
		err = a.restore(s, origin, instance)
	}
	if err != nil {
		return "", errors.Join(err, s.stop(), os.RemoveAll(s.cluster.Dir))
	}
	a.servers[id] = s
	return s.Address, nil
}

// found starts the server of an instance that is created of nothing.
func (s *server) found(instance simcloud.Properties) error {
	if err := s.cluster.CopyData(s.region.template.Data()); err != nil {
		return err
	}
	if err := s.start(); err != nil {
		return err
	}
	user := instance.Text("username")
	statements := append(Master(user, instance.Text("password")), "ALTER DATABASE postgres OWNER TO "+identifier(user))
	if name := instance.Text("dbName"); name != "" {
		statements = append(statements, Database(name, user)...)
	}
	return s.do(statements...)
}

// restore starts the server of an instance with a copy of another one or of a backup. RDS copies a volume while it is used; here the
// source restarts, and its connections end.
func (a *Account) restore(s *server, origin string, instance simcloud.Properties) error {
	source, data := a.servers[origin], filepath.Join(a.backup(origin), "data")
	if source != nil {
		data = source.cluster.Data()
		if err := source.stop(); err != nil {
			return err
		}
	}
	err := s.cluster.CopyData(data)
	if source != nil {
		err = errors.Join(err, source.start())
	}
	if err != nil {
		return err
	}
	if err := s.start(); err != nil {
		return err
	}
	return s.setPassword(instance)
}

// Modify follows a change of the master user's password, and of the port, with which RDS restarts the instance.
func (a *Account) Modify(old, instance simcloud.Properties) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	s := a.servers[instance.Text("resourceId")]
	if s == nil {
		return nil // a replica
	}
	if port := int(instance.Number("port")); port != s.Port {
		if err := s.stop(); err != nil {
			return err
		}
		s.Port = port
		if err := errors.Join(s.save(), s.start()); err != nil {
			return err
		}
	}
	if old.Text("password") == instance.Text("password") {
		return nil
	}
	return s.setPassword(instance)
}

// Delete stops the server, and keeps its files.
func (a *Account) Delete(instance simcloud.Properties) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	id := instance.Text("resourceId")
	s := a.servers[id]
	if s == nil {
		return nil // a replica
	}
	delete(a.servers, id)
	backup := a.backup(id)
	return errors.Join(s.stop(), os.MkdirAll(filepath.Dir(backup), 0o755), os.RemoveAll(backup), os.Rename(s.cluster.Dir, backup))
}

// Snapshot copies the files of a deleted instance.
func (a *Account) Snapshot(instance simcloud.Properties, snapshot string) error {
	dir := a.backup(snapshot)
	if err := errors.Join(os.RemoveAll(dir), os.Mkdir(dir, 0o755)); err != nil {
		return err
	}
	taken, err := a.region.programs.Cluster(dir)
	if err != nil {
		return err
	}
	return taken.CopyData(filepath.Join(a.backup(instance.Text("resourceId")), "data"))
}

// Accept logs in to a database of the instance, and verifies the server.
func (a *Account) Accept(instance simcloud.Properties, database, user, password string) error {
	s := server{region: a.region, settings: settings{instance.Text("address"), int(instance.Number("port"))}}
	connection, err := s.connect(user, password, cmp.Or(database, instance.Text("dbName"), "postgres"))
	var refusal *pgconn.PgError
	if errors.As(err, &refusal) {
		return fmt.Errorf("%s: %s", refusal.Severity, refusal.Message)
	}
	if err != nil {
		return err
	}
	return closed(connection)
}

// Bootstrap does nothing: the container's own psql makes the logins, where containers run.
func (*Account) Bootstrap(simcloud.Properties, map[string]string) error { return nil }

// backup is the folder of what a deleted instance has left, or of a snapshot.
func (a *Account) backup(id string) string { return filepath.Join(a.dir, "backups", id) }

// stop stops all servers.
func (a *Account) stop() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	var all error
	for _, s := range a.servers {
		all = errors.Join(all, s.stop())
	}
	clear(a.servers)
	return all
}
