package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"unicode/utf8"

	"admin-api/models"
	"admin-api/validation"
)

// Encode returns v as JSON in the form of every answer: compact, and without
// the escapes that are meant for HTML.
func Encode(v any) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("encode answer: %w", err)
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n")), nil
}

// AppendAccount appends the document Account of v to b. The stored properties
// are canonical JSON and are copied as they are.
func AppendAccount(b []byte, v *models.AccountView) []byte {
	b = appendIdentity(b, v)
	b = append(b, `,"properties":`...)
	if len(v.Properties) == 0 {
		b = append(b, "{}"...)
	} else {
		b = append(b, v.Properties...)
	}
	b = appendSecrets(b, v)
	if len(v.Computed) > 0 {
		b = append(b, `,"computed":`...)
		b = appendStrings(b, v.Computed)
	}
	b = appendCertificates(b, v.Certificates)
	b = appendHealth(b, &v.Account)
	b = appendText(b, `,"etag":`, v.ETag())
	b = append(b, `,"version":`...)
	b = strconv.AppendInt(b, v.Version, 10)
	b = appendChange(b, `,"createdAt":`, v.CreatedAt, `,"createdBy":`, v.CreatedBy)
	b = appendChange(b, `,"updatedAt":`, v.UpdatedAt, `,"updatedBy":`, v.UpdatedBy)
	if !v.DeletedAt.IsZero() {
		b = appendTime(b, `,"deletedAt":`, v.DeletedAt)
		if v.DeletedBy != "" {
			b = appendText(b, `,"deletedBy":`, v.DeletedBy)
		}
	}
	return append(b, '}')
}

// AppendWritten appends the document Account of v, with the secrets that were
// made and with warnings, where there are any.
func AppendWritten(
	b []byte, v *models.AccountView, generated map[string]string, warnings validation.Errors,
) ([]byte, error) {
	b = AppendAccount(b, v)
	if len(generated) > 0 {
		b = appendStrings(append(b[:len(b)-1], `,"generatedSecrets":`...), generated)
		b = append(b, '}')
	}
	if len(warnings) == 0 {
		return b, nil
	}
	list, err := Encode(NewViolations(warnings))
	if err != nil {
		return nil, err
	}
	b = append(b[:len(b)-1], `,"warnings":`...)
	b = append(b, list...)
	return append(b, '}'), nil
}

// AppendAccountPage appends the document AccountPage to b. An empty cursor
// means that this is the last page.
func AppendAccountPage(b []byte, items []models.AccountView, nextCursor string) []byte {
	b = append(b, `{"items":[`...)
	for i := range items {
		if i > 0 {
			b = append(b, ',')
		}
		b = AppendAccount(b, &items[i])
	}
	b = append(b, ']')
	if nextCursor != "" {
		b = appendText(b, `,"nextCursor":`, nextCursor)
	}
	return append(b, '}')
}

func appendIdentity(b []byte, v *models.AccountView) []byte {
	b = appendText(b, `{"id":`, v.ID)
	b = appendText(b, `,"type":`, v.Type)
	b = appendText(b, `,"family":`, v.Family)
	b = appendText(b, `,"name":`, v.Name)
	b = appendText(b, `,"description":`, v.Description)
	b = append(b, `,"labels":`...)
	b = appendStrings(b, v.Labels)
	b = append(b, `,"enabled":`...)
	b = strconv.AppendBool(b, v.Enabled)
	b = append(b, `,"default":`...)
	return strconv.AppendBool(b, v.IsDefault)
}

func appendSecrets(b []byte, v *models.AccountView) []byte {
	b = append(b, `,"secrets":{`...)
	var few [8]string
	for i, pointer := range sortedKeys(few[:0], v.Secrets) {
		if i > 0 {
			b = append(b, ',')
		}
		fact := v.Secrets[pointer]
		b = appendQuoted(b, pointer)
		b = append(b, `:{"set":true,"version":`...)
		b = strconv.AppendInt(b, fact.Version, 10)
		b = appendText(b, `,"fingerprint":`, fact.Fingerprint)
		b = appendChange(b, `,"updatedAt":`, fact.UpdatedAt, `,"updatedBy":`, fact.UpdatedBy)
		if slices.Contains(v.Unreadable, pointer) {
			b = append(b, `,"unreadable":true`...)
		}
		b = append(b, '}')
	}
	return append(b, '}')
}

func appendCertificates(b []byte, list models.Certificates) []byte {
	if len(list) == 0 {
		return b
	}
	b = append(b, `,"certificates":[`...)
	for i, cert := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendText(b, `{"pointer":`, cert.Pointer)
		b = appendText(b, `,"subject":`, cert.Subject)
		b = appendTime(b, `,"notBefore":`, cert.NotBefore)
		b = appendTime(b, `,"notAfter":`, cert.NotAfter)
		b = appendText(b, `,"sha256":`, cert.SHA256)
		b = append(b, '}')
	}
	return append(b, ']')
}

func appendHealth(b []byte, a *models.Account) []byte {
	status := a.HealthStatus
	if status == "" {
		status = models.HealthUnknown
	}
	b = appendText(b, `,"health":{"status":`, status)
	if a.HealthCode != "" {
		b = appendText(b, `,"code":`, a.HealthCode)
	}
	if !a.HealthCheckedAt.IsZero() {
		b = appendTime(b, `,"checkedAt":`, a.HealthCheckedAt)
	}
	return append(b, '}')
}

func appendChange(b []byte, atKey string, at models.Time, byKey, by string) []byte {
	return appendText(appendTime(b, atKey, at), byKey, by)
}

// appendStrings appends a JSON object of strings, its members in order.
func appendStrings(b []byte, m map[string]string) []byte {
	b = append(b, '{')
	var few [8]string
	for i, key := range sortedKeys(few[:0], m) {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendQuoted(b, key)
		b = append(b, ':')
		b = appendQuoted(b, m[key])
	}
	return append(b, '}')
}

// sortedKeys appends the keys of m to keys, in order. A caller that passes an
// array of its own saves the allocation where there are few.
func sortedKeys[V any](keys []string, m map[string]V) []string {
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

func appendText(b []byte, key, text string) []byte {
	return appendQuoted(append(b, key...), text)
}

// appendTime appends t in models.TimeLayout. It writes the digits itself: an
// account has many times, and time.AppendFormat reads its layout anew for each.
func appendTime(b []byte, key string, t models.Time) []byte {
	b = append(b, key...)
	if t.IsZero() {
		return append(b, "null"...)
	}
	year, month, day := t.Date()
	hour, minute, second := t.Clock()
	b = append(b, '"')
	b = appendDigits(b, year, 1000)
	b = appendDigits(append(b, '-'), int(month), 10)
	b = appendDigits(append(b, '-'), day, 10)
	b = appendDigits(append(b, 'T'), hour, 10)
	b = appendDigits(append(b, ':'), minute, 10)
	b = appendDigits(append(b, ':'), second, 10)
	b = appendDigits(append(b, '.'), t.Nanosecond()/1e6, 100)
	return append(b, 'Z', '"')
}

// appendDigits appends n in decimal, from the digit that unit stands for.
func appendDigits(b []byte, n, unit int) []byte {
	for ; unit > 0; unit /= 10 {
		b = append(b, byte('0'+n/unit%10))
	}
	return b
}

// appendQuoted appends text as a JSON string, as encoding/json writes it.
func appendQuoted(b []byte, text string) []byte {
	if !plain(text) {
		quoted, err := Encode(text)
		if err == nil { // a string always has an encoding
			return append(b, quoted...)
		}
	}
	b = append(b, '"')
	b = append(b, text...)
	return append(b, '"')
}

// plain reports whether text needs no escape in JSON.
func plain(text string) bool {
	ascii := true
	for i := range len(text) {
		c := text[i]
		if c < ' ' || c == '"' || c == '\\' {
			return false
		}
		ascii = ascii && c < utf8.RuneSelf
	}
	return ascii || plainUnicode(text)
}

// plainUnicode reports whether text is valid UTF-8 without the two line
// separators that encoding/json escapes.
func plainUnicode(text string) bool {
	for i, r := range text {
		if r == '\u2028' || r == '\u2029' {
			return false
		}
		if r == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(text[i:]); size == 1 {
				return false
			}
		}
	}
	return true
}
