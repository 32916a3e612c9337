package identity

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"maps"
	"net/url"
	"os"
	"os/exec"
	"testing"
)

//go:embed lasso/provider.py
var provider string

// systemPython is the one to which Debian's packages belong.
const systemPython = "/usr/bin/python3"

// Lasso is an identity provider made of the library Lasso: it writes other XML than
// SimpleSAMLphp. It has no pages; whoever comes is signed in.
type Lasso struct {
	// EntityID is its name and URL where it would listen.
	EntityID, URL string
	// Signer signs.
	Signer *Signer
	// ServiceProvider is the metadata of the one that it knows, Audience its name.
	ServiceProvider, Audience string
	// Encrypt makes it encrypt the assertions.
	Encrypt bool
}

// Metadata returns its own.
func (l *Lasso) Metadata(t testing.TB) string {
	t.Helper()
	return l.run(t, nil)["metadata"]
}

// SignIn returns the form with which a person gets to the service provider. The
// address is the one of the service provider's request; without it the provider
// begins by itself.
func (l *Lasso) SignIn(t testing.TB, address, nameID string, attributes map[string][]string) Post {
	t.Helper()
	request, relay := "", ""
	if u, err := url.Parse(address); err != nil {
		t.Fatal(err)
	} else if address != "" {
		request, relay = u.RawQuery, u.Query().Get("RelayState")
	}
	got := l.run(t, map[string]any{"nameId": nameID, "attributes": attributes, "request": request})
	fields := url.Values{"SAMLResponse": {got["response"]}}
	if relay != "" {
		fields.Set("RelayState", relay)
	}
	return Post{Action: got["action"], Fields: fields}
}

// run gives the provider an order.
func (l *Lasso) run(t testing.TB, order map[string]any) map[string]string {
	t.Helper()
	key, err := os.ReadFile(l.Signer.KeyFile)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]any{
		"entityId": l.EntityID, "url": l.URL, "key": string(key), "certificates": []string{l.Signer.PEM},
		"serviceProvider": l.ServiceProvider, "audience": l.Audience, "encrypt": l.Encrypt,
	}
	maps.Copy(all, order)
	text, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), systemPython, "-c", provider) //nolint:gosec // both are constants
	cmd.Stdin = bytes.NewReader(text)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("lasso: %v\n%s", err, errs.String())
	}
	var answer map[string]string
	if err := json.Unmarshal(out.Bytes(), &answer); err != nil {
		t.Fatalf("lasso wrote %q: %v", out.String(), err)
	}
	return answer
}
