package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"admin-api/access"
	"admin-api/files"
)

// bootstrap fills an empty database. What it generates is on the disk before
// the database has it, and gets its name afterwards: where the one cannot be
// written, the other stays empty.
func (c *serveCommand) bootstrap(ctx context.Context, h *house) (*access.Bootstrapped, error) {
	var staged *files.Staged
	in := c.first()
	in.Keep = func(made access.Bootstrapped) (err error) {
		staged, err = stageCredentials(c.bootstrapFile(), made)
		return err
	}
	first, err := h.access.Bootstrap(ctx, in, h.access.Passwords)
	if err != nil {
		return nil, err
	}
	if first == nil { // perhaps an earlier start did not get beyond its commit
		staged = files.Leftover(c.bootstrapFile())
	}
	if staged == nil {
		return first, nil
	}
	if err := staged.Commit(); err != nil { // no reason to stop: greet tells where it is
		h.log.Error("the bootstrap file did not get its name", "file", staged.Name(), "error", err)
	}
	return first, nil
}

func (c *serveCommand) bootstrapFile() string { return filepath.Join(c.Data, "bootstrap.txt") }

// credentialsFile is where the credentials of the first start are, as far as
// they are still there.
func (c *serveCommand) credentialsFile() string {
	if left := files.Leftover(c.bootstrapFile()); left != nil {
		return left.Name()
	}
	return c.bootstrapFile()
}

// stageCredentials writes what was generated, readable by the owner only; nil
// where nothing was.
func stageCredentials(path string, made access.Bootstrapped) (*files.Staged, error) {
	if made.Password == "" && made.Token == "" {
		return nil, nil //nolint:nilnil // there is nothing to tell
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("bootstrap file: %w", err)
	}
	if info, err := os.Lstat(path); err == nil && info.IsDir() {
		return nil, fmt.Errorf("bootstrap file: %s is a folder", path)
	}
	staged, err := files.Stage(path, credentials(made), nil)
	if err != nil {
		return nil, fmt.Errorf("bootstrap file: %w", err)
	}
	return staged, nil
}

func credentials(made access.Bootstrapped) []byte {
	var b strings.Builder
	b.WriteString("# Credentials of the first start, in clear. Delete this file when you have them.\n" +
		"# The token opens the API; with the password the administrator signs in by POST /api/v1/session.\n")
	fmt.Fprintf(&b, "domain: %s\nusername: %s\n", made.Domain, made.Username)
	if made.Password != "" {
		fmt.Fprintf(&b, "password: %s\n", made.Password)
	}
	if made.Token != "" {
		fmt.Fprintf(&b, "token: %s\n", made.Token)
	}
	return []byte(b.String())
}
