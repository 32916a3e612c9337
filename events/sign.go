package events

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"admin-api/secret"
)

// Header fields of a delivery (Standard Webhooks).
const (
	headerID        = "webhook-id"
	headerTimestamp = "webhook-timestamp"
	headerSignature = "webhook-signature"
)

// keyPrefix lets people and secret scanners recognise keys of webhooks; base64 of
// the key itself follows.
const keyPrefix = "whsec_"

// newKey makes the key by which deliveries are signed.
func newKey() secret.Text {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	return secret.New(keyPrefix + base64.StdEncoding.EncodeToString(b[:]))
}

// signatures are those of one delivery under each of the keys.
func signatures(keys []secret.Text, id string, at time.Time, body []byte) string {
	var all []string
	for _, key := range keys {
		raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(key.Reveal(), keyPrefix))
		if err != nil {
			continue // not one of ours
		}
		mac := hmac.New(sha256.New, raw)
		mac.Write([]byte(id + "." + stamp(at) + "."))
		mac.Write(body)
		all = append(all, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	return strings.Join(all, " ")
}

func stamp(at time.Time) string { return strconv.FormatInt(at.Unix(), 10) }
