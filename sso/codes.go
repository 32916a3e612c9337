package sso

// The codes of sign-ins that were refused for what surrounds the message of the
// identity provider; those about the message itself are in sso/assertion. They are
// stable; each has a page under /docs/problems/.
const (
	CodeContactCenterUnknown = "sso-contact-center-unknown"
	CodeFeatureOff           = "sso-feature-off"
	CodeNotEnabled           = "sso-not-enabled"
	CodeRequestUnknown       = "sso-request-unknown"
	CodeBrowserUnknown       = "sso-browser-unknown"
	CodeIDPInitiatedRefused  = "sso-idp-initiated-refused"
	CodeReplayed             = "sso-replayed"
	CodeUserUnknown          = "sso-user-unknown"
	CodeUserDisabled         = "sso-user-disabled"
	CodeNotAnAdministrator   = "sso-not-an-administrator"
	CodeTemplateUnfit        = "sso-template-unfit"
	CodeUserIncomplete       = "sso-user-incomplete"
	CodeProvisioningRefused  = "sso-provisioning-refused"
	CodeTestUnknown          = "sso-test-unknown"
)

// Codes returns the codes of this package.
func Codes() []string {
	return []string{
		CodeContactCenterUnknown, CodeFeatureOff, CodeNotEnabled, CodeRequestUnknown, CodeBrowserUnknown,
		CodeIDPInitiatedRefused, CodeReplayed, CodeUserUnknown, CodeUserDisabled, CodeNotAnAdministrator,
		CodeTemplateUnfit, CodeUserIncomplete, CodeProvisioningRefused, CodeTestUnknown,
	}
}
