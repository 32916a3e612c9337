package secret_test

import (
	"encoding/base64"
	"encoding/hex"
	"math/rand/v2"
	"strings"
	"testing"

	"admin-api/secret"
)

func TestLooksMasked(t *testing.T) {
	tests := []struct {
		in   string
		want bool
	}{
		{"***", true},
		{"********", true},
		{"  ****\n", true},
		{"**** **** ****", true},
		{"****-****", true},
		{"∗∗∗∗", true},
		{"＊＊＊", true},
		{"•••", true},
		{"••••", true},
		{"●●●●●●●●", true},
		{"········", true},
		{"■■■■", true},
		{"...", true},
		{"……", true},
		{"…", true},
		{"####", true},
		{"xxxx", true},
		{strings.Repeat("X", 8), true},
		{"xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx", true},
		{"••••1234", true},
		{"sk-•••••abcd", true},
		{"****1234", true},
		{"********wxyz", true},
		{"<secret>", true},
		{"<Secret>", true},
		{"<redacted>", true},
		{"[REDACTED]", true},
		{"[redacted]", true},
		{"REDACTED", true},
		{"***REDACTED***", true},
		{"***REMOVED***", true},
		{"[FILTERED]", true},
		{"[MASKED]", true},
		{"(sensitive value)", true},
		{"<sensitive>", true},
		{"{hidden}", true},
		{"__encrypted__", true},
		{"<password>", true},
		{"<token>", true},
		{secret.New("v").String(), true},

		{"", false},
		{"*", false},
		{"**", false},
		{".", false},
		{"-", false},
		{"-----", false},
		{"xxx", false},
		{"xXxX", false},
		{"xxxxy", false},
		{"Pass****", false},
		{"****12345", false},
		{"****!", false},
		{"***4", false},
		{"a***b", false},
		{"paral·lel", false},
		{"secret", false},
		{"password", false},
		{"hidden", false},
		{"token", false},
		{"<secret", false},
		{"secret>", false},
		{"<my secret>", false},
		{"[brackets]", false},
		{"correct horse battery staple", false},
		{"p4$$w0rd!", false},
		{"#1...Fan", false},
		{"AKIAIOSFODNN7EXAMPLE", false},
		{"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", false},
		{"00000000-0000-0000-0000-000000000000", false},
		{"-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----", false},
		{"110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw", false},
		{"пароль", false},
	}
	for _, tt := range tests {
		t.Run(tt.in, func(t *testing.T) {
			if got := secret.LooksMasked(tt.in); got != tt.want {
				t.Errorf("got %t, want %t", got, tt.want)
			}
		})
	}
}

func TestLooksMaskedSparesGeneratedSecrets(t *testing.T) {
	const punctuated = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789!#$%&*+-.:;=?@_"
	random := rand.NewChaCha8([32]byte{1})
	pick := rand.New(random)
	for range 20_000 {
		var raw [16]byte
		_, _ = random.Read(raw[:])
		password := make([]byte, 8)
		for i := range password {
			password[i] = punctuated[pick.IntN(len(punctuated))]
		}
		for _, s := range []string{
			hex.EncodeToString(raw[:]), base64.StdEncoding.EncodeToString(raw[:]),
			base64.RawURLEncoding.EncodeToString(raw[:]), string(password),
		} {
			if secret.LooksMasked(s) {
				t.Fatalf("takes %q for a mask", s)
			}
		}
	}
}
