//go:build full

package e2e_test

import (
	"bytes"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// eventsTour has the receiver of the webhooks. It keeps the ping, whose answer the
// guide waits for, as body.json, and its header fields as variables in received.sh.
func eventsTour(t *testing.T) tour {
	kept := t.TempDir()
	receiver := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil && !bytes.Contains(body, []byte(`"type":"ping"`)) {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		variables := fmt.Sprintf("export webhook_id='%s' webhook_timestamp='%s' webhook_signature='%s'\n",
			r.Header.Get("Webhook-Id"), r.Header.Get("Webhook-Timestamp"), r.Header.Get("Webhook-Signature"))
		if err != nil || os.WriteFile(filepath.Join(kept, "body.json"), body, 0o600) != nil ||
			os.WriteFile(filepath.Join(kept, "received.sh"), []byte(variables), 0o600) != nil {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(receiver.Close)
	authority := filepath.Join(kept, "ca.pem")
	require.NoError(t, os.WriteFile(authority,
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: receiver.Certificate().Raw}), 0o600))
	return tour{
		settings: []string{
			"ADMIN_API_OUTBOUND_CONNECT_TO=*:443=" + receiver.Listener.Addr().String(), "ADMIN_API_OUTBOUND_CA=" + authority,
		},
		instead: map[string]string{"receiver": fmt.Sprintf(". %s/received.sh\ncp %[1]s/body.json .\n"+
			"SECRET=$SECRET %[2]s < body.json", kept, verifier(t))},
	}
}

// verifier builds the Go function of the guide into a program that reads a body
// and fails where the header fields in its environment do not vouch for it, or
// vouch for another body or time.
func verifier(t *testing.T) string {
	t.Helper()
	guide, err := os.ReadFile("../docs/guides/events.md")
	require.NoError(t, err)
	var function string
	for _, b := range blocksOf(string(guide)) {
		if b.language == "go" {
			function = b.text
		}
	}
	require.NotEmpty(t, function)
	dir := t.TempDir()
	source, binary := filepath.Join(dir, "verify.go"), filepath.Join(dir, "verify")
	require.NoError(t, os.WriteFile(source, []byte(verifierHead+function), 0o600))
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, source).CombinedOutput()
	require.NoError(t, err, string(out))
	return binary
}

const verifierHead = `package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

func main() {
	h := http.Header{}
	for _, name := range []string{"id", "timestamp", "signature"} {
		h.Set("webhook-"+name, os.Getenv("webhook_"+name))
	}
	body, _ := io.ReadAll(os.Stdin)
	secret, now := os.Getenv("SECRET"), time.Now()
	good := verify(h, body, secret, now)
	if good != nil || verify(h, append(body, ' '), secret, now) == nil || verify(h, body, secret, now.Add(time.Hour)) == nil {
		fmt.Println("the function of the guide is wrong:", good)
		os.Exit(1)
	}
}

`
