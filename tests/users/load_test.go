package users

import (
	"context"
	"crypto/rand"
	"fmt"
	mathrand "math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/database/credentials"
	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/tools"
)

// The load: clients that connect, write a row, disconnect, and start over. Each stands for a pod: it has the Secret as it was when the
// pod started, and restarts some time after the Secret has changed.
const (
	clients     = 6
	pause       = 5 * time.Millisecond
	restartsIn  = 400 * time.Millisecond // at most, after the Secret has changed
	synchronise = 200 * time.Millisecond // from RDS's new password to the Secret of the pods; minutes where it goes badly
)

// load runs the clients, and counts what they have seen.
type load struct {
	*server
	secret   atomic.Pointer[string] // the URL in the Secret of the pods
	attempts atomic.Int64
	written  atomic.Int64
	mu       sync.Mutex
	failures []failure
	started  []*atomic.Pointer[string] // the URL that each pod has
	stop     context.CancelFunc
	done     sync.WaitGroup
}

type failure struct {
	at  time.Time
	err error
}

// begin starts the clients.
func begin(t *testing.T, s *server, url string) *load {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	l := &load{server: s, stop: cancel}
	l.secret.Store(&url)
	for range clients {
		pod := &atomic.Pointer[string]{}
		pod.Store(&url)
		l.started = append(l.started, pod)
		l.done.Add(2)
		go l.restart(ctx, pod)
		go l.run(ctx, pod)
	}
	t.Cleanup(l.end)
	return l
}

func (l *load) end() {
	l.stop()
	l.done.Wait()
}

// restart gives a pod the new Secret, some time after it has changed.
func (l *load) restart(ctx context.Context, pod *atomic.Pointer[string]) {
	defer l.done.Done()
	for ctx.Err() == nil {
		if now := l.secret.Load(); now != pod.Load() {
			time.Sleep(mathrand.N(restartsIn))
			pod.Store(now)
		}
		time.Sleep(time.Millisecond)
	}
}

func (l *load) run(ctx context.Context, pod *atomic.Pointer[string]) {
	defer l.done.Done()
	for ctx.Err() == nil {
		l.attempts.Add(1)
		if err := l.write(*pod.Load()); err != nil {
			l.mu.Lock()
			l.failures = append(l.failures, failure{time.Now(), err})
			l.mu.Unlock()
		} else {
			l.written.Add(1)
		}
		time.Sleep(pause)
	}
}

func (l *load) write(url string) error {
	c, err := l.connect(url)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close(context.Background()) }()
	_, err = c.Exec(context.Background(), "INSERT INTO memories (body) VALUES ('load')", pgx.QueryExecModeSimpleProtocol)
	return err
}

// switchTo changes the Secret, and waits until all pods have restarted.
func (l *load) switchTo(url string) {
	l.secret.Store(&url)
	for _, pod := range l.started {
		for *pod.Load() != url {
			time.Sleep(time.Millisecond)
		}
	}
}

// more waits until every client can have written some rows more, however slow the machine is.
func (l *load) more() {
	for until := l.written.Load() + 5*clients; l.written.Load() < until && len(l.failuresNow()) == 0; {
		time.Sleep(time.Millisecond)
	}
}

// figures compares the counts with docs/why/users.md.
func (l *load) figures(t *testing.T, rotations int) {
	t.Helper()
	stored, err := strconv.Atoi(l.one(l.url(superuser, superPassword, "mosaic"), "SELECT count(*)::text FROM memories WHERE body = 'load'"))
	require.NoError(t, err)
	assert.EqualValues(t, l.written.Load(), stored, "what was written is there, and nothing else")
	var window time.Duration
	if n := len(l.failures); n > 0 {
		window = l.failures[n-1].at.Sub(l.failures[0].at)
	}
	t.Logf("%d rotations, %d clients: %d logins, %d refused, %d rows written and found; from the first refusal to the last %v",
		rotations, clients, l.attempts.Load(), len(l.failures), stored, window.Round(time.Millisecond))
}

// TestRotationsUnderLoad: ten rotations with alternating logins, the first of them a run of the program, while clients
// connect without a pause. No login fails and no row is lost.
func TestRotationsUnderLoad(t *testing.T) {
	need(t)
	t.Parallel()
	const rotations = 10
	d := deploy(t, everything[:1]...)
	d.up()
	l := begin(t, d.server, d.secret("core-api-db-secret", "DB_LIBPQ_URL"))
	require.NoError(t, d.Set(t.Context(), engine.Override{Path: "database.passwordVersion", Value: "2"}))
	d.up()
	l.switchTo(d.secret("core-api-db-secret", "DB_LIBPQ_URL"))
	l.more()
	for number := 3; number < rotations+2; number++ {
		login, change := d.next(number)
		out, err := d.bootstrap(change)
		require.NoError(t, err, out)
		l.switchTo(login)
		l.more()
	}
	l.end()
	for _, f := range l.failures {
		assert.NoError(t, f.err)
	}
	l.figures(t, rotations)
}

// next returns the clients' URL after a rotation, and the variables of its bootstrap that differ from those before.
func (d *deployment) next(number int) (string, map[string]string) {
	d.t.Helper()
	login, variable := "core_api_b", "VERIFIER_APP_B"
	if number%2 == 1 {
		login, variable = "core_api_a", "VERIFIER_APP_A"
	}
	secret := rand.Text()
	verifier, err := credentials.Verifier(secret, []byte(rand.Text()))
	require.NoError(d.t, err)
	d.applied[variable], d.applied["PASSWORD_VERSION"] = verifier, strconv.Itoa(number)
	return d.url(login, secret, "mosaic"), d.applied
}

// TestTheWindowOfTheMasterUser: if clients log in as the master user, every rotation breaks new connections, from RDS's change of the
// password until the last pod has restarted.
func TestTheWindowOfTheMasterUser(t *testing.T) {
	tools.Need(t, tools.Postgres)
	t.Parallel()
	const rotations = 3
	s := newServer(t)
	admin := s.url(superuser, superPassword, "postgres")
	s.do(admin, "CREATE ROLE mosaicadmin LOGIN PASSWORD 'first'", "CREATE DATABASE mosaic OWNER mosaicadmin")
	s.do(s.url("mosaicadmin", "first", "mosaic"), "CREATE TABLE memories (body text)")
	l := begin(t, s, s.url("mosaicadmin", "first", "mosaic"))
	var windows []time.Duration
	for number := range rotations {
		time.Sleep(300 * time.Millisecond)
		seen := len(l.failuresNow())
		secret := rand.Text()
		s.do(admin, fmt.Sprintf("ALTER ROLE mosaicadmin PASSWORD '%s'", secret))
		time.Sleep(synchronise)
		l.switchTo(s.url("mosaicadmin", secret, "mosaic"))
		time.Sleep(50 * time.Millisecond) // let attempts that have begun end
		failures := l.failuresNow()[seen:]
		require.NotEmpty(t, failures, "rotation %d", number+1)
		for _, f := range failures {
			assert.True(t, strings.Contains(f.err.Error(), "28P01"), f.err)
		}
		windows = append(windows, failures[len(failures)-1].at.Sub(failures[0].at).Round(time.Millisecond))
	}
	l.end()
	for _, window := range windows {
		assert.Greater(t, window, synchronise/2)
		assert.Less(t, window, synchronise+restartsIn+10*time.Second)
	}
	l.figures(t, rotations)
	t.Logf("windows %v, of which the synchronising takes %v and the restarts up to %v", windows, synchronise, restartsIn)
}

func (l *load) failuresNow() []failure {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]failure(nil), l.failures...)
}
