package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"admin-api/files"
	"admin-api/models"
)

// headsFile is the path of the file with the ends of all chains; empty where
// there is none, of which nothing can be loaded.
type headsFile string

// lock excludes other processes until unlock is called. Who loads in order to
// save holds it all the time, so that no later end is overwritten.
func (f headsFile) lock(ctx context.Context) (unlock func(), err error) {
	return files.Lock(ctx, string(f)+".lock")
}

// load reads the file; a missing one is empty.
func (f headsFile) load() (map[string]models.AuditHead, error) {
	heads := map[string]models.AuditHead{}
	if f == "" {
		return heads, nil
	}
	data, err := os.ReadFile(string(f))
	if errors.Is(err, fs.ErrNotExist) {
		return heads, nil
	}
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(data, &heads); err != nil {
		return nil, fmt.Errorf("%s: %w", f, err)
	}
	return heads, nil
}

// save replaces the file in one step; its owner stays, so that a command run by
// root does not lock out the server.
func (f headsFile) save(heads map[string]models.AuditHead) error {
	data, err := json.MarshalIndent(heads, "", " ")
	if err != nil {
		return err
	}
	owner, err := files.Owner(string(f))
	if err != nil {
		return err
	}
	return files.Replace(string(f), data, owner)
}
