package wfm

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/ssh"

	"admin-api/integrations/integrationtest"
	"admin-api/integrations/platform/filetransfer/filetransfertest"
)

// calabrio returns a document that delivers as the members say.
func calabrio(delivery string) string {
	return fmt.Sprintf(`{"timeZone":"America/New_York","historicalFeed":{"enabled":true,"delivery":{"host":"files.acme.com",
"username":%q,"password":%q,"path":%q,%s}}}`, filetransfertest.User, filetransfertest.Password, filetransfertest.Directory, delivery)
}

// sftp returns a server and what pins it.
func sftp(t *testing.T) (server *filetransfertest.SSH, pin string) {
	t.Helper()
	key := filetransfertest.NewKey(t)
	return &filetransfertest.SSH{HostKeys: []ssh.Signer{key}, Password: filetransfertest.Password},
		`"protocol":"sftp","hostKeyFingerprint":"` + ssh.FingerprintSHA256(key.PublicKey()) + `"`
}

func TestCalabrioOverSFTP(t *testing.T) {
	server, pin := sftp(t)
	const delivery = "/historicalFeed/delivery"
	integrationtest.Run(t, Calabrio, integrationtest.Fixture{
		Valid: calabrio(pin),
		Required: []string{
			"timeZone", delivery, delivery + "/protocol", delivery + "/host", delivery + "/username", delivery + "/password",
		},
		Invalid: []integrationtest.Case{
			{Name: "zone", Patch: `{"timeZone":"New York"}`, Pointer: "/timeZone", Code: "timezone"},
			{Name: "service", Patch: `{"reportServices":["fax"]}`, Pointer: "/reportServices/0", Code: "enum"},
			{Name: "service twice", Patch: `{"reportServices":["chat","chat"]}`, Pointer: "/reportServices", Code: "unique"},
			{Name: "early", Patch: `{"historicalFeed":{"sendForecastDataAfterMinutes":29}}`, Pointer: "/historicalFeed/sendForecastDataAfterMinutes", Code: "min"},
			{Name: "late", Patch: `{"historicalFeed":{"sendForecastDataAfterMinutes":2881}}`, Pointer: "/historicalFeed/sendForecastDataAfterMinutes", Code: "max"},
			{Name: "upwards", Patch: `{"historicalFeed":{"delivery":{"path":"../x"}}}`, Pointer: delivery + "/path", Code: "path"},
			{Name: "feed to nowhere", Patch: `{"realTimeFeed":{"enabled":true}}`, Pointer: "/realTimeFeed/host", Code: "required"},
			{Name: "port of the feed", Patch: `{"realTimeFeed":{"enabled":true,"host":"rta.acme.com"}}`, Pointer: "/realTimeFeed/port", Code: "required"},
		},
		Serve:    server.Serve,
		Hosts:    []string{"files.acme.com"},
		Identity: filetransfertest.User,
	})
}

func TestCalabrioOverFTPS(t *testing.T) {
	certificate, ca := issue(t, "files.acme.com")
	server := &filetransfertest.FTPS{ReuseTLS: true, TLS: certificate}
	pem, err := json.Marshal(ca)
	require.NoError(t, err)
	integrationtest.Run(t, Calabrio, integrationtest.Fixture{
		Valid:    calabrio(`"protocol":"ftps","caCertificatePem":` + string(pem)),
		Required: []string{"/historicalFeed/delivery/password"},
		Invalid: []integrationtest.Case{{
			Name: "plain ftp", Patch: `{"historicalFeed":{"delivery":{"protocol":"ftp"}}}`, Pointer: "/historicalFeed/delivery/protocol", Code: "enum",
		}},
		Serve:    server.Serve,
		Hosts:    []string{"files.acme.com"},
		Identity: filetransfertest.User,
	})
}

// issue returns the settings of a server whose certificate, also as PEM, vouches
// for itself.
func issue(t *testing.T, name string) (cfg *tls.Config, authority string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	certificate := tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	return &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12},
		string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

func TestCalabrioFeeds(t *testing.T) {
	const (
		delivered = "host_key passed,authenticate passed,open passed,directory passed"
		refused   = "host_key failed connection_reset,authenticate skipped,open skipped,directory skipped"
		feed      = `"realTimeFeed":{"enabled":true,"host":"rta.acme.com","port":6996}`
	)
	server, pin := sftp(t)
	both := calabrio(pin)
	both = both[:len(both)-1] + "," + feed + "}"
	tests := []struct {
		name, document string
		play           func(net.Conn)
		want           string
	}{
		{"none", `{"timeZone":"UTC"}`, nil, "feeds warning nothing_enabled"},
		{"real time", `{"timeZone":"UTC",` + feed + `}`, silence(t), "reach passed,records warning records_not_verifiable"},
		{"both", both, server.Serve, delivered + ",reach passed,records warning records_not_verifiable"},
		{"both refused", both, hangUp, refused + ",reach failed closed_at_once,records skipped"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.want, steps(t, Calabrio, tt.document, line(tt.play)))
		})
	}
}

func TestCalabrioDefaults(t *testing.T) {
	p, c := decode(t, Calabrio, `{"timeZone":"UTC","historicalFeed":{"delivery":null},"reportServices":[]}`)
	require.NoError(t, c.Err())
	require.Equal(t, "/historicalFeed/enabled nothing_enabled", codes(c.Warnings()))
	properties, ok := p.(*CalabrioProperties)
	require.True(t, ok)
	require.Equal(t, []string{"inboundVoice", "outboundVoice", "chat", "email"}, properties.ReportServices)
	require.Equal(t, 30, properties.HistoricalFeed.SendForecastDataAfterMinutes)

	_, pin := sftp(t)
	off := calabrio(pin + `,"port":2222`)
	_, c = decode(t, Calabrio, `{"timeZone":"UTC","historicalFeed":{"enabled":false,`+off[len(`{"timeZone":"America/New_York","historicalFeed":{"enabled":true,`):])
	require.NoError(t, c.Err(), "a feed that is switched off keeps its settings")
}
