package replication

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// application makes what an application has: a table with an identity, one with a sequence of its own, a partitioned one, a role that owns.
func (p *pair) application() {
	p.t.Helper()
	p.do(1, "CREATE ROLE core_api_owner", "GRANT core_api_owner TO mosaicadmin", "CREATE ROLE reports LOGIN", "CREATE ROLE readers", "GRANT readers TO reports", "GRANT CREATE ON DATABASE mosaic TO core_api_owner",
		"REVOKE CONNECT ON DATABASE mosaic FROM PUBLIC", "ALTER ROLE reports SET search_path = app, public", "ALTER DATABASE mosaic SET work_mem = '8MB'",
		"CREATE SCHEMA app AUTHORIZATION core_api_owner", "CREATE EXTENSION pgcrypto",
		"SET ROLE core_api_owner; CREATE TABLE app.stories (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, writer int NOT NULL, number int NOT NULL, UNIQUE (writer, number)); GRANT SELECT ON app.stories TO reports",
		"SET ROLE core_api_owner; CREATE SEQUENCE app.free START 40; CREATE TABLE app.parted (id int PRIMARY KEY) PARTITION BY RANGE (id); CREATE TABLE app.parted_1 PARTITION OF app.parted FOR VALUES FROM (0) TO (1000)",
		"INSERT INTO app.parted SELECT generate_series(1, 100)", "SELECT nextval('app.free')",
		`CREATE TABLE "Odd Name" (a text PRIMARY KEY, b timestamptz DEFAULT now())`, `INSERT INTO "Odd Name" VALUES ('it''s')`,
		"CREATE FUNCTION twice(int) RETURNS int LANGUAGE sql AS 'SELECT 2 * $1'")
}

// load writes to the instance that takes writes, without a pause, as an application does that tries again.
type load struct {
	p          *pair
	accepted   [2]atomic.Int64 // number of the last row that each instance has taken
	at         [2]atomic.Int64 // and when, in Unix nanoseconds; of the second, the first row
	generation atomic.Int32
	stop       context.CancelFunc
	done       chan error
}

func (p *pair) load() *load {
	ctx, stop := context.WithCancel(p.t.Context())
	l := &load{p: p, stop: stop, done: make(chan error, 1)}
	l.generation.Store(1)
	go func() { l.done <- l.run(ctx) }()
	return l
}

// What a server says that takes no writes, and one that is not filled yet.
const readOnly, noTable = "25006", "42P01"

// run inserts rows with numbers in a row. A row counts once it is accepted; one that is refused is sent to the other instance next.
func (l *load) run(ctx context.Context) error {
	at := 0
	c, err := l.p.connect(l.p.hosts[at], master, "mosaic")
	for number := int64(1); ctx.Err() == nil && err == nil; {
		_, failed := c.Exec(context.Background(), "INSERT INTO app.stories (writer, number) VALUES (1, $1)", number)
		var refused *pgconn.PgError
		switch {
		case failed == nil:
			l.accepted[at].Store(number)
			if at == 0 || l.at[1].Load() == 0 {
				l.at[at].Store(time.Now().UnixNano())
			}
			number++
			time.Sleep(time.Millisecond)
		case errors.As(failed, &refused) && slices.Contains([]string{readOnly, noTable}, refused.Code):
			_ = c.Close(context.Background())
			at = 1 - at
			c, err = l.p.connect(l.p.hosts[at], master, "mosaic")
		default:
			err = failed
		}
	}
	return err
}

// end ends the load, and returns how many rows were accepted, and for how long none were.
func (l *load) end() (rows int64, outage time.Duration) {
	l.p.t.Helper()
	require.Eventually(l.p.t, func() bool { return l.accepted[1].Load() > 0 || len(l.done) > 0 }, 10*time.Second, time.Millisecond, "the newest takes writes")
	l.stop()
	require.NoError(l.p.t, <-l.done)
	return l.accepted[1].Load(), time.Duration(l.at[1].Load() - l.at[0].Load())
}

// TestASwitchUnderLoad moves from 16 to 17 while an application writes, and back, without losing a row, and says how long none was accepted.
func TestASwitchUnderLoad(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	p.application()
	writing := p.load()
	time.Sleep(200 * time.Millisecond)

	out := p.must("db-replicate", "prod", "--yes")
	assert.Contains(t, out, "3 of 3 tables copied")
	assert.Contains(t, p.must("db-replicate", "prod"), "generation 2 has everything", "it only watches, the second time")
	assert.ErrorContains(t, p.try(p.hosts[1], master, "mosaic", "INSERT INTO app.parted VALUES (999)"), "25006", "nobody writes to what is being filled")

	out = p.must("db-switch", "2", "prod", "--yes")
	rows, outage := writing.end()
	t.Logf("no write was accepted for %s, of %d rows in one session on one machine", outage.Round(time.Millisecond), rows)
	assert.Contains(t, out, "generation 2 has everything and takes writes")
	assert.Regexp(t, `^change --yes --what makes generation 2 of prod the active one, and restarts the pods prod --unchanged generation 2 is active already restore.serving- restore.logicalReplication=complete restore.switchedAt=20[0-9-]{8}T[0-9:]{8}Z$`, p.changes())
	const written = "SELECT format('%s rows, %s numbers, up to %s', count(*), count(DISTINCT number), max(number)) FROM app.stories"
	assert.Equal(t, fmt.Sprintf("%d rows, %d numbers, up to %d", rows, rows, rows), p.one(2, written), "none is lost, none is there twice")
	assert.Equal(t, "41", p.one(2, "SELECT nextval('app.free')::text"))
	assert.Equal(t, "core_api_owner reports=r 8MB {app,public}", p.one(2, `SELECT concat_ws(' ', pg_get_userbyid(relowner), (SELECT string_agg(grantee::regrole || '=r', ' ')
		FROM aclexplode(relacl) WHERE grantee = 'reports'::regrole), current_setting('work_mem'), (SELECT '{app,public}' FROM pg_roles WHERE rolname = 'reports' AND rolconfig = '{"search_path=app, public"}'))
		FROM pg_class WHERE oid = 'app.stories'::regclass`))
	assert.Equal(t, "f", p.one(2, "SELECT (EXISTS (SELECT FROM pg_database, aclexplode(datacl) WHERE datname = 'mosaic' AND grantee = 0 AND privilege_type = 'CONNECT'))::text::char"))
	assert.Equal(t, "true", p.one(2, "SELECT pg_has_role('reports', 'readers', 'MEMBER')::text"))
	assert.ErrorContains(t, p.try(p.hosts[0], master, "mosaic", "INSERT INTO app.parted VALUES (998)"), "25006", "the old one takes no writes")
	assert.Equal(t, "0", p.one(1, "SELECT count(*)::text FROM pg_replication_slots"), "and keeps no WAL")

	// Going back loses nothing that was written since, and forth again.
	p.serves(2)
	p.answer("restore.logicalReplication", "complete")
	p.do(2, "INSERT INTO app.stories (writer, number) VALUES (2, 1)", "DELETE FROM app.parted WHERE id = 7", "SELECT nextval('app.free')")
	p.must("db-switch", "1", "prod", "--yes")
	assert.Equal(t, fmt.Sprint(rows+1), p.one(1, "SELECT count(*)::text FROM app.stories"))
	assert.Equal(t, "0", p.one(1, "SELECT count(*)::text FROM app.parted WHERE id = 7"))
	p.serves(1)
	p.do(1, "INSERT INTO app.stories (writer, number) VALUES (2, 2)", "INSERT INTO app.parted VALUES (200)")
	p.must("db-switch", "2", "prod", "--yes")
	p.serves(2)
	p.do(2, "INSERT INTO app.stories (writer, number) VALUES (2, 3)")

	for _, server := range p.logs {
		log, err := os.ReadFile(server)
		require.NoError(t, err)
		assert.NotRegexp(t, `(password=|PASSWORD ')[A-Za-z0-9]{30}`, string(log), "no password in a log that has every statement")
	}

	// The end of it leaves nothing that keeps WAL, or a login. Before it, the other instance stays.
	assert.Contains(t, p.refused("db-release", "mosaic-prod-db", "prod", "--yes"), "(mosaic_to_1), which would fill its storage; first: just db-replicate prod --end")
	p.must("db-replicate", "prod", "--end", "--yes")
	for generation := 1; generation <= 2; generation++ {
		assert.Equal(t, "0 0 0 0", p.one(generation, `SELECT concat_ws(' ', (SELECT count(*) FROM pg_replication_slots), (SELECT count(*) FROM pg_subscription),
			(SELECT count(*) FROM pg_publication), (SELECT count(*) FROM pg_roles WHERE rolname = 'mosaic_replication'))`))
	}
	assert.ErrorContains(t, p.try(p.hosts[0], master, "mosaic", "DELETE FROM app.parted"), "25006")
	p.do(1, documented(t, "sql"), "DELETE FROM app.parted WHERE id = 8")
}

// documented is the only block of a language in docs/how-to/upgrades.md.
func documented(t *testing.T, language string) string {
	t.Helper()
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "how-to", "upgrades.md"))
	require.NoError(t, err)
	blocks := regexp.MustCompile("(?s)```"+language+"\n(.*?)```").FindAllStringSubmatch(string(page), -1)
	require.Len(t, blocks, 1)
	return blocks[0][1]
}

// TestWhatIsNotCopied: all that would be lost is listed at once, and nothing is begun.
func TestWhatIsNotCopied(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	p.do(1, "CREATE TABLE plain (a int)", "CREATE UNLOGGED TABLE quick (a int PRIMARY KEY)", "SELECT lo_create(0)", "CREATE DATABASE another",
		"CREATE TABLE own (a int PRIMARY KEY)", "ALTER TABLE own ENABLE ROW LEVEL SECURITY")
	out, err := p.recipe("db-replicate", "prod", "--yes")
	require.Error(t, err)
	for _, problem := range []string{"public.plain has no primary key: its UPDATE and DELETE would fail", "ALTER TABLE public.plain ADD PRIMARY KEY",
		"public.quick is unlogged", "public.own has row level security", "1 large objects are not replicated", "the database another is not replicated", "5 problems, see above"} {
		assert.Contains(t, out, problem)
	}
	assert.Equal(t, "0", p.one(1, "SELECT count(*)::text FROM pg_publication"))
	assert.Equal(t, "0", p.one(2, "SELECT count(*)::text FROM pg_tables WHERE schemaname = 'public'"))
}

// TestASwitchThatFails: a migration that ran meanwhile, a row that differs, or a copy that has not caught up leaves the active instance as it was, and
// it takes writes.
func TestASwitchThatFails(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	p.application()
	assert.Contains(t, p.refused("db-switch", "2", "prod", "--yes"), "generation 2 is not ready, see above; continue with: just db-replicate prod")
	p.must("db-replicate", "prod", "--yes")

	p.do(1, "ALTER TABLE app.parted ADD later int")
	out, err := p.recipe("db-switch", "2", "prod", "--yes")
	require.Error(t, err)
	assert.Contains(t, out, "generation 1: column app.parted.later integer")
	assert.Contains(t, out, "a migration has run since the copy began")
	p.do(1, "ALTER TABLE app.parted DROP later", "INSERT INTO app.parted VALUES (300)")

	require.NoError(t, p.try(p.hosts[1], superuser, "mosaic", `SET session_replication_role = replica; UPDATE "Odd Name" SET b = now() - interval '1 day'`))
	out, err = p.recipe("db-switch", "2", "prod", "--yes")
	require.Error(t, err)
	assert.Contains(t, out, "the rows of the two generations differ")
	assert.Contains(t, out, "nothing was lost")
	p.do(1, "INSERT INTO app.parted VALUES (301)", `UPDATE "Odd Name" SET b = now()`)
	assert.Empty(t, p.changes(), "no pulumi up")

	require.NoError(t, p.try(p.hosts[1], master, "mosaic", "ALTER SUBSCRIPTION mosaic_to_2 DISABLE"))
	p.do(1, "INSERT INTO app.parted VALUES (302)")
	out, err = p.recipe("db-switch", "2", "prod", "--yes")
	require.Error(t, err)
	assert.Contains(t, out, "has not caught up within 3 seconds")
	p.do(1, "INSERT INTO app.parted VALUES (303)")

	require.NoError(t, p.try(p.hosts[1], master, "mosaic", "ALTER SUBSCRIPTION mosaic_to_2 ENABLE"))
	p.must("db-switch", "2", "prod", "--yes")
	assert.Equal(t, "104", p.one(2, "SELECT count(*)::text FROM app.parted"), "what was written between the tries is there")
}
