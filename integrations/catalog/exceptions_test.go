package catalog

import (
	"slices"
	"strings"
)

// exception is a rule that a schema cannot say, or a reading of documents that
// it cannot share.
type exception struct {
	code string // of the violation, "prefix_*" for several, or what made tells; several separated by blanks
	of   string // the types whose own rule it is, separated by blanks; empty for all
	why  string
}

func (e exception) names(code string) bool {
	return slices.ContainsFunc(strings.Fields(e.code), func(name string) bool {
		prefix, several := strings.CutSuffix(name, "*")
		return name == code || several && strings.HasPrefix(code, prefix)
	})
}

func (e exception) covers(typ string) bool {
	return e.of == "" || slices.Contains(strings.Fields(e.of), typ)
}

// exceptions are all that rules and schemas may disagree about. A code that is
// missing here is a mistake in the schema, or a rule of a type that has come
// since: say in one line why no schema can state it, or state it by a tag.
var exceptions = []exception{
	// What the decoder takes although it does not fit.
	{"empty_is_unset", "", "forms send empty texts, lists and objects for what is unset"},
	{"normalized", "", "people paste things with white space and other things around them"},

	// Rules that every type has.
	{"secret_mask_submitted", "", "what counts as a placeholder is a matter of judgement"},
	{"control_character", "", "a second expression would hide the one that says what a value is"},
	{"https_url https_origin wss_url", "", "which characters of all scripts are letters is not the same in all dialects of expressions"},
	{"pem_certificate certificate_*", "", "the insides of certificates"},
	{"language_tag", "dialogflow google_tts", "which languages there are is a matter of registers"},

	// Rules of single types.
	{"aws_region", "aws_lambda aws_s3 aws_lex aws_transcribe aws_polly", "regions are a list in code, some only for one service"},
	{"region", "aws_s3", "the form depends on whether the storage is private"},
	{"aws_access_key_id", "aws_s3", "the form depends on whether the storage is private"},
	{"aws_secret_key", "aws_s3", "the form depends on whether the storage is private"},
	{"s3_bucket", "aws_s3", "expressions without look-ahead cannot forbid neighbours"},
	{"temporary_access_key", "aws_lambda aws_lex", "asks for another key than the one that has the right form"},
	{"session_token_required", "aws_transcribe aws_polly", "depends on how the access key begins"},
	{"not_applicable", "aws_transcribe aws_polly", "the session token depends on how the access key begins"},
	{"lex_v1_name", "aws_lex", "the form depends on the version"},
	{"google_key_*", "dialogflow google_streaming_stt google_tts", "a document within a text"},
	{"ibm_host", "watson_assistant watson_nlu watson_stt watson_tts", "private addresses are told apart in code"},
	{"other_service", "watson_assistant watson_nlu watson_stt watson_tts", "names of other services get a word of their own"},
	{"port", "watson_assistant watson_nlu watson_stt watson_tts", "the number within an address"},
	{"other_host", "external_knowledge_base", "compares two addresses"},
	{"template_unreadable", "external_knowledge_base", "the insides of an address"},
	{"duplicate_channel", "nexmo", "uniqueness of one member among the objects of a list"},
	{"external_id", "nexmo", "the form depends on the channel"},
	{"private_key_*", "nexmo whatsapp", "the insides of keys"},
	{"same_as_api_secret_key", "twitter", "compares two secrets"},
	{"clouds_differ", "dynamics365", "compares two addresses"},
	{"directories_differ", "dynamics365", "compares two addresses"},
	{"contact_field_unknown", "next_caller the_data_group", "a list of fields with numbers in it"},
	{"mapped_twice", "next_caller the_data_group", "uniqueness of one member among the objects of a list"},
	{"salesforce_login_url", "salesforce", "the domain depends on what the address begins with"},
	{"jit_*", "sso", "depends on other switches of the section and says more than that"},
	{"sso_*", "sso", "depends on the provider, which the host tells, and on the contact center's domain"},
	{"azure_endpoint", "azure_stt azure_tts", "the host of an address that may be private"},
	{"timezone", "loxysoft_wfm calabrio_wfm verint_wfm", "which time zones there are is a matter of registers"},
	{"private_key", "calabrio_wfm verint_wfm", "the insides of keys"},
	{"host", "aspect_wfm calabrio_wfm verint_wfm", "which numbers and colons make an address is too much for an expression"},
	{"host_key", "calabrio_wfm verint_wfm", "the insides of keys"},
	{"zendesk_url", "zendesk", "the form depends on whether the host is Zendesk's own"},
	{"password_is_username", "zapier", "compares two members"},
}
