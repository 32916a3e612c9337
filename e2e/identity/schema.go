package identity

import (
	"os/exec"
	"strings"
	"testing"
)

// The schemas of the OASIS that SimpleSAMLphp brings along.
const (
	SchemaMetadata = "saml-schema-metadata-2.0.xsd"
	SchemaProtocol = "saml-schema-protocol-2.0.xsd"
)

// validate is a script of PHP that reads a document and prints what its schema does
// not allow.
const validate = `
libxml_use_internal_errors(true);
$document = new DOMDocument();
$document->loadXML(stream_get_contents(STDIN)) && $document->schemaValidate($argv[1]);
foreach (libxml_get_errors() as $e) { echo "line $e->line: $e->message"; }`

// CheckSchema fails the test where a document is not valid by a schema.
func CheckSchema(t testing.TB, document, schema string) {
	t.Helper()
	//nolint:gosec // the schema is one of the constants
	cmd := exec.CommandContext(t.Context(), "php", "-r", validate, root+"/schemas/"+schema)
	cmd.Stdin = strings.NewReader(document)
	if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
		t.Fatalf("not valid by %s: %v\n%s\n%s", schema, err, out, document)
	}
}
