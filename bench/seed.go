package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/http"
	"time"
)

// pageSize is that of the page that is read; it is the program's default.
const pageSize = 50

// description makes answers as long as they are where people write some.
const description = "Tickets of the European support teams; scenarios look callers up."

type object = map[string]any

// seed makes n accounts, the one of single sign-on that a contact center may
// have among the first, and returns the id of one of the others.
func seed(ctx context.Context, c *client, n int) (id string, err error) {
	for i := range n {
		document := zendesk(fmt.Sprintf("Support %04d", i))
		if i == 1 {
			if document, err = singleSignOn(); err != nil {
				return "", err
			}
		}
		a, err := c.expect(ctx, http.StatusCreated, createRequest(document, ""))
		if err != nil {
			return "", err
		}
		if i == 0 {
			if id, err = a.id(); err != nil {
				return "", err
			}
		}
	}
	return id, nil
}

// zendesk returns the document of an account with a secret.
func zendesk(name string) []byte {
	return encode(object{
		"type": "zendesk", "name": name, "description": description,
		"labels": object{"env": "prod", "team": "support"},
		"properties": object{
			"url": "https://acme.zendesk.com", "authorizationType": "apiToken", "username": "integration@acme.example",
			"apiToken": rand.Text() + rand.Text(),
		},
	})
}

// singleSignOn returns the document of an account with a certificate.
func singleSignOn() ([]byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "idp.acme.example"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(2, 0, 0),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	certificate := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	return encode(object{
		"type": "sso", "name": "Okta",
		"properties": object{"agentDesktop": object{
			"enabled":                      true,
			"identityProviderSsoUrl":       "https://acme.okta.com/app/brightpattern/exk1a2b3c4/sso/saml",
			"identityProviderIssuer":       "http://www.okta.com/exk1a2b3c4",
			"identityProviderCertificates": []string{certificate},
		}},
	}), nil
}

func encode(v object) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("encode a document of strings: %v", err))
	}
	return b
}
