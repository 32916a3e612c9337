package storetest

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver that creates databases
	"github.com/stretchr/testify/require"

	"admin-api/store"
)

// keeper makes and starts a cluster in folder $1, says so, and takes it away when
// its standard input ends, which happens when the test process does, in whatever
// way. $2 and $3 are initdb and pg_ctl. The server listens on a socket in the folder
// only: a port that was free might be taken by the time it starts. Nothing is synced
// to disk: these tests are about what the server does, not about power cuts.
const keeper = `
exec 3>&1 >"$1/log" 2>&1
"$2" --pgdata "$1/data" --username test --auth trust --encoding UTF8 --no-locale --no-sync &&
"$3" --pgdata "$1/data" --wait start --options "-c listen_addresses= -c port=5432 \
 -c unix_socket_directories=$1 -c fsync=off -c full_page_writes=off -c synchronous_commit=off \
 -c max_connections=200" 3>&- && echo ready >&3
exec 3>&-
cat >/dev/null
"$3" --pgdata "$1/data" --mode immediate stop
rm -rf "$1"`

// cluster is a PostgreSQL server of this test process.
type cluster struct {
	// folder has its socket.
	folder  string
	created atomic.Int64
	// leash keeps the server alive: see keeper.
	leash *os.File
}

// start starts the one cluster of this process, when the first test needs it.
var start = sync.OnceValues(startCluster)

// template is the database that others are copied from: it is migrated once.
const template = "template_admin_api"

// PostgresURL returns the URL of a new, migrated database, which is dropped at
// the end of the test.
func PostgresURL(t testing.TB) string {
	t.Helper()
	c, err := start()
	require.NoError(t, err, "start PostgreSQL")
	name := "test" + strconv.FormatInt(c.created.Add(1), 10)
	require.NoError(t, c.admin(t.Context(), "CREATE DATABASE "+name+" TEMPLATE "+template))
	t.Cleanup(func() {
		ctx := context.WithoutCancel(t.Context())
		require.NoError(t, c.admin(ctx, "DROP DATABASE "+name+" WITH (FORCE)"))
	})
	return c.url(name)
}

// EmptyPostgresURL is PostgresURL without any table.
func EmptyPostgresURL(t testing.TB) string {
	t.Helper()
	full := PostgresURL(t)
	db, err := sql.Open("pgx", full)
	require.NoError(t, err)
	defer db.Close()
	_, err = db.ExecContext(t.Context(), "DROP SCHEMA public CASCADE; CREATE SCHEMA public")
	require.NoError(t, err)
	return full
}

// AwaitBlocked returns when somebody waits for a lock in the PostgreSQL database
// behind the URL.
func AwaitBlocked(t testing.TB, address string) {
	t.Helper()
	db := Raw(t, address)
	require.Eventually(t, func() bool {
		n := 0
		err := db.QueryRowContext(t.Context(), `SELECT count(*) FROM pg_stat_activity
			WHERE datname = current_database() AND wait_event_type = 'Lock'`).Scan(&n)
		return err == nil && n > 0
	}, time.Minute, time.Millisecond)
}

func startCluster() (*cluster, error) {
	initdb, err := binary("initdb")
	if err != nil {
		return nil, err
	}
	control, err := binary("pg_ctl")
	if err != nil {
		return nil, err
	}
	// Not in the folder of a test, which may be too deep: the path of a socket has
	// at most 107 bytes.
	folder, err := os.MkdirTemp("", "pg")
	if err != nil {
		return nil, err
	}
	as, err := serverUser(folder)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	ctx := context.Background() // the cluster outlives the test that starts it
	c := &cluster{folder: folder}
	//nolint:gosec // programs of PostgreSQL and a folder of our own
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", keeper, "keeper", folder, initdb, control)
	// A group of its own: an interrupt at the terminal is for the tests.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: as}
	if err := c.launch(cmd, filepath.Join(folder, "log")); err != nil {
		return nil, err
	}
	return c, c.prepare(ctx)
}

// launch starts the keeper and waits until the server is ready.
func (c *cluster) launch(cmd *exec.Cmd, log string) error {
	in, leash, err := os.Pipe()
	if err != nil {
		return err
	}
	defer in.Close()
	out, said, err := os.Pipe()
	if err != nil {
		return err
	}
	defer out.Close()
	cmd.Stdin, cmd.Stdout = in, said
	err = cmd.Start()
	_ = said.Close()
	if err != nil {
		return err
	}
	if line, _ := bufio.NewReader(out).ReadString('\n'); line != "ready\n" {
		text, _ := os.ReadFile(log) //nolint:gosec // the server's own log
		_ = leash.Close()
		return fmt.Errorf("the server did not start:\n%s", text)
	}
	c.leash = leash
	return nil
}

// serverUser returns who runs the server, which refuses to run as root, and
// gives that user the folder. Nil stands for whoever runs the test.
func serverUser(folder string) (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil //nolint:nilnil // no change of user is a valid answer
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("%w: install the Debian package postgresql", err)
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, os.Chown(folder, int(uid), int(gid))
}

func (c *cluster) prepare(ctx context.Context) error {
	if err := c.admin(ctx, "CREATE DATABASE "+template); err != nil {
		return err
	}
	s, err := store.Open(ctx, store.Config{URL: c.url(template), MaxConns: 2})
	if err != nil {
		return err
	}
	defer s.Close()
	_, err = s.Migrate(ctx)
	return err
}

func (c *cluster) admin(ctx context.Context, statement string) error {
	db, err := sql.Open("pgx", c.url("postgres"))
	if err != nil {
		return err
	}
	defer db.Close()
	if _, err := db.ExecContext(ctx, statement); err != nil {
		return fmt.Errorf("%s: %w", statement, err)
	}
	return nil
}

func (c *cluster) url(database string) string {
	u := url.URL{
		Scheme: "postgres", User: url.User("test"), Path: "/" + database,
		RawQuery: url.Values{"host": {c.folder}, "port": {"5432"}, "sslmode": {"disable"}}.Encode(),
	}
	return u.String()
}

// binary finds a program of PostgreSQL, which Debian keeps outside of PATH.
func binary(name string) (string, error) {
	installed, err := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	if err != nil {
		return "", err
	}
	if len(installed) > 0 {
		return installed[len(installed)-1], nil
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return "", fmt.Errorf("%w: install the Debian package postgresql", err)
	}
	return path, nil
}
