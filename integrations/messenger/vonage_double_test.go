package messenger

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"strings"
)

const (
	exampleVonageKey    = "a1b2c3d4"
	exampleVonageSecret = "Kx7mPq2vT9wZ4nRs"
	exampleApplication  = "78d335fa-323d-4114-9c3d-d6f0d48968cf"
	exampleVonage       = `"apiKey":"` + exampleVonageKey + `","apiSecret":"` + exampleVonageSecret +
		`","applicationId":"` + exampleApplication + `","privateKey":"` + vonageExampleKey + `"`
)

// vonageDouble is a double of Vonage's Application API with one application.
type vonageDouble struct {
	public       string
	capabilities string
}

// ServeHTTP implements http.Handler.
func (d vonageDouble) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	key, secret, _ := r.BasicAuth()
	id, found := strings.CutPrefix(r.URL.Path, "/v2/applications/")
	switch {
	case r.Host != "api.nexmo.com" || r.Method != http.MethodGet || !found || r.URL.RawQuery != "":
		w.WriteHeader(http.StatusMethodNotAllowed)
	case key != exampleVonageKey || secret != exampleVonageSecret:
		answering(http.StatusUnauthorized, `{"type":"https://developer.nexmo.com/api-errors#unauthorized",`+
			`"title":"Invalid credentials supplied","detail":"You did not provide correct credentials."}`)(w, r)
	case id != exampleApplication:
		answering(http.StatusNotFound, `{"type":"https://developer.nexmo.com/api-errors#not-found","title":"Not Found"}`)(w, r)
	default:
		public, _ := json.Marshal(d.public) // texts can be encoded
		answering(http.StatusOK, fmt.Sprintf(`{"id":%q,"name":"Acme","capabilities":%s,"keys":{"public_key":%s}}`,
			exampleApplication, d.capabilities, public))(w, r)
	}
}

func application(change func(*vonageDouble)) http.HandlerFunc {
	d := &vonageDouble{public: examplePublic(), capabilities: `{"messages":{"webhooks":{},"version":"v1"}}`}
	if change != nil {
		change(d)
	}
	return d.ServeHTTP
}

// examplePublic is the counterpart of the example's key, as Vonage shows it.
func examplePublic() string {
	key, _, _ := parseKey(strings.ReplaceAll(vonageExampleKey, `\n`, "\n"))
	return encodePublic(&key.PublicKey)
}

func encodePublic(key *rsa.PublicKey) string {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		panic(err) // RSA keys can be encoded
	}
	return encodeKey("PUBLIC KEY", der)
}

// weakKey makes a key that is too short.
func weakKey() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 1024) //nolint:gosec // Its weakness is what counts.
	if err != nil {
		panic(err) // the system has no random numbers
	}
	return key
}

func encodeKey(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}
