// Package rds has a real PostgreSQL server for each simulated RDS instance. A server is set up as RDS's are, and listens on a loopback
// address of its own, so that it has the port that the program asks for.
//
//	region, err := rds.Temporary(program)
//	cloud.Databases, err = region.Account("123456789012")
//
// Its version and its parameters are not the instance's, it knows no tokens of IAM users, and a read replica is the primary itself.
package rds

import (
	"crypto/rand"
	"errors"
	"net"
	"os"
	"path/filepath"
	"sync"

	"github.com/mosaic-stories/mosaic-database/tests/servers"
)

// Region is what the servers of all accounts have in common: the certificate authority, and an empty database cluster, which is made
// once and then copied.
type Region struct {
	dir       string
	temporary bool
	programs  servers.Programs
	template  *servers.Cluster
	authority servers.Pair
	password  string // of rdsadmin

	mu       sync.Mutex
	accounts map[string]*Account
}

// The files of a region, in the folder of its template.
const (
	bundleFile    = "global-bundle.pem" // as AWS calls it
	authorityFile = "authority.key"
	passwordFile  = "rdsadmin"
	accessFile    = "pg_hba.conf"
)

// access is what rds.force_ssl and rds_iam come to. RDS asks members of rds_iam for a token, and accepts no password of theirs.
const access = `hostssl all +rds_iam all reject
hostssl all all      all scram-sha-256
`

// Temporary is a region in a temporary folder, which Close removes. The program is the server's, with initdb beside it.
func Temporary(program string) (*Region, error) {
	dir, err := os.MkdirTemp("/tmp", "rds-") // the user of the servers cannot enter a folder of testing.T
	if err != nil {
		return nil, err
	}
	r, err := Open(dir, program)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	r.temporary = true
	return r, nil
}

// Open opens the region in a folder, as the last Close left it, or makes it there. Root runs the servers as the user nobody, who has to
// be able to enter the folders above.
func Open(dir, program string) (*Region, error) {
	err := os.MkdirAll(dir, 0o755)
	if err == nil {
		err = os.Chmod(dir, 0o755)
	}
	if err != nil {
		return nil, err
	}
	r := &Region{dir: dir, accounts: map[string]*Account{}}
	if r.programs, err = servers.ProgramsBeside(program, filepath.Join(dir, "server")); err != nil {
		return nil, err
	}
	template := filepath.Join(dir, "template")
	if _, err := os.Stat(template); errors.Is(err, os.ErrNotExist) {
		if err := r.make(template); err != nil {
			return nil, err
		}
	}
	if r.template, err = r.programs.Cluster(template); err != nil {
		return nil, err
	}
	for name, content := range map[string]*string{bundleFile: &r.authority.Certificate, authorityFile: &r.authority.Key, passwordFile: &r.password} {
		text, err := os.ReadFile(filepath.Join(template, name))
		if err != nil {
			return nil, err
		}
		*content = string(text)
	}
	return r, nil
}

// make makes the files of the region, and the folder at the end, so that one that is there is complete.
func (r *Region) make(template string) error {
	making := template + ".new"
	if err := errors.Join(os.RemoveAll(making), os.Mkdir(making, 0o755)); err != nil {
		return err
	}
	cluster, err := r.programs.Cluster(making)
	if err != nil {
		return err
	}
	authority, err := servers.NewAuthority("Amazon RDS Root CA", net.IPv4(127, 0, 0, 1))
	if err != nil {
		return err
	}
	for name, content := range map[string]string{
		bundleFile: authority.Certificate, authorityFile: authority.Key, passwordFile: rand.Text(), accessFile: access,
	} {
		if _, err := cluster.Write(name, content, 0o600); err != nil {
			return err
		}
	}
	if err := os.Chmod(filepath.Join(making, bundleFile), 0o644); err != nil {
		return err
	}
	// Segments of one MB, the smallest, because they are copied too.
	if err := cluster.Init("--username", superuser, "--pwfile", filepath.Join(making, passwordFile), "--auth", "scram-sha-256", "--wal-segsize", "1"); err != nil {
		return err
	}
	return errors.Join(cluster.Do(Roles()...), os.Rename(making, template))
}

// Bundle is the file with the certificates that verify those of the servers, PEM. Every user may read it.
func (r *Region) Bundle() string { return filepath.Join(r.template.Dir, bundleFile) }

// Account is what one cloud, or one after the other, has in the region. It starts the servers that were running at the last Close.
func (r *Region) Account(id string) (*Account, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if a, ok := r.accounts[id]; ok {
		return a, nil
	}
	a := &Account{region: r, dir: filepath.Join(r.dir, id), servers: map[string]*server{}}
	r.accounts[id] = a
	return a, a.resume()
}

// Close stops all servers.
func (r *Region) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all error
	for _, a := range r.accounts {
		all = errors.Join(all, a.stop())
	}
	if r.temporary {
		all = errors.Join(all, os.RemoveAll(r.dir))
	}
	return all
}
