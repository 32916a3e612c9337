package identity

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"embed"
	"encoding/json"
	"errors"
	"html"
	"io"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

//go:embed simplesamlphp
var configuration embed.FS

// root is where Debian has SimpleSAMLphp.
const root = "/usr/share/simplesamlphp"

// Person can sign in at the provider.
type Person struct {
	Password string
	// Attributes are sent; "uid" is sent as the NameID too.
	Attributes map[string][]string
}

// Settings are what a test wants of SimpleSAMLphp; each counts from the next
// request on.
type Settings struct {
	EntityID string
	People   map[string]Person
	// ServiceProviders are the metadata of those that it knows.
	ServiceProviders []string
	// Signer signs; Next, if any, is published as well.
	Signer, Next *Signer
	// Options are members of its metadata set saml20-idp-hosted, Remote those that
	// win over what the service providers' documents say (saml20-sp-remote).
	Options, Remote map[string]any
	// ClockOff is what its clock is ahead.
	ClockOff time.Duration
}

// SimpleSAMLphp is a running one.
type SimpleSAMLphp struct {
	// URL is where browsers see it, without a slash at the end.
	URL string
	// Front is what stands before it.
	*Front

	settings Settings
	file     string
	temp     string
	salt     string
	client   *http.Client
}

// StartSimpleSAMLphp runs Debian's SimpleSAMLphp under the host name until the test
// ends. It has a signing key, no people, and knows no service provider.
func StartSimpleSAMLphp(t testing.TB, a *Authority, host string) *SimpleSAMLphp {
	t.Helper()
	dir := t.TempDir()
	p := &SimpleSAMLphp{
		URL: "https://" + host, salt: rand.Text(),
		file: filepath.Join(dir, "settings.json"), temp: filepath.Join(dir, "temp"),
	}
	if err := errors.Join(os.CopyFS(dir, configuration), os.Mkdir(p.temp, 0o700)); err != nil {
		t.Fatal(err)
	}
	p.Set(t, func(s *Settings) {
		s.EntityID, s.Signer = p.URL+"/saml2/idp/metadata.php", NewSigner(t, 365*24*time.Hour)
	})
	p.Front = a.NewFront(t, host, p.run(t, filepath.Join(dir, "simplesamlphp")))
	p.client = a.Client(map[string]string{host: p.Addr})
	return p
}

// listening is what PHP's server writes when it listens. The system chooses the port.
var listening = regexp.MustCompile(`Development Server \(http://(127\.0\.0\.1:\d+)\) started`)

// run starts PHP's server and returns its address.
func (p *SimpleSAMLphp) run(t testing.TB, config string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "php", "-q", //nolint:gosec // the arguments are this test's own
		"-d", "auto_prepend_file="+filepath.Join(config, "clock.php"), "-d", "log_errors=1", "-d", "error_log=/dev/stderr",
		"-S", "127.0.0.1:0", "-t", root+"/www")
	cmd.Env = append(os.Environ(), "SIMPLESAMLPHP_CONFIG_DIR="+config, "IDENTITY_SETTINGS="+p.file)
	out, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatalf("start php: %v", err)
	}
	var wrote bytes.Buffer
	addr, ended := make(chan string, 1), make(chan struct{})
	go func() {
		defer close(ended)
		defer close(addr)
		lines := bufio.NewScanner(io.TeeReader(out, &wrote))
		for lines.Scan() {
			if said := listening.FindStringSubmatch(lines.Text()); said != nil {
				select {
				case addr <- said[1]:
				default: // it says so once more
				}
			}
		}
		_, _ = io.Copy(&wrote, out) // behind a line that is too long
		// It ends because the test does; otherwise what it wrote says why.
		_ = cmd.Wait()
	}()
	t.Cleanup(func() {
		<-ended
		if t.Failed() {
			t.Logf("SimpleSAMLphp wrote:\n%s", wrote.String())
		}
	})
	at, ok := <-addr
	if !ok {
		t.Fatal("php ended before it listened")
	}
	return at
}

// Set changes what the provider does.
func (p *SimpleSAMLphp) Set(t testing.TB, change func(*Settings)) {
	t.Helper()
	s := &p.settings
	change(s)
	people := map[string]any{}
	for name, one := range s.People {
		people[name+":"+one.Password] = one.Attributes
	}
	hosted := map[string]any{"privatekey": s.Signer.KeyFile, "certificate": s.Signer.CertFile}
	if s.Next != nil {
		hosted["new_privatekey"], hosted["new_certificate"] = s.Next.KeyFile, s.Next.CertFile
	}
	maps.Copy(hosted, s.Options)
	text, err := json.Marshal(map[string]any{
		"url": p.URL, "temp": p.temp, "salt": p.salt, "entityId": s.EntityID, "people": people, "hosted": hosted,
		"remote": orEmpty(s.Remote), "serviceProviders": append([]string{}, s.ServiceProviders...),
		"clockOff": int(s.ClockOff.Seconds()),
	})
	if err != nil {
		t.Fatal(err)
	}
	// A request must not find half of it.
	if err := errors.Join(os.WriteFile(p.file+".new", text, 0o600), os.Rename(p.file+".new", p.file)); err != nil {
		t.Fatal(err)
	}
}

func orEmpty(m map[string]any) map[string]any {
	if m == nil {
		return map[string]any{}
	}
	return m
}

// Settings returns those in force.
func (p *SimpleSAMLphp) Settings() Settings { return p.settings }

// EntityID is the provider's name.
func (p *SimpleSAMLphp) EntityID() string { return p.settings.EntityID }

// SignOnURL is where it takes requests, by HTTP-Redirect and HTTP-POST.
func (p *SimpleSAMLphp) SignOnURL() string { return p.URL + "/saml2/idp/SSOService.php" }

// MetadataURL is where its own metadata is.
func (p *SimpleSAMLphp) MetadataURL() string { return p.URL + "/saml2/idp/metadata.php" }

// InitiatedURL begins a sign-in at the provider for a service provider's reply
// address, without a request.
func (p *SimpleSAMLphp) InitiatedURL(spEntityID, reply string) string {
	return p.SignOnURL() + "?" + url.Values{"spentityid": {spEntityID}, "ConsumerURL": {reply}}.Encode()
}

// Post is a form that a page of the provider has for another address.
type Post struct {
	Action string
	Fields url.Values
}

// SignIn plays a browser without scripts: it opens an address of the provider, signs
// in, and returns the form that goes to the service provider.
func (p *SimpleSAMLphp) SignIn(t testing.TB, start, name string) Post {
	t.Helper()
	browser := p.newBrowser(t)
	return p.answer(t, browser, get(t, browser, start), name)
}

// SignInPosted is SignIn for a request that comes by HTTP-POST.
func (p *SimpleSAMLphp) SignInPosted(t testing.TB, request Post, name string) Post {
	t.Helper()
	browser := p.newBrowser(t)
	return p.answer(t, browser, post(t, browser, request.Action, request.Fields), name)
}

// Open plays a browser that the provider asks nothing.
func (p *SimpleSAMLphp) Open(t testing.TB, start string) Post {
	t.Helper()
	return formOf(t, get(t, p.newBrowser(t), start))
}

// newBrowser is one that was never used.
func (p *SimpleSAMLphp) newBrowser(t testing.TB) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := *p.client
	browser.Jar, browser.CheckRedirect = jar, nil
	return &browser
}

// answer fills in the form on the page that asks who somebody is.
func (p *SimpleSAMLphp) answer(t testing.TB, browser *http.Client, page, name string) Post {
	t.Helper()
	login := formOf(t, page)
	login.Fields.Set("username", name)
	login.Fields.Set("password", p.settings.People[name].Password)
	base, err := url.Parse(p.URL + "/module.php/core/loginuserpass.php")
	if err != nil {
		t.Fatal(err)
	}
	action, err := base.Parse(login.Action)
	if err != nil {
		t.Fatal(err)
	}
	return formOf(t, post(t, browser, action.String(), login.Fields))
}

// Metadata returns the provider's own.
func (p *SimpleSAMLphp) Metadata(t testing.TB) string {
	t.Helper()
	return get(t, p.client, p.MetadataURL())
}

var (
	formTag  = regexp.MustCompile(`(?s)<form\b([^>]*)>(.*?)</form>`)
	inputTag = regexp.MustCompile(`(?s)<input\b([^>]*)>`)
	property = regexp.MustCompile(`(?s)\b([a-z]+)="([^"]*)"`)
)

// formOf returns the page's last form; the first ones choose a language.
func formOf(t testing.TB, page string) Post {
	t.Helper()
	forms := formTag.FindAllStringSubmatch(page, -1)
	if len(forms) == 0 {
		t.Fatalf("the provider's page has no form:\n%s", page)
	}
	form := forms[len(forms)-1]
	p := Post{Action: properties(form[1])["action"], Fields: url.Values{}}
	for _, input := range inputTag.FindAllStringSubmatch(form[2], -1) {
		if has := properties(input[1]); has["name"] != "" {
			p.Fields.Set(has["name"], has["value"])
		}
	}
	return p
}

func properties(tag string) map[string]string {
	all := map[string]string{}
	for _, m := range property.FindAllStringSubmatch(tag, -1) {
		all[m[1]] = html.UnescapeString(m[2])
	}
	return all
}

func get(t testing.TB, c *http.Client, address string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	return send(t, c, req)
}

func post(t testing.TB, c *http.Client, address string, fields url.Values) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(fields.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return send(t, c, req)
}

func send(t testing.TB, c *http.Client, req *http.Request) string {
	t.Helper()
	res, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != http.StatusOK {
		t.Fatalf("%s answered %s:\n%s", req.URL.Path, res.Status, body)
	}
	return string(body)
}
