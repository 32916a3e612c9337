//go:build full

package e2e_test

import (
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// eventsTour has the receiver of the webhooks. It keeps the last delivery as
// body.json, and the header fields as variables in received.sh.
func eventsTour(t *testing.T) tour {
	kept := t.TempDir()
	receiver := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
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
		instead: map[string]string{"receiver": fmt.Sprintf(". %s/received.sh\ncp %[1]s/body.json .", kept)},
	}
}
