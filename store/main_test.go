package store_test

import (
	"context"
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"

	"admin-api/store"
)

// migrateURL names the database that this process is to migrate, for tests that
// need a second process.
const migrateURL = "STORE_TEST_MIGRATE"

func TestMain(m *testing.M) {
	if url := os.Getenv(migrateURL); url != "" {
		os.Exit(migrateOnly(url))
	}
	goleak.VerifyTestMain(m)
}

// migrateOnly prints how many migrations it applied.
func migrateOnly(url string) int {
	ctx := context.Background()
	s, err := store.Open(ctx, store.Config{URL: url})
	if err != nil {
		fmt.Println(err)
		return 1
	}
	defer s.Close()
	n, err := s.Migrate(ctx)
	fmt.Println(n, err)
	return 0
}
