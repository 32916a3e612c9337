package identity

import (
	"bytes"
	"crypto/rand"
	"embed"
	"encoding/base64"
	"html"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"text/template"
	"time"
)

//go:embed dialects
var dialects embed.FS

// Dialects are the ways to write a response that Say knows: those of known
// products, and one that is as unlike them as the standards allow.
func Dialects(t testing.TB) []string {
	t.Helper()
	files, err := dialects.ReadDir("dialects")
	if err != nil {
		t.Fatal(err)
	}
	names := make([]string, len(files))
	for i, file := range files {
		names[i] = strings.TrimSuffix(file.Name(), path.Ext(file.Name()))
	}
	return names
}

// Saying is what a response says.
type Saying struct {
	Issuer, Audience, Reply, InResponseTo string
	NameID, FirstName, LastName           string
	// EncryptFor is the certificate (PEM) of who alone may read the assertion, if
	// it is encrypted, and Cipher an algorithm of XML Encryption 1.0 or 1.1, such as
	// "aes256-gcm".
	EncryptFor, Cipher string
}

// told is what the templates of the dialects may use.
type told struct {
	Saying

	ID, Now, NowMillis, NowTicks, Soon, SoonMillis string
}

// Say writes a response in a dialect and has it signed and encrypted by xmlsec1, an
// implementation that is not ours. It returns the document.
func Say(t testing.TB, dialect string, by *Signer, what Saying) string {
	t.Helper()
	const millis, ticks = "2006-01-02T15:04:05.000Z", "2006-01-02T15:04:05.0000000Z"
	now := time.Now().UTC()
	soon := now.Add(5 * time.Minute)
	for _, text := range []*string{&what.NameID, &what.FirstName, &what.LastName} {
		*text = html.EscapeString(*text)
	}
	var document strings.Builder
	err := template.Must(template.ParseFS(dialects, "dialects/"+dialect+".xml")).Execute(&document, told{
		Saying: what, ID: rand.Text(), Now: now.Format(time.RFC3339), NowMillis: now.Format(millis),
		NowTicks: now.Format(ticks), Soon: soon.Format(time.RFC3339), SoonMillis: soon.Format(millis),
	})
	if err != nil {
		t.Fatal(err)
	}
	return secure(t, document.String(), by, what)
}

// secure fills in the signatures of a document, that of the assertion before it is
// encrypted and that of the response over what comes of it.
func secure(t testing.TB, document string, by *Signer, what Saying) string {
	t.Helper()
	const empty = "SignatureValue/>"
	outer, inner, found := strings.Cut(document, "Assertion ID=")
	if !found || !strings.Contains(document, empty) {
		t.Fatalf("nothing to sign in\n%s", document)
	}
	sign := func(at string) {
		document = xmlsec(t, document, "--sign", "--node-xpath", at, "--privkey-pem", by.KeyFile+","+by.CertFile)
	}
	if strings.Contains(inner, empty) {
		sign("/*/*[local-name()='Assertion']/*[local-name()='Signature']")
	}
	if what.EncryptFor != "" {
		document = encrypt(t, document, what.EncryptFor, what.Cipher)
	}
	if strings.Contains(outer, empty) {
		sign("/*/*[local-name()='Signature']")
	}
	return document
}

var assertion = regexp.MustCompile(`(?s)<(?:\w+:)?Assertion .*</(?:\w+:)?Assertion>`)

// encrypt puts the assertion of a document into an EncryptedAssertion.
func encrypt(t testing.TB, document, certificate, cipher string) string {
	t.Helper()
	const space = "http://www.w3.org/2001/04/xmlenc#"
	algorithm := space + cipher
	key, mode, _ := strings.Cut(cipher, "-")
	if mode == "gcm" {
		algorithm = "http://www.w3.org/2009/xmlenc11#" + cipher
	}
	dir := t.TempDir()
	cert, order := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "order.xml")
	text := `<xenc:EncryptedData xmlns:xenc="` + space + `" Type="` + space + `Element">` +
		`<xenc:EncryptionMethod Algorithm="` + algorithm + `"/><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#">` +
		`<xenc:EncryptedKey><xenc:EncryptionMethod Algorithm="` + space + `rsa-oaep-mgf1p"/>` +
		`<xenc:CipherData><xenc:CipherValue/></xenc:CipherData></xenc:EncryptedKey></ds:KeyInfo>` +
		`<xenc:CipherData><xenc:CipherValue/></xenc:CipherData></xenc:EncryptedData>`
	for file, content := range map[string]string{cert: certificate, order: text} {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	parts := assertion.FindStringSubmatchIndex(document)
	if parts == nil {
		t.Fatalf("no assertion in\n%s", document)
	}
	document = document[:parts[0]] + `<e:EncryptedAssertion xmlns:e="urn:oasis:names:tc:SAML:2.0:assertion">` +
		document[parts[0]:parts[1]] + "</e:EncryptedAssertion>" + document[parts[1]:]
	return xmlsec(t, document, "--encrypt",
		"--pubkey-cert-pem", cert, "--session-key", strings.Replace(key, "aes", "aes-", 1),
		"--node-xpath", "//*[local-name()='EncryptedAssertion']/*", "--xml-data", "/dev/stdin", order)
}

// xmlsec runs xmlsec1 over a document. Where the arguments say what its data is,
// that is the document.
func xmlsec(t testing.TB, document string, args ...string) string {
	t.Helper()
	ids := []string{
		"--id-attr:ID", "urn:oasis:names:tc:SAML:2.0:protocol:Response",
		"--id-attr:ID", "urn:oasis:names:tc:SAML:2.0:assertion:Assertion",
	}
	args = append(args[:1:1], append(ids, args[1:]...)...)
	if args[0] == "--sign" {
		args = append(args, "/dev/stdin")
	}
	cmd := exec.CommandContext(t.Context(), "xmlsec1", args...) //nolint:gosec // the arguments are this test's own
	cmd.Stdin = strings.NewReader(document)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("xmlsec1: %v\n%s\n%s", err, errs.String(), document)
	}
	return out.String()
}

// Encode makes the form field of a document, in lines as some providers do.
func Encode(document string) string {
	text := base64.StdEncoding.EncodeToString([]byte(document))
	var lines strings.Builder
	for len(text) > 76 {
		lines.WriteString(text[:76] + "\r\n")
		text = text[76:]
	}
	return lines.String() + text
}
