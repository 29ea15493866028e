package rds

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/mosaic-stories/mosaic-database/tests/servers"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

// server is the server of an instance.
type server struct {
	settings

	region  *Region
	cluster *servers.Cluster
	process *servers.Process // nil: it was not started
}

// settings are what a server has to know to start again. They are a file in its folder.
type settings struct {
	Address string
	Port    int
}

const settingsFile = "settings.json"

// timeout is how long a server may take to start and to answer, on a machine with a lot to do.
const timeout = 30 * time.Second

// place makes the folder of a new server, and finds an address whose port is free.
func (a *Account) place(id string, port int) (*server, error) {
	dir := filepath.Join(a.dir, id)
	if err := errors.Join(os.RemoveAll(dir), os.MkdirAll(dir, 0o755)); err != nil {
		return nil, err
	}
	cluster, err := a.region.programs.Cluster(dir)
	if err != nil {
		return nil, err
	}
	s := &server{region: a.region, cluster: cluster, settings: settings{Port: port}}
	for range 10 {
		s.Address = fmt.Sprintf("127.%d.%d.%d", 16+rand.IntN(239), rand.IntN(256), 1+rand.IntN(254))
		listener, err := net.Listen("tcp", net.JoinHostPort(s.Address, strconv.Itoa(port)))
		if err == nil {
			return s, errors.Join(listener.Close(), s.certify(), s.save())
		}
	}
	return nil, fmt.Errorf("port %d is free on none of ten addresses, such as %s", port, s.Address)
}

// certify writes the server's certificate.
func (s *server) certify() error {
	pair, err := s.region.authority.Issue(s.Address, net.ParseIP(s.Address))
	if err != nil {
		return err
	}
	_, err = s.cluster.Write("server.crt", pair.Certificate, 0o600)
	_, err2 := s.cluster.Write("server.key", pair.Key, 0o600)
	return errors.Join(err, err2)
}

func (s *server) save() error {
	content, err := json.Marshal(s.settings)
	if err != nil {
		return err
	}
	_, err = s.cluster.Write(settingsFile, string(content), 0o600)
	return err
}

// resume starts the servers whose folders are there.
func (a *Account) resume() error {
	files, err := filepath.Glob(filepath.Join(a.dir, "*", settingsFile))
	if err != nil {
		return err
	}
	for _, file := range files {
		dir := filepath.Dir(file)
		cluster, err := a.region.programs.Cluster(dir)
		if err != nil {
			return err
		}
		s := &server{region: a.region, cluster: cluster}
		content, err := os.ReadFile(file)
		if err == nil {
			err = json.Unmarshal(content, &s.settings)
		}
		if err == nil {
			err = s.start()
		}
		if err != nil {
			return err
		}
		a.servers[filepath.Base(dir)] = s
	}
	return nil
}

// start starts the server, and waits until it answers.
func (s *server) start() (err error) {
	file := func(name string) string { return filepath.Join(s.cluster.Dir, name) }
	s.process, err = s.cluster.Start("-p", strconv.Itoa(s.Port), "-c", "listen_addresses="+s.Address, "-c", "unix_socket_directories=",
		"-c", "ssl=on", "-c", "ssl_cert_file="+file("server.crt"), "-c", "ssl_key_file="+file("server.key"),
		"-c", "hba_file="+filepath.Join(s.region.template.Dir, accessFile), "-c", "timezone=UTC", "-c", "log_timezone=UTC",
		"-c", "log_line_prefix=%t:%r:%u@%d:[%p]:") // RDS's own
	if err != nil {
		return err
	}
	for deadline := time.Now().Add(timeout); ; {
		if err = s.do(); err == nil {
			return nil
		}
		select {
		case <-s.process.Ended():
			log, _ := os.ReadFile(s.cluster.LogFile())
			return fmt.Errorf("PostgreSQL did not start: %s", log)
		case <-time.After(20 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			return err
		}
	}
}

// stop stops the server, if it was started.
func (s *server) stop() error {
	if s.process == nil {
		return nil
	}
	return s.process.Stop()
}

// setPassword gives the master user its password.
func (s *server) setPassword(instance simcloud.Properties) error {
	return s.do(fmt.Sprintf("ALTER ROLE %s PASSWORD %s", identifier(instance.Text("username")), literal(instance.Text("password"))))
}

// do runs statements as the superuser.
func (s *server) do(statements ...string) error {
	connection, err := s.connect(superuser, s.region.password, "postgres")
	if err != nil {
		return err
	}
	for _, statement := range statements {
		if _, err = connection.Exec(context.Background(), statement, pgx.QueryExecModeSimpleProtocol); err != nil {
			break
		}
	}
	return errors.Join(err, closed(connection))
}

func (s *server) connect(user, password, database string) (*pgx.Conn, error) {
	config, err := pgx.ParseConfig(fmt.Sprintf("host=%s port=%d sslmode=verify-full sslrootcert='%s'", s.Address, s.Port, s.region.Bundle()))
	if err != nil {
		return nil, err
	}
	config.User, config.Password, config.Database, config.ConnectTimeout = user, password, database, timeout
	return pgx.ConnectConfig(context.Background(), config)
}

func closed(connection *pgx.Conn) error { return connection.Close(context.Background()) }
