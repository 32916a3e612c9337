// Command double stands in for the remote systems of the README's walk-through
// on this machine: it speaks the parts of Zendesk's and LogMeIn Rescue's
// protocols that a connection test uses, over TLS, under their names, with a
// certificate authority that it makes itself. It keeps nothing.
package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"flag"
	"fmt"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// What the doubles accept.
const (
	zendeskUser   = "ann@acme.example"
	zendeskToken  = "doubleToken0123456789doubleToken0123456789"
	rescueUser    = "master@acme.example"
	rescuePass    = "rescue-double"
	rescueSession = "ASP.NET_SessionId"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:8443", "address to listen on")
	ca := flag.String("ca", "data/double-ca.pem", "file to write the certificate authority to")
	flag.Parse()
	if err := serve(*addr, *ca); err != nil && !errors.Is(err, http.ErrServerClosed) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(addr, ca string) error {
	certificate, authority, err := newCertificate("acme.zendesk.com", "secure.logmeinrescue.com")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(ca), 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(ca, authority, 0o600); err != nil {
		return err
	}
	server := &http.Server{
		Addr: addr, Handler: routes(), ReadHeaderTimeout: 5 * time.Second,
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12},
	}
	fmt.Printf("Doubles of Zendesk and LogMeIn Rescue on https://%s, authority in %s\n", addr, ca)
	return server.ListenAndServeTLS("", "")
}

// routes tells the doubles apart by host name, as the real systems are.
func routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET acme.zendesk.com/api/v2/users/me.json", zendesk(
		`{"user":{"id":9001,"email":"`+zendeskUser+`","role":"admin","active":true,"suspended":false}}`))
	mux.HandleFunc("GET acme.zendesk.com/api/v2/", zendesk(`{"users":[],"count":0}`))
	mux.HandleFunc("POST secure.logmeinrescue.com/API/login.aspx", rescueLogin)
	mux.HandleFunc("POST secure.logmeinrescue.com/API/getAccount.aspx", rescueAccount)
	return mux
}

// zendesk answers body to the right e-mail and API token, else as Zendesk does.
func zendesk(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		user, token, _ := r.BasicAuth()
		if user != zendeskUser+"/token" || token != zendeskToken {
			w.Header().Set("WWW-Authenticate", `Basic realm="Web Password"`)
			w.WriteHeader(http.StatusUnauthorized)
			body := `{"error":"Couldn't authenticate you"}`
			_, _ = w.Write([]byte(body))
			return
		}
		_, _ = w.Write([]byte(body))
	}
}

// rescueLogin answers 200 and a word, also to a wrong password, as Rescue does.
func rescueLogin(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	if r.PostFormValue("email") != rescueUser || r.PostFormValue("pwd") != rescuePass {
		_, _ = w.Write([]byte("INVALID"))
		return
	}
	http.SetCookie(w, &http.Cookie{
		Name: rescueSession, Value: "double", Path: "/", HttpOnly: true, Secure: true, SameSite: http.SameSiteLaxMode,
	})
	_, _ = w.Write([]byte("OK"))
}

func rescueAccount(w http.ResponseWriter, r *http.Request) {
	if _, err := r.Cookie(rescueSession); err != nil {
		_, _ = w.Write([]byte("NOTLOGGEDIN"))
		return
	}
	_, _ = fmt.Fprintf(w, "OK\nAccountID:1\nOrganization:Acme\nAdminID:7\nTechID:0\nEmail:%s\n", rescueUser)
}

// newCertificate makes an authority and a certificate for the names.
func newCertificate(names ...string) (tls.Certificate, []byte, error) {
	authority := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "admin-api example authority"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	authorityKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	root, err := x509.CreateCertificate(rand.Reader, authority, authority, authorityKey.Public(), authorityKey)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: names[0]}, DNSNames: names,
		NotBefore: authority.NotBefore, NotAfter: authority.NotAfter,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	der, err := x509.CreateCertificate(rand.Reader, leaf, authority, key.Public(), authorityKey)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	bundle := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root})
	return tls.Certificate{Certificate: [][]byte{der, root}, PrivateKey: key}, bundle, nil
}
