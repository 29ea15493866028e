package users

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/live"
	"github.com/mosaic-stories/mosaic-database/tests/tokens"
	"github.com/mosaic-stories/mosaic-database/tests/tools"
)

const (
	applicationRole = "mosaic-prod-core-api-secrets-role"
	migrationRole   = "mosaic-prod-core-api-migrator-role"
	readersRole     = "mosaic-prod-core-api-database-admin-role"
)

// byToken is a deployment whose server has tokens checked as RDS has.
type byToken struct {
	*deployment
	checker *tokens.Server
}

func deployByToken(t *testing.T, overrides ...engine.Override) *byToken {
	t.Helper()
	tools.Need(t, tools.PostgresLDAP, tools.Psql, tools.Alembic)
	b := &byToken{}
	checker := &tokens.Server{Region: "us-east-1", AccountID: "123456789012"}
	for i, role := range []string{applicationRole, migrationRole, readersRole} {
		checker.Sessions = append(checker.Sessions, tokens.Session{Role: role, Credentials: aws.Credentials{
			AccessKeyID: fmt.Sprintf("ASIA%016d", i), SecretAccessKey: strings.Repeat(fmt.Sprint(i), 40), SessionToken: "session/of+" + role + "==",
		}})
	}
	directory := tokens.Directory(t, checker.Check)
	server := serverWith(t, tools.At(t, tools.PostgresLDAP), tokens.Access(directory)+"hostssl all all 127.0.0.1/32 scram-sha-256\n")
	b.deployment, b.checker = deployOn(t, server, overrides...), checker
	running := false // the cloud is locked meanwhile, and has asked the policies already
	checker.Policies = func(role string) []string {
		if running {
			return []string{`{"Statement": {"Effect": "Allow", "Action": "rds-db:connect", "Resource": "*"}}`}
		}
		var all []string
		for _, policy := range b.Cloud.Objects(live.RolePolicyType) {
			if policy.Properties.Text("role") == role {
				all = append(all, policy.Properties.Text("policy"))
			}
		}
		return all
	}
	b.Cloud.RunContainer = func(command []string, environment map[string]string) error {
		if environment["AWS_REGION"] != "" { // the migration's image makes a token
			running, checker.Host = true, fmt.Sprintf("%s:%d", environment["DB_HOST"], b.port)
			defer func() { running = false }()
			environment["PGPASSWORD"] = b.sign(migrationRole, environment["DB_USER"])
		}
		return b.run(command, environment)
	}
	return b
}

// signed is a token of a role for a login of the active instance.
func (b *byToken) signed(role, login string) string {
	b.t.Helper()
	instance := b.Cloud.Objects(live.InstanceType)[0].Properties
	b.checker.Host, b.checker.ResourceID = fmt.Sprintf("%s:%d", instance.Text("address"), b.port), instance.Text("resourceId")
	return b.sign(role, login)
}

func (b *byToken) sign(role, login string) string {
	b.t.Helper()
	token, err := b.tokenOf(role, login).Sign()
	require.NoError(b.t, err)
	return token
}

func (b *byToken) tokenOf(role, login string) tokens.Token {
	b.t.Helper()
	for _, session := range b.checker.Sessions {
		if session.Role == role {
			return tokens.Token{Session: session, Region: b.checker.Region, Host: b.checker.Host, Login: login, SignedAt: time.Now()}
		}
	}
	b.t.Fatal("no session of " + role)
	return tokens.Token{}
}

// as is the URL of a login with a token as its password.
func (b *byToken) as(login, token string) string {
	return b.url(login, url.QueryEscape(token), "mosaic")
}

// app is the URL of the application with a token of its role.
func (b *byToken) app() string {
	return b.as("core_api_iam", b.signed(applicationRole, "core_api_iam"))
}

// TestLoginsByToken: application and migration log in by tokens of their own roles, with the privileges of before, and there is no password
// of theirs anywhere.
func TestLoginsByToken(t *testing.T) {
	t.Parallel()
	b := deployByToken(t, engine.Override{Path: "database.credentials", Value: "iam"})
	b.up()

	b.do(b.app(), `INSERT INTO memories (body) VALUES ('second')`, `INSERT INTO stories (id, title) VALUES (1, 'one')`, `DELETE FROM memories WHERE id = 2`)
	b.refused(b.app(), denied, `CREATE TABLE mine (a int)`, `TRUNCATE memories`, `SET ROLE core_api_owner`, `CREATE ROLE other`)
	migrator := b.as("core_api_migrator_iam", b.signed(migrationRole, "core_api_migrator_iam"))
	for _, table := range []string{"stories", "alembic_version", "memories"} {
		assert.Equal(t, "core_api_owner", b.one(migrator, "SELECT tableowner FROM pg_tables WHERE tablename = '"+table+"'"), table)
	}
	b.do(migrator, `ALTER TABLE memories ADD COLUMN a int`, `CREATE TABLE later (a serial)`)
	b.do(b.app(), `INSERT INTO later VALUES (DEFAULT)`)
	b.refused(migrator, denied, `CREATE ROLE other`, `SET ROLE mosaicadmin`)
	b.do(b.master(), `SELECT * FROM later`)
	assert.Equal(t, "0", b.one(b.url(superuser, superPassword, "mosaic"), "SELECT count(*)::text FROM pg_authid WHERE rolpassword IS NOT NULL AND rolname LIKE 'core_api%' OR rolname LIKE 'bootstrap%'"))

	t.Run("no secret has a password of theirs", func(t *testing.T) {
		for _, name := range []string{"mosaic/prod/rds/connection", "mosaic/prod/rds/migrator"} {
			assert.Regexp(t, `^postgresql://core_api_(migrator_)?iam@`, b.remote(name))
		}
		for _, secret := range []string{"core-api-db-secret", "core-api-migrator-db-secret"} {
			assert.NotEmpty(t, b.secret(secret, "DB_USER"))
			assert.Empty(t, b.secret(secret, "DB_PASSWORD"))
		}
		for _, password := range b.Cloud.Objects("random:index/randomPassword:RandomPassword") {
			assert.Equal(t, b.Cloud.Objects(live.InstanceType)[0].Properties.Text("password"), password.Properties.Text("result"), "the only one is the master user's")
		}
	})
	t.Run("what RDS refuses", b.wrongTokens)
}

func (b *byToken) wrongTokens(t *testing.T) {
	good := b.tokenOf(applicationRole, "core_api_iam")
	changed := func(change func(*tokens.Token)) string {
		wrong := good
		change(&wrong)
		text, err := wrong.Sign()
		require.NoError(t, err)
		return text
	}
	for name, token := range map[string]string{
		"expired":                  changed(func(k *tokens.Token) { k.SignedAt = time.Now().Add(-16 * time.Minute) }),
		"for another login":        changed(func(k *tokens.Token) { k.Login = "core_api_migrator_iam" }),
		"for another host":         changed(func(k *tokens.Token) { k.Host = strings.Replace(k.Host, "mosaic-prod-db", "mosaic-dev-db", 1) }),
		"for another region":       changed(func(k *tokens.Token) { k.Region = "eu-west-1" }),
		"of nobody":                changed(func(k *tokens.Token) { k.Session.Credentials.AccessKeyID = "ASIA9999999999999999" }),
		"signed with another key":  changed(func(k *tokens.Token) { k.Session.Credentials.SecretAccessKey = "guess" }),
		"of another session":       changed(func(k *tokens.Token) { k.Session.Credentials.SessionToken = "another" }),
		"of the migration":         b.signed(migrationRole, "core_api_iam"),
		"of a role that reads":     b.signed(readersRole, "core_api_iam"),
		"with another lifetime":    strings.Replace(changed(func(*tokens.Token) {}), "X-Amz-Expires=900", "X-Amz-Expires=90000", 1),
		"a password":               "guess",
		"the master user's":        b.Cloud.Objects(live.InstanceType)[0].Properties.Text("password"),
		"with another login in it": strings.Replace(changed(func(k *tokens.Token) { k.Login = "mosaicadmin" }), "DBUser=mosaicadmin", "DBUser=core_api_iam", 1),
	} {
		t.Run(name, func(*testing.T) { b.refused(b.as("core_api_iam", token), noLogin, `SELECT 1`) })
	}
	plain := strings.Replace(b.app(), "sslmode=require", "sslmode=disable", 1)
	b.refused(plain, noLogin, `SELECT 1`)
	b.refused(b.as("core_api_migrator_iam", b.signed(applicationRole, "core_api_migrator_iam")), noLogin, `SELECT 1`)
	b.do(b.app(), `SELECT 1`) // and the right one still works
}

// TestMovingToTokensAndBack: whoever could log in before a change still can after it, until the next run.
func TestMovingToTokensAndBack(t *testing.T) {
	t.Parallel()
	b := deployByToken(t, engine.Override{Path: "database.credentials", Value: "alternating"})
	b.up()
	to := func(credentials string) {
		t.Helper()
		require.NoError(t, b.Set(t.Context(), engine.Override{Path: "database.credentials", Value: credentials}))
		b.up()
	}
	const writes = `INSERT INTO memories (body) VALUES ('moved')`
	byPassword := b.secret("core-api-db-secret", "DB_LIBPQ_URL")
	to("iam")
	b.do(b.app(), writes)
	b.do(byPassword, writes)
	for _, credentials := range []string{"alternating", "master"} {
		to(credentials)
		b.do(b.secret("core-api-db-secret", "DB_LIBPQ_URL"), writes)
		b.do(b.app(), writes)
		b.up()
		b.refused(b.app(), noLogin, `SELECT 1`)
		to("iam")
		b.do(b.app(), writes)
		b.do(b.master(), `SELECT * FROM memories`)
	}
	b.do(b.master(), `REVOKE rds_iam, core_api_readwrite FROM core_api_iam`, `REVOKE rds_iam, core_api_owner FROM core_api_migrator_iam`) // what docs/why/users.md says
	b.refused(b.app(), password, `SELECT 1`)
}
