package assertiontest

// Dialect is how a product writes its responses.
type Dialect struct {
	Name string
	// Protocol, Assertion and Signature are prefixes; empty is for a default
	// namespace on the element.
	Protocol, Assertion, Signature string
	// DeclaredOnRoot declares the namespace of assertions on the response.
	DeclaredOnRoot bool
	// Line is where base64 is broken, 0 for never.
	Line int
	// Typed gives attribute values a type of XML Schema, declared on each value or,
	// with TypesOnRoot, on the assertion and listed in the signature's PrefixList.
	Typed, TypesOnRoot bool
	// SignsResponse and SignsAssertion are what it does unless told otherwise.
	SignsResponse, SignsAssertion bool
	// Fraction is how it writes parts of a second.
	Fraction string
	// Cipher is what it encrypts with.
	Cipher string
}

// Azure signs assertions and uses default namespaces.
func Azure() Dialect {
	return Dialect{Name: "azure", Protocol: "samlp", SignsAssertion: true, Fraction: ".718", Cipher: AES256CBC}
}

// Okta signs both and declares the types on each value.
func Okta() Dialect {
	return Dialect{
		Name: "okta", Protocol: "saml2p", Assertion: "saml2", Signature: "ds", Line: 76, Typed: true,
		SignsResponse: true, SignsAssertion: true, Fraction: ".354", Cipher: AES256CBC,
	}
}

// ADFS signs assertions.
func ADFS() Dialect {
	return Dialect{
		Name: "adfs", Protocol: "samlp", Signature: "ds", SignsAssertion: true, Fraction: ".907", Cipher: AES256CBC,
	}
}

// Google signs responses.
func Google() Dialect {
	return Dialect{
		Name: "google", Protocol: "saml2p", Assertion: "saml2", Signature: "ds", Line: 76, Typed: true,
		SignsResponse: true, Fraction: ".023", Cipher: AES128GCM,
	}
}

// SimpleSAMLphp signs both and declares everything on the way.
func SimpleSAMLphp() Dialect {
	return Dialect{
		Name: "simplesamlphp", Protocol: "samlp", Assertion: "saml", Signature: "ds", DeclaredOnRoot: true,
		Typed: true, TypesOnRoot: true, SignsResponse: true, SignsAssertion: true, Cipher: AES128CBC,
	}
}

// Dialects returns all of them.
func Dialects() []Dialect { return []Dialect{Azure(), Okta(), ADFS(), Google(), SimpleSAMLphp()} }
