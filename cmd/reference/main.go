// Command reference writes the pages of docs/types/ and the documents of
// examples/accounts/ from the catalogue, and removes those of types that are gone.
// It also writes docs/rights.md from the tables of routes and roles.
//
// It serves nothing; package reference makes the files, and handlers the pages
// that the program shows.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"admin-api/accounts"
	"admin-api/handlers"
	"admin-api/integrations/catalog"
	"admin-api/models"
	"admin-api/reference"
)

func main() {
	if err := run(os.Args[1:], os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "reference:", err)
		os.Exit(1)
	}
}

// run writes the files or, with --check, compares them with what is there.
func run(args []string, stderr io.Writer) error {
	flags := flag.NewFlagSet("reference", flag.ContinueOnError)
	flags.SetOutput(stderr)
	root := flags.String("root", ".", "root of the repository")
	check := flags.Bool("check", false, "only tell whether the files are current")
	if err := flags.Parse(args); err != nil {
		return err
	}
	r, err := reference.New(catalog.All(), accounts.Diagnoses())
	if err != nil {
		return err
	}
	files, err := r.Files()
	if err != nil {
		return err
	}
	files[rightsPage] = rights(handlers.Routes(), models.BuiltInRoles())
	if *check {
		return compare(*root, files)
	}
	return write(*root, files)
}

// folders hold nothing but what is generated.
var folders = []string{reference.PagesFolder, reference.ExamplesFolder}

func write(root string, files map[string][]byte) error {
	for _, folder := range folders {
		if err := os.MkdirAll(filepath.Join(root, folder), 0o755); err != nil { //nolint:gosec // it is published
			return err
		}
	}
	old, err := leftOver(root, files)
	if err != nil {
		return err
	}
	for _, name := range old {
		if err := os.Remove(filepath.Join(root, name)); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := os.WriteFile(filepath.Join(root, name), files[name], 0o644); err != nil { //nolint:gosec // it is published
			return err
		}
	}
	return nil
}

func compare(root string, files map[string][]byte) error {
	wrong, err := leftOver(root, files)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		have, err := os.ReadFile(filepath.Join(root, name)) //nolint:gosec // the root comes from the command line
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		if !bytes.Equal(have, files[name]) {
			wrong = append(wrong, name)
		}
	}
	if len(wrong) > 0 {
		return fmt.Errorf("not current: %s; run make generate", strings.Join(wrong, ", "))
	}
	return nil
}

// leftOver lists the files of types that there are no more.
func leftOver(root string, files map[string][]byte) ([]string, error) {
	var old []string
	for _, folder := range folders {
		entries, err := os.ReadDir(filepath.Join(root, folder))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
		for _, entry := range entries {
			name := folder + "/" + entry.Name()
			if _, made := files[name]; !made && !entry.IsDir() {
				old = append(old, name)
			}
		}
	}
	return old, nil
}
