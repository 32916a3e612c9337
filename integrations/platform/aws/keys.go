package aws

import (
	"strings"

	"admin-api/secret"
	"admin-api/validation"
)

// Prefixes of access key ids. Keys with the second are temporary and work only
// together with a session token
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids).
const temporaryPrefix = "ASIA"

// IsTemporary reports whether the id is a temporary key's.
func IsTemporary(keyID string) bool { return strings.HasPrefix(keyID, temporaryPrefix) }

// CheckRegion wants the code of one of AWS's regions.
func CheckRegion(c *validation.Context, pointer, code string) {
	if code != "" && !c.Broken(pointer) && !IsRegion(code) {
		c.Violate(pointer, "aws_region", "Must be the code of an AWS region, such as eu-west-1.")
	}
}

// CheckPermanent refuses temporary keys, for types without a session token.
func CheckPermanent(c *validation.Context, pointer, keyID string) {
	if IsTemporary(keyID) && !c.Broken(pointer) {
		c.Violate(pointer, "temporary_access_key",
			"Is a temporary key, which expires within hours; create an access key of an IAM user, beginning with AKIA.")
	}
}

// CheckSession wants a session token with a temporary key and only then. It warns
// of temporary keys.
func CheckSession(c *validation.Context, keyPointer, keyID, tokenPointer string, token secret.Text) {
	given := token.IsSet()
	switch {
	case keyID == "" || c.Broken(keyPointer) || c.Broken(tokenPointer):
	case IsTemporary(keyID) && !given:
		c.Violate(tokenPointer, "session_token_required", "Must be given with a temporary key, which begins with ASIA.")
	case !IsTemporary(keyID) && given:
		c.Violate(tokenPointer, "not_applicable", "Belongs to temporary keys only, which begin with ASIA; leave it out.")
	case given:
		c.Warn(keyPointer, "temporary_access_key",
			"Is a temporary key, which stops working within hours; an access key of an IAM user lasts.")
	}
}
