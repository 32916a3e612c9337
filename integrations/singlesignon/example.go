package singlesignon

// example is made up: no directory has this id and nobody kept the key of the
// certificate.
const example = `{
	"agentDesktop": {
		"enabled": true,
		"identityProviderSsoUrl": "https://login.microsoftonline.com/8d1e3c5a-0b47-4f6e-9a2d-7c5b1e3f9a60/saml2",
		"identityProviderIssuer": "mycompany.brightpattern.com_sso",
		"identityProviderCertificates": ["-----BEGIN CERTIFICATE-----\n` +
	`MIIBNjCB3aADAgECAgEBMAoGCCqGSM49BAMCMBoxGDAWBgNVBAMTD2lkcC5leGFt\n` +
	`cGxlLmNvbTAgFw0yMDAxMDEwMDAwMDBaGA8yMTE5MTIzMTAwMDAwMFowGjEYMBYG\n` +
	`A1UEAxMPaWRwLmV4YW1wbGUuY29tMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n` +
	`jKM7BzQYB4tE4uThAfve3D4ol/Sq8/lNJvmZaLUKId6slNIQRxJIY3BYEZTOlivW\n` +
	`9BS1zICNJs+op98AhlvHwKMSMBAwDgYDVR0PAQH/BAQDAgeAMAoGCCqGSM49BAMC\n` +
	`A0gAMEUCIFEt6rtAufQqdNODwbk1oqSBXQeDkB5tPQb56exVvVwfAiEAgnlGIxaZ\n` +
	`Tsnyod6KX6yMMH0dTAtvYCTNo48xCEMbN20=\n` +
	`-----END CERTIFICATE-----\n"],
		"allowIdpInitiated": true
	},
	"admin": {"enabled": false}
}`
