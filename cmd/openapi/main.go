// Command openapi writes openapi.yaml, the contract in OpenAPI 3.1. It takes
// paths and envelopes from what swag found in the annotations (Swagger 2.0),
// accounts from the catalogue, and problems from package api, and adds what
// Swagger 2.0 cannot say.
//
// It serves nothing and checks no answer: the tests in contract/ do.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"admin-api/integrations/catalog"
)

func main() {
	if err := run(os.Args[1:], os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "openapi:", err)
		os.Exit(1)
	}
}

// run writes the contract or, with --check, compares it with what is there.
func run(args []string, stderr io.Writer) error {
	flags := flag.NewFlagSet("openapi", flag.ContinueOnError)
	flags.SetOutput(stderr)
	from := flags.String("swagger", "docs/swagger/swagger.json", "what swag wrote")
	to := flags.String("out", "openapi.yaml", "the contract")
	check := flags.Bool("check", false, "only tell whether the contract is current")
	if err := flags.Parse(args); err != nil {
		return err
	}
	in, err := readSwagger(*from)
	if err != nil {
		return err
	}
	types, err := kinds(catalog.All())
	if err != nil {
		return err
	}
	made, err := generate(in, types)
	if err != nil {
		return err
	}
	if *check {
		return same(*to, made)
	}
	return os.WriteFile(*to, made, 0o644) //nolint:gosec // it is published
}

func same(path string, made []byte) error {
	have, err := os.ReadFile(path) //nolint:gosec // the path comes from the command line
	if err != nil {
		return err
	}
	if !bytes.Equal(have, made) {
		return errors.New(path + " is not current; run make openapi")
	}
	return nil
}
