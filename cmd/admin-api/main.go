// Command admin-api serves the integration accounts of contact centers and
// administers its own database and keys.
//
// It holds the wiring only: settings, the order of starting and stopping, and
// what commands print. No other package reads the environment.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"slices"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"admin-api/models"
)

// program is what a command needs of the world, so that tests can run it.
type program struct {
	ctx    context.Context //nolint:containedctx // the life of the process
	stdout io.Writer
	stderr io.Writer
	// stdin is read by commands that take a document or an answer there.
	stdin io.Reader
	// asks: somebody sits at stdin and sees stderr, so that they can be asked.
	asks bool
	// terminal: somebody reads stdout, so credentials may stand there.
	terminal bool
	// unknown are variables of the environment that no command reads.
	unknown []string
	// ready, when set, is told the address that is listened on.
	ready func(addr string)
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	p := &program{
		ctx: ctx, stdout: os.Stdout, stderr: os.Stderr, stdin: os.Stdin, terminal: isTerminal(os.Stdout),
		asks: isTerminal(os.Stdin) && isTerminal(os.Stderr),
	}
	code := run(p, os.Args[1:])
	stop()
	os.Exit(code)
}

// run executes one command line and returns the exit status.
func run(p *program, args []string) int {
	var commands cli
	exit := -1
	parser, err := kong.New(&commands,
		kong.Name("admin-api"),
		kong.Description("Integration accounts for contact centers: REST API, documentation and administration."),
		kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		kong.Writers(p.stdout, p.stderr),
		kong.Exit(func(code int) { exit = code }),
		kong.Bind(p),
		kong.Vars{
			"features": strings.Join(models.AllFeatures(), ", "),
			"scopes":   strings.Join(models.AllScopes(), ", "),
			"version":  versionLine(),
		},
	)
	if err != nil {
		_, _ = fmt.Fprintln(p.stderr, "admin-api:", err)
		return 2
	}
	command, err := parser.Parse(joined(args))
	if exit >= 0 { // help was printed
		return exit
	}
	if err != nil {
		_, _ = fmt.Fprintf(p.stderr, "admin-api: %v\nTry %s --help.\n", err, meant(err))
		return 2
	}
	p.unknown = unknownSettings(parser.Model, os.Environ())
	if err := command.Run(p); err != nil {
		if status, silent := errors.AsType[exitError](err); silent {
			return int(status)
		}
		_, _ = fmt.Fprintln(p.stderr, "admin-api:", err)
		if _, wrong := errors.AsType[settingError](err); wrong {
			return 2
		}
		return 1
	}
	return 0
}

// joined ties a negative value to its flag, so that it is judged as a value and
// not taken for another flag.
func joined(args []string) []string {
	var out []string
	negative := regexp.MustCompile(`^-[0-9]`)
	for _, arg := range args {
		if last := len(out) - 1; negative.MatchString(arg) && last >= 0 && strings.HasPrefix(out[last], "--") {
			out[last] += "=" + arg
			continue
		}
		out = append(out, arg)
	}
	return out
}

// meant is the command that was being written when the error came.
func meant(err error) string {
	words := []string{"admin-api"}
	if parsing, ok := errors.AsType[*kong.ParseError](err); ok {
		for _, step := range parsing.Context.Path {
			if step.Command != nil {
				words = append(words, step.Command.Name)
			}
		}
	}
	return strings.Join(words, " ")
}

// unknownSettings lists the variables that look like settings and are none;
// the typical one is misspelt.
func unknownSettings(model *kong.Application, environ []string) []string {
	known := map[string]bool{}
	for _, command := range model.Leaves(false) {
		for _, flag := range command.Flags {
			for _, name := range flag.Envs {
				known[name] = true
			}
		}
	}
	var unknown []string
	for _, pair := range environ {
		name, _, _ := strings.Cut(pair, "=")
		if strings.HasPrefix(name, "ADMIN_API_") && !known[name] {
			unknown = append(unknown, name)
		}
	}
	slices.Sort(unknown)
	return unknown
}

// cli is the whole command line.
type cli struct {
	ShowVersion kong.VersionFlag `name:"version" help:"Print version, commit and Go version."`

	Serve   serveCommand   `cmd:"" help:"Migrate, bootstrap an empty database, and serve until SIGTERM or SIGINT."`
	Migrate migrateCommand `cmd:"" help:"Bring the database schema up to date."`
	Tokens  struct {
		Create tokensCreateCommand `cmd:"" help:"Make a bearer token and print it once."`
		List   tokensListCommand   `cmd:"" help:"Show what tokens there are, never their text."`
		Revoke tokensRevokeCommand `cmd:"" help:"Make a token worthless from now on."`
	} `cmd:"" help:"Bearer tokens."`
	ContactCenters struct {
		Create  centersCreateCommand  `cmd:"" help:"Make a contact center, its team and, if wanted, an administrator."`
		List    centersListCommand    `cmd:"" help:"Show what contact centers there are."`
		Suspend centersSuspendCommand `cmd:"" help:"Refuse a contact center's own credentials and stop what runs for it."`
		Resume  centersResumeCommand  `cmd:"" help:"End a suspension."`
	} `cmd:"" help:"Contact centers."`
	Users struct {
		SetPassword usersSetPasswordCommand `cmd:"" help:"Give a user another password, read from standard input; lets in who is locked out."`
	} `cmd:"" help:"People."`
	Keys struct {
		Init   keysInitCommand   `cmd:"" help:"Make the key file."`
		Rotate keysRotateCommand `cmd:"" help:"Add a new key and re-encrypt every secret under it. Can be repeated after an interruption."`
		Status keysStatusCommand `cmd:"" help:"Show how many secrets are on which key."`
	} `cmd:"" help:"Keys that encrypt secrets."`
	Audit struct {
		Verify auditVerifyCommand `cmd:"" help:"Check that no audit record was deleted, altered, moved or cut off."`
		Export auditExportCommand `cmd:"" help:"Print audit records as lines of JSON, oldest first."`
		Prune  auditPruneCommand  `cmd:"" help:"Remove old audit records; a signed checkpoint stays in their place."`
	} `cmd:"" help:"The record of changes."`
	Export  exportCommand  `cmd:"" help:"Write the accounts of a running server as a set (YAML), without secrets."`
	Plan    planCommand    `cmd:"" help:"Show what applying a set to a running server would do."`
	Apply   applyCommand   `cmd:"" help:"Bring the accounts of a running server to what a set says: all of it or nothing."`
	Backup  backupCommand  `cmd:"" help:"Copy the database to a new file, beside a running server; the key file is not in it."`
	Restore restoreCommand `cmd:"" help:"Put a backup into an empty database, SQLite or PostgreSQL, and check it by the audit chains."`
	Version versionCommand `cmd:"" help:"Print version, commit, Go version and database schema."`
}
