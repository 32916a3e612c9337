// Package filetransfer describes where files are delivered, over SFTP or FTPS,
// and tests it: that the server is the right one, that it lets the user in, and
// that the directory is there.
//
// It delivers nothing, and no test writes, reads or lists more than it must.
package filetransfer

import (
	"net"
	"strconv"
	"strings"

	"admin-api/secret"
)

// How files travel.
const (
	protocolSFTP = "sftp"
	protocolFTPS = "ftps"
)

// How an FTPS connection becomes one of TLS: by a command (RFC 4217) or from its
// first byte on.
const (
	tlsExplicit = "explicit"
	tlsImplicit = "implicit"
)

// The ports that servers listen at unless they say otherwise.
const (
	portSFTP         = 22
	portFTPS         = 21
	portFTPSImplicit = 990
)

// Delivery is a part of a type's properties: a directory on a server. The user
// and the path are no destinations: they say for whom and what, not where to. A
// type normalizes it with its own properties and calls Check in its Validate.
type Delivery struct {
	Protocol string `json:"protocol" validate:"required" label:"Protocol" help:"SFTP runs over SSH; FTPS is FTP over TLS. Plain FTP is not offered: it shows the password to everybody on the way." enum:"sftp,ftps" enumLabels:"SFTP,FTPS" dest:"true"`

	Host string `json:"host" validate:"required,host" label:"Host name" help:"The server that takes the files." example:"files.acme.com" dest:"true"`

	Port *int `json:"port" label:"Port" help:"Left out: 22 for SFTP, 21 for FTPS, 990 for FTPS with implicit TLS." min:"1" max:"65535" dest:"true"`

	TLSMode string `json:"tlsMode" label:"TLS mode" help:"Explicit starts TLS by a command; implicit starts with it. Left out: explicit." enum:"explicit,implicit" enumLabels:"Explicit,Implicit" when:"protocol=ftps" dest:"true"`

	Username string `json:"username" validate:"required" label:"User name" help:"Who signs in at the server." example:"acme-wfm" max:"128"`

	Password secret.Text `json:"password" validate:"required_without=PrivateKey,excluded_with=PrivateKey" label:"Password" help:"Of that user; with SFTP, a private key can take its place." max:"256"`

	PrivateKey secret.Text `json:"privateKey" label:"Private key" help:"An Ed25519, ECDSA or RSA key, whose public half the server knows." format:"multiline" max:"8192" when:"protocol=sftp"`

	PrivateKeyPassphrase secret.Text `json:"privateKeyPassphrase" validate:"excluded_without=PrivateKey" label:"Passphrase of the private key" help:"If the key is protected by one." max:"256" when:"protocol=sftp"`

	HostKeyFingerprint string `json:"hostKeyFingerprint" label:"Host key fingerprint" help:"Of the server's SSH key, from its operator. No credentials are sent to a server without it or the whole key." example:"SHA256:Vq2xJ3u0Tt1rVmC7cX5bYw8eKzQhN4sLd6fGgPaRo9I" pattern:"^SHA256:[A-Za-z0-9+/]{43}$" hint:"SHA256: and 43 letters, digits, + or /" when:"protocol=sftp" dest:"true"`

	HostKey string `json:"hostKey" validate:"excluded_with=HostKeyFingerprint" label:"Host key" help:"The server's whole SSH key, in place of its fingerprint; a line of known_hosts will do." example:"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICu0hq2ruE4HdGhwVIyqHbqWxkqXpVpnkLmrxFcGnIN0" pattern:"^(?:ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521)) [A-Za-z0-9+/]+={0,2}$" hint:"the kind of key, a space and the key itself" when:"protocol=sftp" dest:"true"`

	CACertificatePEM string `json:"caCertificatePem" label:"CA certificate" help:"Of the authority that vouches for the server, if it is not a public one." format:"certificate" when:"protocol=ftps" dest:"true"`

	Path string `json:"path" label:"Directory" help:"Where the files go; it must exist. Left out: where the server puts the user." example:"/incoming/wfm" max:"1024"`
}

// Normalize drops what pasted values have too much: the scheme of an address,
// the names before and the comment behind a key, the line ends of Windows. It
// does nothing without a delivery.
func (d *Delivery) Normalize() {
	if d == nil {
		return
	}
	d.Host = normalizeHost(d.Host)
	if d.Protocol == protocolFTPS && d.TLSMode == "" {
		d.TLSMode = tlsExplicit
	}
	d.HostKeyFingerprint = normalizeFingerprint(d.HostKeyFingerprint)
	d.HostKey = normalizeHostKey(d.HostKey)
	if d.PrivateKey.IsSet() && !d.PrivateKey.IsKept() {
		d.PrivateKey = secret.New(strings.TrimSpace(strings.ReplaceAll(d.PrivateKey.Reveal(), "\r\n", "\n")))
	}
}

func normalizeHost(s string) string {
	s = strings.ToLower(s)
	for _, scheme := range []string{"sftp://", "ftps://", "ftp://"} {
		s = strings.TrimPrefix(s, scheme)
	}
	s = strings.TrimSuffix(s, "/")
	if inner, ok := strings.CutPrefix(s, "["); ok {
		s = strings.TrimSuffix(inner, "]")
	}
	return s
}

// normalizeFingerprint finds the fingerprint in what ssh-keygen -l prints:
// "256 SHA256:… comment (ED25519)".
func normalizeFingerprint(s string) string {
	for word := range strings.FieldsSeq(s) {
		if strings.HasPrefix(word, "SHA256:") {
			return strings.TrimRight(word, "=")
		}
	}
	return s
}

// normalizeHostKey finds the key in a line of known_hosts or of a .pub file.
func normalizeHostKey(s string) string {
	words := strings.Fields(s)
	for i, word := range words {
		if i+1 < len(words) && algorithmsOf(word) != nil {
			return word + " " + words[i+1]
		}
	}
	return s
}

// address returns host and port.
func (d *Delivery) address() string {
	port := portSFTP
	switch {
	case d.Port != nil:
		port = *d.Port
	case d.Protocol == protocolFTPS && d.TLSMode == tlsImplicit:
		port = portFTPSImplicit
	case d.Protocol == protocolFTPS:
		port = portFTPS
	}
	return net.JoinHostPort(d.Host, strconv.Itoa(port))
}

// directory returns the path, or the place where the server puts the user.
func (d *Delivery) directory() string {
	if d.Path == "" {
		return "."
	}
	return d.Path
}
