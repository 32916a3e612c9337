package models

// Sections of single sign-on: the application that somebody signs in to. The
// words are those of the properties of an account of the type sso.
const (
	SectionAgentDesktop = "agentDesktop"
	SectionAdmin        = "admin"
)
