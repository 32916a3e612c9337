package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"admin-api/access"
	"admin-api/models"
	"admin-api/secret"
	"admin-api/sso"
	"admin-api/validation"
)

type usersSetPasswordCommand struct {
	dataSettings  `embed:""`
	logSettings   `embed:""`
	ContactCenter string `required:"" placeholder:"DOMAIN" help:"Domain of the contact center."`
	MustChange    bool   `help:"The user has to choose another one after signing in."`
	Username      string `arg:"" help:"Who gets the password."`
}

// Run reads a password and gives it to the user, whose sessions end and whose
// failed attempts are forgotten. It never stands on a command line, where others
// could see it.
func (c *usersSetPasswordCommand) Run(p *program) (err error) {
	h, err := openHouse(p.ctx, c.dataSettings, c.logger(p.stderr), false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close(p.ctx)) }()
	centers, err := h.contactCenters(p.ctx, c.ContactCenter)
	if err != nil {
		return err
	}
	password, err := readPassword(p)
	if err != nil {
		return err
	}
	actor := commandLine()
	u, err := h.access.ResetPassword(p.ctx, &actor, access.PasswordReset{
		ContactCenter: centers[0].ID, Username: c.Username, Password: secret.New(password), MustChange: c.MustChange,
	})
	var broken validation.Errors
	switch {
	case errors.Is(err, models.ErrNotFound):
		return fmt.Errorf("there is no user %q in %s", c.Username, centers[0].Domain)
	case errors.As(err, &broken):
		return errors.New(strings.TrimSuffix(broken[0].Detail, "."))
	case err != nil:
		return err
	}
	p.printf("%s has the new password; all sessions ended, failed attempts are forgotten\n", u.Username)
	if u.Disabled {
		p.printf("the user is disabled and cannot sign in until an administrator changes that\n")
	}
	return c.warnOfSSO(p, h, &centers[0], u)
}

// warnOfSSO says where the password alone lets nobody in. It is set anyway: it may
// be the first half of a way in.
func (c *usersSetPasswordCommand) warnOfSSO(p *program, h *house, center *models.ContactCenter, u *models.User) error {
	h.access.SSORequired = (&sso.Service{Store: h.store}).Required
	there, section, err := h.access.SignsInAt(p.ctx, center, u)
	if err != nil || there == "" {
		return err
	}
	p.printf("but single sign-on is on (section %s): the password lets the user in only with the privilege "+
		"sso:bypass,\nor once that section of the sso account is switched off; see docs/guides/sign-in.md\n", section)
	return nil
}

// longestPasswordLine bounds what is read of a line.
const longestPasswordLine = 4096

// readPassword reads one line. On a terminal it asks for it, and what is typed is
// not shown.
func readPassword(p *program) (string, error) {
	if file, ok := p.stdin.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		_, _ = fmt.Fprint(p.stderr, "New password: ")
		line, err := term.ReadPassword(int(file.Fd()))
		_, _ = fmt.Fprintln(p.stderr)
		if err != nil {
			return "", fmt.Errorf("read the password: %w", err)
		}
		return string(line), nil
	}
	line, err := bufio.NewReader(io.LimitReader(p.stdin, longestPasswordLine)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read the password: %w", err)
	}
	return strings.TrimRight(line, "\r\n"), nil
}
