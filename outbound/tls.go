package outbound

import (
	"context"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"
)

// protocolVersion is the TLS alert by which a server says that it speaks none
// of the offered versions (RFC 8446, section 6).
const protocolVersion = 70

// RSA keys of roots may have this many bits, and this public exponent.
const (
	maxRSA      = 8192
	maxExponent = 1 << 24
)

// TLSConfig returns the client's TLS settings for serverName, for libraries
// that start TLS themselves on a connection of [Client.Dial]. The caller owns
// the result.
func (c *Client) TLSConfig(serverName string) *tls.Config {
	return c.hardened(nil, serverName)
}

// StartTLS makes conn, a connection of [Client.Dial], a TLS connection, or closes
// it. The certificate must be for the host that was dialled. Connections that
// are given the same sessions resume each other's; nil for none. Of the options
// [WithExtraCA] and [WithObserver] apply. Time and bytes stay those of conn.
// Errors are *[Error].
func (c *Client) StartTLS(
	ctx context.Context, conn net.Conn, sessions tls.ClientSessionCache, opts ...Option,
) (net.Conn, error) {
	x := &exchanger{client: c}
	for _, opt := range opts {
		opt(x)
	}
	if x.observer != nil {
		ctx = Observe(ctx, x.observer)
	}
	guarded, ok := conn.(*guardedConn)
	if !ok {
		_ = conn.Close() // nobody else will
		return nil, &Error{Phase: PhaseTLS, Kind: InvalidAddress, Detail: "not a connection of this client"}
	}
	ctx, cancel := context.WithDeadline(ctx, guarded.until)
	defer cancel()
	secure, err := handshake(ctx, conn, guarded.to, func() (*tls.Config, *Error) {
		cfg, e := x.trusting(guarded.to)
		if e == nil {
			cfg.ClientSessionCache = sessions
		}
		return cfg, e
	})
	if err != nil {
		return nil, err
	}
	return secure, nil
}

// hardened returns cfg, or an empty one, with the client's floor and roots.
func (c *Client) hardened(cfg *tls.Config, host string) *tls.Config {
	if cfg == nil {
		cfg = &tls.Config{MinVersion: c.tlsMin}
	}
	cfg = cfg.Clone()
	cfg.MinVersion = max(cfg.MinVersion, c.tlsMin)
	cfg.InsecureSkipVerify = false
	if cfg.ServerName == "" {
		cfg.ServerName = host
	}
	if cfg.RootCAs == nil {
		cfg.RootCAs = c.roots
	}
	return cfg
}

// settings gives the TLS settings of one connection.
type settings func() (*tls.Config, *Error)

// handshake makes conn a TLS connection, or closes it.
func handshake(ctx context.Context, conn net.Conn, to target, configure settings) (*tls.Conn, error) {
	secure, err := phase(ctx, PhaseTLS, func() (*tls.Conn, *Error) {
		cfg, e := configure()
		if e != nil {
			return nil, e
		}
		secure := tls.Client(conn, cfg)
		if err := secure.HandshakeContext(ctx); err != nil {
			return nil, handshakeError(to, err)
		}
		return secure, nil
	})
	if err != nil {
		_ = conn.Close() // the handshake's error is the one to report
		return nil, err
	}
	return secure, nil
}

// handshakeError moves to this phase what the connection met while reading.
func handshakeError(to target, err error) *Error {
	e := *classify(PhaseTLS, to.String(), err)
	e.Phase = PhaseTLS
	if e.Kind == Truncated {
		e.Kind = Reset
	}
	return &e
}

// kindOfTLS also knows errors that crypto/tls gives only as text.
func kindOfTLS(err error) (Kind, string) {
	if kind, detail := kindOfCertificate(err); kind != "" {
		return kind, detail
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return TLSOther, "the server does not speak TLS"
	}
	text := err.Error()
	if strings.Contains(text, "server selected unsupported protocol version") {
		return TLSVersion, ""
	}
	op, ok := errors.AsType[*net.OpError](err)
	switch {
	case !ok || op.Op != "remote error":
		return "", ""
	case op.Err.Error() == tls.AlertError(protocolVersion).Error():
		return TLSVersion, ""
	}
	return TLSOther, "the server answers: " + strings.TrimPrefix(op.Err.Error(), "tls: ")
}

func kindOfCertificate(err error) (Kind, string) {
	if name, ok := errors.AsType[x509.HostnameError](err); ok {
		return TLSName, validNames(name.Certificate)
	}
	if authority, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return TLSUntrusted, signer(authority.Cert)
	}
	invalid, ok := errors.AsType[x509.CertificateInvalidError](err)
	switch {
	case ok && invalid.Reason == x509.Expired:
		return TLSExpired, period(invalid.Cert)
	case ok:
		return TLSUntrusted, "its chain breaks a rule"
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return TLSUntrusted, ""
	}
	return "", ""
}

// validNames quotes one name of a certificate, shortened: it comes from the
// other side.
func validNames(cert *x509.Certificate) string {
	names := slices.Clone(cert.DNSNames)
	for _, ip := range cert.IPAddresses {
		names = append(names, ip.String())
	}
	switch len(names) {
	case 0:
		return "it holds no name"
	case 1:
		return fmt.Sprintf("it is valid for %.100q", names[0])
	}
	return fmt.Sprintf("it is valid for %.100q and %d more", names[0], len(names)-1)
}

func signer(cert *x509.Certificate) string {
	if cert != nil && cert.CheckSignature(cert.SignatureAlgorithm, cert.RawTBSCertificate, cert.Signature) == nil {
		return "it is self-signed"
	}
	return "its authority is unknown"
}

// period says when the certificate was or will be valid. It asks the clock
// again: crypto/tls does not hand on the time it compared with.
func period(cert *x509.Certificate) string {
	if time.Now().Before(cert.NotBefore) {
		return "valid from " + cert.NotBefore.UTC().Format(time.DateOnly)
	}
	return "expired " + cert.NotAfter.UTC().Format(time.DateOnly)
}

// withExtra returns the client's roots and those in bundles.
func (c *Client) withExtra(bundles [][]byte) (*x509.CertPool, error) {
	roots, err := c.ownRoots()
	if err != nil {
		return nil, fmt.Errorf("the system's roots: %w", err)
	}
	for _, bundle := range bundles {
		if err := addRoots(roots, bundle); err != nil {
			return nil, fmt.Errorf("the extra CA %w", err)
		}
	}
	return roots, nil
}

// addRoots adds the certificates of a bundle to roots, which are not to be used
// after an error.
func addRoots(roots *x509.CertPool, bundle []byte) error {
	if !roots.AppendCertsFromPEM(bundle) {
		return errors.New("holds no PEM certificate")
	}
	for block, rest := pem.Decode(bundle); block != nil; block, rest = pem.Decode(rest) {
		if certificate, err := x509.ParseCertificate(block.Bytes); err == nil && bulky(certificate) {
			return errors.New("holds a certificate whose key is too large")
		}
	}
	return nil
}

// bulky reports whether signatures by the certificate's key take too long to
// check, which no deadline interrupts. crypto/tls bounds the keys of what servers
// send, but not those of roots.
func bulky(certificate *x509.Certificate) bool {
	key, ok := certificate.PublicKey.(*rsa.PublicKey)
	return ok && (key.N.BitLen() > maxRSA || key.E > maxExponent)
}

// ownRoots returns a copy of the client's roots.
func (c *Client) ownRoots() (*x509.CertPool, error) {
	if c.roots == nil {
		return x509.SystemCertPool()
	}
	return c.roots.Clone(), nil
}
