package filetransfer

import (
	"crypto/x509"
	"encoding/pem"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"

	"admin-api/secret"
	"admin-api/validation"
)

// Check reports, at pointers below at, what the tags of a delivery cannot say. It
// does nothing without a delivery.
func (d *Delivery) Check(c *validation.Context, at string) {
	if d == nil {
		return
	}
	d.checkHostKey(c, at)
	d.checkPrivateKey(c, at)
	d.checkAuthorities(c, at+"/caCertificatePem")
	if slices.Contains(strings.Split(d.Path, "/"), "..") {
		c.Violate(at+"/path", "path", "Must not lead upwards by \"..\"; enter the directory itself.")
	}
}

func (d *Delivery) checkHostKey(c *validation.Context, at string) {
	if d.HostKey != "" && !c.Broken(at+"/hostKey") {
		if key, err := parseHostKey(d.HostKey); err != nil || !strings.HasPrefix(d.HostKey, key.Type()+" ") {
			c.Violate(at+"/hostKey", "host_key", "Cannot be read as the key that it says it is; copy it again, whole.")
		}
	}
	if d.Protocol == protocolSFTP && d.HostKey == "" && d.HostKeyFingerprint == "" {
		c.Warn(at+"/hostKeyFingerprint", "host_key_not_pinned",
			"Without the server's host key nothing can be delivered; a test tells the fingerprint that the server offers.")
	}
}

func (d *Delivery) checkPrivateKey(c *validation.Context, at string) {
	if !known(d.PrivateKey) || c.Broken(at+"/privateKey") {
		return
	}
	verdict := judgePrivateKey(d.PrivateKey.Reveal())
	switch {
	case verdict.code != "":
		c.Violate(at+"/privateKey", verdict.code, verdict.detail)
	case verdict.locked && !d.PrivateKeyPassphrase.IsSet():
		c.Violate(at+"/privateKeyPassphrase", "required", "Must be given, because the private key is protected by one.")
	case !verdict.locked && known(d.PrivateKeyPassphrase):
		c.Warn(at+"/privateKeyPassphrase", "passphrase_unused", "Is not needed: the private key is not protected by one.")
	}
}

// known reports whether the value of a secret is at hand.
func known(text secret.Text) bool { return text.IsSet() && !text.IsKept() }

// checkAuthorities wants certificates and nothing else; their dates are judged
// where they are used.
func (d *Delivery) checkAuthorities(c *validation.Context, pointer string) {
	if d.CACertificatePEM == "" || c.Broken(pointer) {
		return
	}
	if strings.Contains(d.CACertificatePEM, "PRIVATE KEY-----") {
		c.Violate(pointer, "private_key_submitted",
			"Contains a private key, which must not leave its owner; enter certificates only.")
		return
	}
	certificates := onlyCertificates(d.CACertificatePEM)
	if certificates == nil {
		c.Violate(pointer, "pem_certificate",
			"Must be certificates in PEM form, from BEGIN CERTIFICATE to END CERTIFICATE, and nothing else.")
	}
	for _, certificate := range certificates {
		if !c.Broken(pointer) { // one complaint is enough
			c.CheckAuthority(pointer, certificate)
		}
	}
}

// onlyCertificates returns the certificates in text, nil where there is none or
// anything else.
func onlyCertificates(text string) []*x509.Certificate {
	var all []*x509.Certificate
	block, rest := pem.Decode([]byte(text))
	for ; block != nil; block, rest = pem.Decode(rest) {
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil || block.Type != "CERTIFICATE" {
			return nil
		}
		all = append(all, certificate)
		if len(strings.TrimSpace(string(rest))) == 0 {
			return all
		}
	}
	return nil
}

// parseHostKey reads a key in the form "kind base64".
func parseHostKey(text string) (ssh.PublicKey, error) {
	key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(text))
	return key, err
}
