package clients

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/feature/rds/auth"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// pool makes a token for every new connection. settings are those of config.LoadDefaultConfig.
func pool(ctx context.Context, settings aws.Config) (*pgxpool.Pool, error) {
	connections, err := pgxpool.ParseConfig(os.Getenv("DB_LIBPQ_URL"))
	if err != nil {
		return nil, err
	}
	connections.BeforeConnect = func(ctx context.Context, one *pgx.ConnConfig) error {
		server := fmt.Sprintf("%s:%d", one.Host, one.Port)
		token, err := auth.BuildAuthToken(ctx, server, settings.Region, one.User, settings.Credentials)
		one.Password = token
		return err
	}
	return pgxpool.NewWithConfig(ctx, connections)
}

// runPool logs in two connections of the pool, and tells as whom.
func runPool() error {
	ctx := context.Background()
	connections, err := pool(ctx, aws.Config{
		Region:      os.Getenv("AWS_REGION"),
		Credentials: credentials.NewStaticCredentialsProvider(os.Getenv("AWS_ACCESS_KEY_ID"), os.Getenv("AWS_SECRET_ACCESS_KEY"), os.Getenv("AWS_SESSION_TOKEN")),
	})
	if err != nil {
		return err
	}
	defer connections.Close()
	for range 2 { // at the same time
		one, err := connections.Acquire(ctx)
		if err != nil {
			return err
		}
		defer one.Release()
		var user string
		if err := one.QueryRow(ctx, "SELECT current_user::text").Scan(&user); err != nil {
			return err
		}
		fmt.Println("pgx", user)
	}
	return nil
}

// TestThePageShowsThePool: what the page has of pgx is what TestSnippetsByToken runs.
func TestThePageShowsThePool(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "how-to", "clients.md"))
	require.NoError(t, err)
	_, shown, found := strings.Cut(string(page), "```go\n")
	require.True(t, found)
	shown, _, _ = strings.Cut(shown, "```")
	here, err := os.ReadFile("pool_test.go")
	require.NoError(t, err)
	assert.Contains(t, string(here), "\n"+shown)
}
