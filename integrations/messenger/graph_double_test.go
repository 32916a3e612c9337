package messenger

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
)

// graphDouble is a double of the Graph API with some objects. A request is taken
// as the API takes it: the token in the header, and a proof that fits the token
// if there is one.
type graphDouble struct {
	token, secret string
	// objects are documents by path, below the version.
	objects map[string]string
	// refused are refusals by path, in place of a document.
	refused map[string]string
}

// ServeHTTP implements http.Handler.
func (g graphDouble) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path, versioned := strings.CutPrefix(r.URL.Path, "/v25.0/")
	query := r.URL.Query()
	w.Header().Set("Content-Type", "application/json")
	switch {
	case r.Host != "graph.facebook.com" || r.Method != http.MethodGet || !versioned || query.Has("access_token"):
		graphRefuse(w, `"message":"Unsupported get request","type":"GraphMethodException","code":100`)
	case r.Header.Get("Authorization") != "Bearer "+g.token:
		graphRefuse(w, `"message":"Invalid OAuth access token.","type":"OAuthException","code":190`)
	case query.Has("appsecret_proof") && query.Get("appsecret_proof") != g.proof():
		graphRefuse(w, `"message":"Invalid appsecret_proof provided in the API argument","type":"GraphMethodException","code":100`)
	case g.refused[path] != "":
		graphRefuse(w, g.refused[path])
	case g.objects[path] == "" || query.Get("fields") == "":
		graphRefuse(w, `"message":"Object does not exist","type":"GraphMethodException","code":100,"error_subcode":33`)
	default:
		_, _ = fmt.Fprint(w, g.objects[path])
	}
}

func (g graphDouble) proof() string {
	mac := hmac.New(sha256.New, []byte(g.secret))
	_, _ = mac.Write([]byte(g.token)) // never fails
	return hex.EncodeToString(mac.Sum(nil))
}

// graphRefuse answers as the Graph API does, with 400 for nearly everything.
func graphRefuse(w http.ResponseWriter, members string) {
	w.WriteHeader(http.StatusBadRequest)
	_, _ = fmt.Fprintf(w, `{"error":{%s,"fbtrace_id":"EJplcsCHuLu"}}`, members)
}
