package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"admin-api/access"
	"admin-api/outbound"
	"admin-api/store"
)

// settingError is a setting that cannot be used; the program ends with 2, as
// for a wrong command line.
type settingError struct{ err error }

func (e settingError) Error() string { return e.err.Error() }

func (e settingError) Unwrap() error { return e.err }

// wrong names the setting that an error is about.
func wrong(setting string, err error) error { return settingError{fmt.Errorf("%s: %w", setting, err)} }

// dataSettings say where the database and the keys are.
type dataSettings struct {
	Data     string `env:"ADMIN_API_DATA" default:"./data" help:"Folder of the SQLite file and the key file; made with mode 0700."`
	Database string `env:"ADMIN_API_DATABASE" placeholder:"sqlite:DATA/admin-api.db" help:"Database: sqlite:FILE or postgres://…"`
	Keys     string `env:"ADMIN_API_KEYS" placeholder:"DATA/keys.json" help:"Key file. Made on the first start with SQLite; must exist with PostgreSQL."`
}

func (s *dataSettings) databaseURL() string {
	if s.Database == "" {
		return "sqlite:" + filepath.Join(s.Data, "admin-api.db")
	}
	return s.Database
}

// check finds what is wrong with the settings before anything is opened.
func (s *dataSettings) check() error {
	if err := store.CheckURL(s.databaseURL()); err != nil {
		return wrong("ADMIN_API_DATABASE", err)
	}
	return nil
}

// mustExist is for commands that have nothing to do with an empty database: a
// SQLite file that is not there is a wrong folder, not a new database.
func (s *dataSettings) mustExist() error {
	file, ok := strings.CutPrefix(s.databaseURL(), "sqlite:")
	if !ok {
		return nil
	}
	_, err := os.Stat(file)
	return absent(file, err)
}

// absent tells a file that is not there from one that is hidden.
func absent(file string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("this user may not look at the database %s; run this as the user of the server", file)
	default:
		return fmt.Errorf("there is no database %s; check ADMIN_API_DATA or --data, or start admin-api serve once", file)
	}
}

func (s *dataSettings) sqlite() bool { return strings.HasPrefix(s.databaseURL(), "sqlite:") }

func (s *dataSettings) keyFile() string {
	if s.Keys == "" {
		return filepath.Join(s.Data, "keys.json")
	}
	return s.Keys
}

// headsFile is where the ends of the audit chains are kept outside a SQLite
// database; with PostgreSQL, whose replicas have no local state, the log has them.
func (s *dataSettings) headsFile() string {
	if !s.sqlite() {
		return ""
	}
	return filepath.Join(s.Data, "audit-heads.json")
}

// serveSettings are those of the server.
type serveSettings struct {
	Addr            string       `env:"ADMIN_API_ADDR" default:"127.0.0.1:8080" help:"Address to listen on."`
	PublicURL       string       `env:"ADMIN_API_PUBLIC_URL" placeholder:"https://{domain}" help:"Scheme, host and port that browsers see, {domain} standing for the contact center's domain."`
	TLSCert         string       `env:"ADMIN_API_TLS_CERT" name:"tls-cert" help:"Certificate file (PEM), to serve HTTPS."`
	TLSKey          string       `env:"ADMIN_API_TLS_KEY" name:"tls-key" help:"Private key file (PEM) of the certificate."`
	TrustedProxies  []string     `env:"ADMIN_API_TRUSTED_PROXIES" placeholder:"CIDR" help:"Networks whose X-Forwarded headers count."`
	RateLimit       rateFlag     `env:"ADMIN_API_RATE_LIMIT" default:"50/s" help:"Requests of one principal, such as 50/s or 600/m; off for none."`
	LoginRateLimit  rateFlag     `env:"ADMIN_API_LOGIN_RATE_LIMIT" default:"10/m" help:"Attempts to sign in with a password, and failed ones by single sign-on, from one address, such as 10/m; off for none."`
	SessionIdle     sessionFlag  `env:"ADMIN_API_SESSION_IDLE" default:"30m" help:"How long a session lives unused."`
	SessionMax      sessionFlag  `env:"ADMIN_API_SESSION_MAX" default:"12h" help:"How long a session lives at most."`
	AgentDesktopURL string       `env:"ADMIN_API_AGENT_DESKTOP_URL" placeholder:"https://{domain}/…" help:"Where who signed in to Agent Desktop by single sign-on is sent with a one-time code, {domain} standing for the contact center's domain; without it, a page of our own."`
	SSOTraces       countFlag    `env:"ADMIN_API_SSO_TRACES" name:"sso-traces" default:"500" help:"How many sign-ins by single sign-on are kept for each contact center, to find out why one failed."`
	SSOTraceLife    days         `env:"ADMIN_API_SSO_TRACE_RETENTION" name:"sso-trace-retention" default:"30d" help:"How long they are kept at most."`
	Retention       days         `env:"ADMIN_API_RETENTION" default:"720h" help:"How long a deleted account can be undeleted."`
	MonitorInterval intervalFlag `env:"ADMIN_API_MONITOR_INTERVAL" default:"15m" help:"How often enabled accounts are checked in the background; off for never."`
	MetricsAddr     string       `env:"ADMIN_API_METRICS_ADDR" help:"Serve /metrics on an address of its own, without a token."`

	OutboundAllow     []string `env:"ADMIN_API_OUTBOUND_ALLOW" placeholder:"CIDR|HOST" help:"Networks and host names inside the network that connection tests and webhooks may reach."`
	OutboundConnectTo []string `env:"ADMIN_API_OUTBOUND_CONNECT_TO" placeholder:"HOST:PORT=ADDR:PORT" help:"Where to dial instead; * as host matches all. Name and certificate are checked as before."`
	OutboundCA        string   `env:"ADMIN_API_OUTBOUND_CA" name:"outbound-ca" help:"File with further certificate authorities (PEM) for connection tests and webhooks."`
	OutboundTLSMin    string   `env:"ADMIN_API_OUTBOUND_TLS_MIN" name:"outbound-tls-min" default:"1.2" enum:"1.1,1.2,1.3" help:"Lowest TLS version of connection tests and webhooks."`

	BootstrapDomain   string   `env:"ADMIN_API_BOOTSTRAP_DOMAIN" default:"localhost" help:"Domain of the first contact center. The bootstrap settings count only on an empty database."`
	BootstrapAdmin    string   `env:"ADMIN_API_BOOTSTRAP_ADMIN" default:"admin" help:"User name of its administrator."`
	BootstrapPassword string   `env:"ADMIN_API_BOOTSTRAP_PASSWORD" placeholder:"generated" help:"Password of the administrator."`
	BootstrapToken    string   `env:"ADMIN_API_BOOTSTRAP_TOKEN" placeholder:"generated" help:"Text of the first token, 32 to 512 visible ASCII characters; it has every scope."`
	BootstrapFeatures []string `env:"ADMIN_API_BOOTSTRAP_FEATURES" default:"all" help:"Features of the first contact center."`
}

// check finds what is wrong with the settings before anything is started.
func (s *serveSettings) check() error {
	if err := s.first().Check(); err != nil {
		return settingError{fmt.Errorf("ADMIN_API_BOOTSTRAP_%w", err)}
	}
	for _, check := range []func() error{
		s.checkAddresses, s.checkTLS, s.checkPublicURL, s.checkAgentDesktopURL, s.checkSessions, s.checkOutbound,
	} {
		if err := check(); err != nil {
			return err
		}
	}
	_, err := s.proxies()
	return err
}

func (s *serveSettings) checkAddresses() error {
	if err := checkAddress("ADMIN_API_ADDR", s.Addr); err != nil || s.MetricsAddr == "" {
		return err
	}
	return checkAddress("ADMIN_API_METRICS_ADDR", s.MetricsAddr)
}

func checkAddress(setting, addr string) error {
	_, port, err := net.SplitHostPort(addr)
	if _, bad := strconv.ParseUint(port, 10, 16); err != nil || bad != nil {
		return wrong(setting, fmt.Errorf("%q is no address such as 127.0.0.1:8080", addr))
	}
	return nil
}

// checkTLS reads the files as the server will.
func (s *serveSettings) checkTLS() error {
	const cert, key = "ADMIN_API_TLS_CERT", "ADMIN_API_TLS_KEY"
	if s.TLSCert == "" && s.TLSKey == "" {
		return nil
	}
	if s.TLSCert == "" || s.TLSKey == "" {
		return settingError{errors.New(cert + " and " + key + " go together: set both or none")}
	}
	if _, err := os.ReadFile(s.TLSCert); err != nil {
		return wrong(cert, err)
	}
	if _, err := os.ReadFile(s.TLSKey); err != nil {
		return wrong(key, err)
	}
	if _, err := tls.LoadX509KeyPair(s.TLSCert, s.TLSKey); err != nil {
		return settingError{fmt.Errorf("%s %s and %s %s: %w", cert, s.TLSCert, key, s.TLSKey, err)}
	}
	return nil
}

// checkOutbound judges each setting by itself, so that the error names it.
func (s *serveSettings) checkOutbound() error {
	for _, one := range []struct {
		name   string
		config outbound.Config
	}{
		{"ADMIN_API_OUTBOUND_ALLOW", outbound.Config{Allow: s.OutboundAllow}},
		{"ADMIN_API_OUTBOUND_CONNECT_TO", outbound.Config{ConnectTo: s.OutboundConnectTo}},
		{"ADMIN_API_OUTBOUND_CA", outbound.Config{CAFile: s.OutboundCA}},
		{"ADMIN_API_OUTBOUND_TLS_MIN", outbound.Config{TLSMin: s.OutboundTLSMin}},
	} {
		if _, err := outbound.New(one.config); err != nil {
			return wrong(one.name, err)
		}
	}
	return nil
}

// first is what an empty database begins with. A token that was read from a
// file often ends with the file's last line.
func (s *serveSettings) first() access.Bootstrap {
	return access.Bootstrap{
		Domain: s.BootstrapDomain, Admin: s.BootstrapAdmin, Password: s.BootstrapPassword,
		Token: strings.TrimRight(s.BootstrapToken, "\r\n"), Features: s.BootstrapFeatures,
	}
}

func (s *serveSettings) checkPublicURL() error {
	if s.PublicURL == "" {
		return nil
	}
	u, err := url.Parse(strings.ReplaceAll(s.PublicURL, "{domain}", "example.com"))
	web := err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil
	if !web || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return wrong("ADMIN_API_PUBLIC_URL", fmt.Errorf("%q is no address such as https://{domain}", s.PublicURL))
	}
	return nil
}

// checkAgentDesktopURL wants HTTPS, because what is sent there is as good as the
// session; on the machine itself it may be without.
func (s *serveSettings) checkAgentDesktopURL() error {
	if s.AgentDesktopURL == "" {
		return nil
	}
	u, err := url.Parse(strings.ReplaceAll(s.AgentDesktopURL, "{domain}", "example.com"))
	fit := err == nil && u.Host != "" && u.User == nil && u.Fragment == "" && !strings.ContainsAny(u.Host, "{}")
	if !fit || u.Scheme != "https" && !(u.Scheme == "http" && loopback(u.Hostname())) {
		return wrong("ADMIN_API_AGENT_DESKTOP_URL", fmt.Errorf(
			"%q is no address such as https://{domain}/app, or http:// on this machine", s.AgentDesktopURL))
	}
	return nil
}

func (s *serveSettings) checkSessions() error {
	if s.SessionIdle > s.SessionMax {
		return wrong("ADMIN_API_SESSION_IDLE", errors.New("a session cannot be unused for longer than ADMIN_API_SESSION_MAX"))
	}
	return nil
}

func (s *serveSettings) proxies() ([]netip.Prefix, error) {
	var nets []netip.Prefix
	for _, text := range s.TrustedProxies {
		p, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, wrong("ADMIN_API_TRUSTED_PROXIES", fmt.Errorf("%q is no network such as 10.0.0.0/8", text))
		}
		nets = append(nets, p)
	}
	return nets, nil
}

// rateFlag is "N/s", "N/m" or "off".
type rateFlag struct {
	// PerSecond is 0 for off.
	PerSecond float64
	// Burst is how many may come at once.
	Burst int
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (r *rateFlag) UnmarshalText(text []byte) error {
	word := string(text)
	if word == "off" {
		*r = rateFlag{}
		return nil
	}
	number, unit, _ := strings.Cut(word, "/")
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 || (unit != "s" && unit != "m") {
		return fmt.Errorf("%q is no rate: write such as 50/s, 600/m, or off", word)
	}
	*r = rateFlag{PerSecond: float64(n), Burst: n}
	if unit == "m" {
		r.PerSecond /= 60
	}
	return nil
}

// intervalFlag is how often something is done; 0 for "off".
type intervalFlag time.Duration

// UnmarshalText implements encoding.TextUnmarshaler.
func (i *intervalFlag) UnmarshalText(text []byte) error {
	if string(text) == "off" {
		*i = 0
		return nil
	}
	d, err := time.ParseDuration(string(text))
	if err != nil || d < time.Second {
		return fmt.Errorf("%q is no interval: write such as 15m or 1h, at least 1s, or off", text)
	}
	*i = intervalFlag(d)
	return nil
}
