package rds

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/live"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
	"github.com/mosaic-stories/mosaic-database/tests/tools"
)

// stack is prod in a cloud with real databases, not deployed yet.
type stack struct {
	*live.Stack
	region *Region
}

func start(t *testing.T, overrides ...engine.Override) *stack {
	t.Helper()
	a := account(t)
	s := &stack{live.Start(t, "prod", overrides...), a.region}
	s.Cloud.Databases = a
	return s
}

// login is the content of a secret that people and programs log in with.
type login struct {
	Host, Username, Password string
	Port                     json.Number
}

func (s *stack) secret(name string) login {
	s.T.Helper()
	for _, version := range s.Cloud.Objects(live.SecretVersionType) {
		if strings.Contains(version.ID, name+"-") && slices.Contains(version.Properties.Texts("versionStages"), "AWSCURRENT") {
			var l login
			require.NoError(s.T, json.Unmarshal([]byte(version.Properties.Text("secretString")), &l))
			return l
		}
	}
	s.T.Fatal("there is no secret " + name)
	return login{}
}

// connect logs in as libpq does.
func (s *stack) connect(l login, sslMode string) (*pgx.Conn, error) {
	config, err := pgx.ParseConfig(fmt.Sprintf("host=%s port=%s user=%s dbname=mosaic sslmode=%s sslrootcert=%s", l.Host, l.Port, l.Username, sslMode, s.region.Bundle()))
	require.NoError(s.T, err)
	config.Password = l.Password
	return pgx.ConnectConfig(s.T.Context(), config)
}

// one is the only value of a query.
func (s *stack) one(l login, query string) string {
	s.T.Helper()
	c, err := s.connect(l, "verify-full")
	require.NoError(s.T, err)
	defer func() { _ = c.Close(context.Background()) }()
	var value string
	require.NoError(s.T, c.QueryRow(s.T.Context(), query).Scan(&value), query)
	return value
}

// TestTheMasterUser: the secrets lead to a server that takes what is in them, over TLS alone, from the first run to the last.
func TestTheMasterUser(t *testing.T) {
	t.Parallel()
	s := start(t, engine.Override{Path: "database.port", Value: "5433"})
	s.MustUp()
	assert.Empty(t, s.MustPreview())
	for _, name := range []string{"mosaic/prod/rds/credentials", "mosaic/prod/rds/connection"} {
		l := s.secret(name)
		assert.Equal(t, "5433", l.Port.String())
		assert.Equal(t, l.Username, s.one(l, "SELECT current_user::text"), name)
		_, err := s.connect(l, "disable")
		assert.ErrorContains(t, err, "no encryption")
	}
	assert.Empty(t, s.Cloud.Refused())

	before := s.secret("mosaic/prod/rds/connection")
	s.MustSet("database.passwordVersion", "2")
	s.MustUp()
	_, err := s.connect(before, "require")
	assert.ErrorContains(t, err, "password authentication failed")
	assert.Equal(t, "42", s.one(s.secret("mosaic/prod/rds/connection"), "SELECT lo_create(42)::text"))
	assert.Empty(t, s.Cloud.Refused())

	require.NoError(t, s.Cloud.Edit(live.InstanceType, s.One(live.InstanceType).ID, func(p simcloud.Properties) { p["password"] = "of-a-console" }))
	assert.Len(t, s.Cloud.Refused(), 3, "the secrets, and the pods' Secret")

	s.Remove()
	_, err = net.Dial("tcp", net.JoinHostPort(before.Host, "5433"))
	require.Error(t, err, "it is gone")
}

// TestARestore: another instance goes on with a copy of the data, and the first one stays as it is.
func TestARestore(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.MustUp()
	first := s.secret("mosaic/prod/rds/connection")
	s.one(first, "SELECT lo_create(42)::text")
	s.RestoreLatest()
	s.MustUp()
	second := s.secret("mosaic/prod/rds/connection")
	assert.NotEqual(t, first.Host, second.Host)
	for _, l := range []login{first, second} {
		assert.Equal(t, "1", s.one(l, "SELECT count(*)::text FROM pg_largeobject_metadata"))
	}
	assert.Empty(t, s.Cloud.Refused())
}

// TestAlternatingLogins: psql makes the logins, in the bootstrap's container. Before every operation of every run, the server accepts the
// credentials in every secret.
func TestAlternatingLogins(t *testing.T) {
	tools.Need(t, tools.Postgres, tools.Psql)
	t.Parallel()
	s := start(t, engine.Override{Path: "database.credentials", Value: "alternating"})
	s.Cloud.Watch(func(next simcloud.Operation, refused map[string]string) {
		assert.Empty(t, refused, "before %s %s %s", next.Op, next.Type, next.Name)
	})
	s.runsPsql()
	s.MustUp()
	old := s.secret("mosaic/prod/rds/connection")
	assert.Equal(t, "core_api_a", s.one(old, "SELECT current_user::text"))

	s.MustSet("database.passwordVersion", "2")
	s.MustUp()
	assert.Equal(t, "core_api_b", s.one(s.secret("mosaic/prod/rds/connection"), "SELECT current_user::text"))
	assert.Equal(t, "core_api_a", s.one(old, "SELECT current_user::text"), "pods that have it still get in")
	assert.Empty(t, s.Cloud.Refused())
}

// runsPsql runs the container of the bootstrap: its own psql, against the server of the instance.
func (s *stack) runsPsql() {
	s.Cloud.RunContainer = func(command []string, environment map[string]string) error {
		if environment["PGUSER"] == "" {
			return nil // a migration
		}
		cmd := exec.Command(command[0], command[1:]...)
		cmd.Env = []string{"PATH=" + filepath.Dir(tools.At(s.T, tools.Psql)) + ":" + os.Getenv("PATH")}
		for name, value := range environment {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("%w: %s", err, out)
		}
		return nil
	}
}

// TestAMasterPasswordOfRDS: RDS takes over the password of a real server, rotates it and gives it back. The bootstrap's psql gets in each time, and
// the clients' login is never refused.
func TestAMasterPasswordOfRDS(t *testing.T) {
	tools.Need(t, tools.Postgres, tools.Psql)
	t.Parallel()
	s := start(t, engine.Override{Path: "database.credentials", Value: "alternating"})
	s.runsPsql()
	s.MustUp()
	client, former := s.secret("mosaic/prod/rds/connection"), s.secret("mosaic/prod/rds/credentials")
	s.Cloud.Watch(func(next simcloud.Operation, refused map[string]string) {
		assert.NotContains(t, refused, "mosaic/prod/rds/connection", "before %s %s %s", next.Op, next.Type, next.Name)
	})
	master := func() login {
		l := former
		l.Password = s.secret("rds!db").Password
		return l
	}

	s.MustSet("database.manageMasterUserPassword", "true")
	s.MustUp()
	_, err := s.connect(former, "verify-full")
	assert.ErrorContains(t, err, "password authentication failed", "the former password is worth nothing")
	assert.Equal(t, "mosaicadmin", s.one(master(), "SELECT current_user::text"))
	taken := master()

	require.NoError(t, s.Cloud.RotateMasters())
	_, err = s.connect(taken, "verify-full")
	assert.ErrorContains(t, err, "password authentication failed")
	assert.Equal(t, "mosaicadmin", s.one(master(), "SELECT current_user::text"))
	s.MustSet("database.readOnlyLogin", "true")
	s.MustUp()
	assert.Equal(t, "core_api_reader_a", s.one(s.secret("mosaic/prod/rds/readonly"), "SELECT current_user::text"), "psql logged in after the rotation")

	s.MustSet("database.manageMasterUserPassword", "false")
	s.MustUp()
	assert.Equal(t, "mosaicadmin", s.one(s.secret("mosaic/prod/rds/credentials"), "SELECT current_user::text"))
	assert.Equal(t, "core_api_a", s.one(client, "SELECT current_user::text"))
	assert.Empty(t, s.Cloud.Refused())
}
