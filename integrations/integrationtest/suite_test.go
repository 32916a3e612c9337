package integrationtest

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/secret"
	"admin-api/validation"
)

// properties of a type that the suite accepts. Each bug makes it worse in one
// way.
type properties struct {
	URL    string      `json:"url" validate:"required,https_origin" label:"URL" format:"url" dest:"true"`
	User   string      `json:"user" validate:"required" label:"User" max:"20"`
	Token  secret.Text `json:"token" validate:"required" label:"Token" min:"4"`
	Region *region     `json:"region" label:"Region"`
	Logo   string      `json:"logo" label:"Logo" format:"url"`

	bug string
}

type region struct {
	Name string `json:"name" validate:"aws_region_name" label:"Name" dest:"true"`
}

func (p *properties) Normalize() {
	p.URL = strings.TrimSuffix(p.URL, "/")
	if p.bug == "normal form" {
		p.User += "x"
	}
}

func (p *properties) Validate(c *validation.Context) {
	if p.bug == "secret in a violation" && c.Broken("/token") {
		c.Violate("/token", "wrong", "Must not be h1dden.")
	}
}

func (p *properties) Format(s fmt.State, _ rune) {
	if p.bug == "printed secret" {
		_, _ = io.WriteString(s, p.Token.Reveal())
	}
}

func (p *properties) Probe(ctx context.Context, s *integrations.Session) error {
	if p.bug == "changed properties" {
		p.User = "bob"
	}
	if p.bug == "error as it is" {
		_, err := s.Exchange(ctx, integrations.Request{URL: p.URL})
		return err
	}
	return s.Step("authenticate", func() error {
		header := integrations.Bearer(p.Token)
		if p.bug == "call elsewhere" {
			_, _ = s.Exchange(ctx, integrations.Request{URL: "https://stranger.example/", Header: header})
		}
		answer, err := s.Exchange(ctx, integrations.Request{URL: p.URL + "/me", Header: header})
		if err != nil {
			return err
		}
		if err := p.judge(s, answer); err != nil {
			return err
		}
		answer, err = s.Exchange(ctx, integrations.Request{URL: p.URL + "/me", Header: header})
		if err != nil || p.bug == "later answer" {
			return err
		}
		return p.judge(s, answer)
	})
}

func (p *properties) judge(s *integrations.Session, answer *integrations.Answer) error {
	if f := answer.Failure(); f != nil {
		switch p.bug {
		case "text of the remote system":
			f.Detail = "It says " + string(answer.Body) + "."
		case "secret in a hint":
			f.Hint = "The token " + p.Token.Reveal() + " is wrong."
		case "no hint":
			f.Hint = ""
		case "rejected credentials":
			f.Code = "wrong"
		}
		return f
	}
	var me struct{ Name string }
	if err := answer.JSON(&me); err != nil && p.bug != "any answer" {
		return err
	}
	s.SetIdentity(me.Name)
	return nil
}

func definition(bug string) integrations.Definition {
	d := integrations.Definition{
		Type: "sample", Family: integrations.Zendesk, Label: "Sample", Description: "For tests.", Shape: integrations.Proposed,
		New:     func() integrations.Properties { return &properties{bug: bug} },
		Example: `{"url":"https://acme.example","user":"ann","token":"made-up","region":{"name":"us-east-1"}}`,
	}
	switch bug {
	case "example":
		d.Example = `{"url":"https://acme.example"}`
	case "definition":
		d.Label = ""
	}
	return d
}

func fixture(bug string) Fixture {
	f := Fixture{
		Valid:    `{"url":"https://acme.example","user":"ann","token":"s3cr3t-token","region":{"name":"us-east-1"}}`,
		Required: []string{"url", "/user", "/token"},
		Invalid: []Case{
			{Name: "http", Patch: `{"url":"http://acme.example"}`, Pointer: "/url", Code: "https_url"},
			{Name: "short token", Document: `{"token":"x"}`, Pointer: "token", Code: "min"},
			{Name: "region", Patch: `{"region":{"name":"x"}}`, Pointer: "/region/name", Code: "aws_region_name"},
		},
		NoDestination: []string{"/logo"}, // browsers load it
		Hosts:         []string{"acme.example"},
		Identity:      "Ann",
		Remote: func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/me" || r.Header.Get("Authorization") != "Bearer s3cr3t-token" {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			_, _ = io.WriteString(w, `{"name":"Ann"}`)
		},
		Custom: []RemoteCase{{
			Name: "teapot", Cause: integrations.CauseRemote, Code: "unexpected_status",
			Handler: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) },
		}},
	}
	switch bug {
	case "required":
		f.Required = append(f.Required, "/region")
	case "invalid":
		f.Invalid[0].Code = "pattern"
	case "destination without a mark":
		f.NoDestination = nil
	case "mark without need":
		f.NoDestination = append(f.NoDestination, "/url")
	case "identity":
		f.Identity = "Bob"
	case "custom":
		f.Custom[0].Code = "teapot"
	case "expected otherwise":
		f.Expect = map[string]Outcome{HTML: {}}
	case "later expected otherwise":
		f.Expect = map[string]Outcome{Later(HTML): {}}
	}
	return f
}

func TestSuiteAcceptsAGoodType(t *testing.T) { Run(t, definition(""), fixture("")) }

const bugVariable = "INTEGRATIONTEST_BUG"

// TestSuiteFindsBugs runs the suite on types with one bug each, in a process
// of its own, where it must fail at the right place.
func TestSuiteFindsBugs(t *testing.T) {
	if bug := os.Getenv(bugVariable); bug != "" {
		Run(t, definition(bug), fixture(bug))
		return
	}
	for bug, at := range map[string]string{
		"definition":                 "definition_is_well-formed",
		"example":                    "definition_is_well-formed",
		"normal form":                "normal_form",
		"secret in a violation":      "secrets",
		"printed secret":             "redaction",
		"changed properties":         "probe/accepted",
		"error as it is":             "probe/accepted",
		"call elsewhere":             "probe/accepted",
		"text of the remote system":  "probe/401",
		"secret in a hint":           "probe/401",
		"no hint":                    "probe/401",
		"rejected credentials":       "probe/401",
		"any answer":                 "probe/html",
		"required":                   "required",
		"invalid":                    "invalid/http",
		"destination without a mark": "destinations",
		"mark without need":          "destinations",
		"identity":                   "probe/accepted",
		"custom":                     "probe/teapot",
		"expected otherwise":         "probe/html",
	} {
		t.Run(bug, func(t *testing.T) {
			t.Parallel()
			self := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestSuiteFindsBugs$", "-test.v") //nolint:gosec // It runs itself.
			self.Env = append(os.Environ(), bugVariable+"="+bug)
			out, err := self.CombinedOutput()
			require.Error(t, err, "the suite accepts it")
			require.Contains(t, string(out), "--- FAIL: TestSuiteFindsBugs/"+at, "%s", out)
			require.NotContains(t, string(out), "panic:")
		})
	}
}

// lineProperties are of a type that speaks a protocol of its own.
type lineProperties struct {
	Host     string      `json:"host" validate:"required,host" label:"Host" dest:"true"`
	Password secret.Text `json:"password" validate:"required" label:"Password"`
}

func (*lineProperties) Validate(*validation.Context) {}

func (p *lineProperties) Probe(ctx context.Context, s *integrations.Session) error {
	return s.Step("authenticate", func() error {
		conn, err := s.Transport.Dial(ctx, "tcp", net.JoinHostPort(p.Host, "21"))
		if err != nil {
			return err
		}
		defer conn.Close()
		if deadline, ok := ctx.Deadline(); ok {
			if err := conn.SetDeadline(deadline); err != nil {
				return err
			}
		}
		if _, err := io.WriteString(conn, p.Password.Reveal()+"\n"); err != nil {
			return err
		}
		line, err := bufio.NewReader(conn).ReadString('\n')
		if err != nil {
			return err
		}
		if line != "welcome\n" {
			return integrations.NewFailure(integrations.CauseCredentials, "credentials_rejected", "Was refused.", "Try again.")
		}
		return nil
	})
}

func TestSuitePlaysOtherProtocols(t *testing.T) {
	Run(t, integrations.Definition{
		Type: "line", Family: integrations.WFM, Label: "Line", Description: "For tests.", Shape: integrations.Proposed,
		New:     func() integrations.Properties { return new(lineProperties) },
		Example: `{"host":"ftp.acme.example","password":"made-up"}`,
	}, Fixture{
		Valid: `{"host":"ftp.acme.example","password":"s3cr3t-word"}`, Required: []string{"host", "password"},
		Hosts: []string{"ftp.acme.example"},
		Serve: func(conn net.Conn) {
			line, err := bufio.NewReader(conn).ReadString('\n')
			if err == nil && line == "s3cr3t-word\n" {
				_, _ = io.WriteString(conn, "welcome\n")
			}
		},
	})
}
