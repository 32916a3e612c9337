package google

import "encoding/json"

// ExampleKey is a key file in Google's form. The account does not exist, and the
// private key was made for this text only: examples must pass the rules.
const ExampleKey = `{"type":"service_account","project_id":"acme-contact-center",` +
	`"private_key_id":"0123456789abcdef0123456789abcdef01234567",` +
	`"private_key":"-----BEGIN PRIVATE KEY-----\n` +
	`MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQCwCAEiLRjJykQG\n` +
	`LhYelxrw2InJwukw6mREgN5K2SwQQN/7pPwyGzcdCl/vUwEeSL68yualfAbEKIjl\n` +
	`CpflwVs0J98/nXMnruvmU4xy5rbNcSyxHRJinah/Av6g3f0TeIdJmTUjuKVLZFzk\n` +
	`Q3eX83nlHOHANkkcrHpm2QkI/aygrm2zprzec6TNGimBPTcV9jjV/KjDcLq9I4wE\n` +
	`FqU7vYM+783lvNVmeEGDSrOED7m1Ytjaf6JL7sq1oepOjlE0lzuLCweh49lZ236E\n` +
	`QaURa39MttneNlkm4Cdtzpm0ze8WTBWDScnLG3UrHHAo9KNarnSNg3if35hF20kt\n` +
	`v3Ndpfh3AgMBAAECggEABLV/cO5w59ED3IB2HK+2dklB97DsSQqJenWnZ1bY7BRi\n` +
	`3tn32c/1kPl6ky3kF+8ilG1UbzUv/yZbHHlvPSOyMLp8/o1+i59idcu4CZ4st2E2\n` +
	`11lrk6dxCaNxs/726q2XkjtJeyD7jFaXz469z8WhIKUS+u/Y09i0q4n/HmD0McDS\n` +
	`pJLR5TCJxqxeeVna5On0lXAS8+Ef2qJesymbJdQdDir534KzNPpUU2hPwMh8K8xV\n` +
	`7+OJZbfsFhgxpfr7NWz5AxKQAvjeGHnf+Eub7BSAl8Uvul2VSk7pUrPgknmmZl5z\n` +
	`xlfAF3V/vlnbTPt5UDc5HS1cw/TN8M8qlDBWSudEJQKBgQD1bSmCwlvT2yVrUh0w\n` +
	`gtIspfr5z126tTV6pzUOTBXbseGE7E4u4DITVJ+t1iuGYIfLH+/jqQOguTTtNmsu\n` +
	`V4P9mPDkHv92WJCzNTibBSJ1TATa5xMJ9M2EJ//yqpJ8xXVJesbM5GLjtr81xBwN\n` +
	`zB5s+C/yTIWvWq0G/tOrAlicawKBgQC3nXmIR0z/UyLv68LaPghBVKKKxW71pmdQ\n` +
	`cHn3ZJR4OSlwZvAK3S0LcXonkRck9KafNNWAS/DEAw2Z5Vn9Aki+XXD8IQ0Rc1bZ\n` +
	`TUu9QwF2mleVpucBCpGiCgfmxosL5z0KK8WuPPUvqpi1rxUK5/ibGplCIr18uXgW\n` +
	`tuEZ+M1XJQKBgQCjFLJsrPGPySMIOTwkLAm0mWY38M77bcXnhov+wBgWMBEG3m7l\n` +
	`PxyHM8gXHyU02ZfiJYql4H0Eo4zDw1FdLdILBUGsk9x0q00bh9XhTHwlLSpcuwcv\n` +
	`qneVxW6RtT45oovZE7heFbSQU7Ki63koweXFyvUxMB/08W/gIhxMmfZ/mQKBgE+s\n` +
	`B/EHJzTeyRkbzrfOFNzsMX9Pff8fTlMMCxA612V3QDDiqaO9Ju+BNMT4YveJJMeO\n` +
	`MFn0Gauju4Icj7iGBjR77Sup17bLulKeBJBCA9+HxxtLiY7dHCYYfic33Vuz4buJ\n` +
	`FMSu9KDTQGINb28FCs2adAfLdTcqbx5EClavq8H1AoGAVV1nKAX/TXtiimB1a/3z\n` +
	`EMe3c5wO/aG0Z6vxmyCOLYDMv605paIpRwIlH1zldR/2+FD4p6KOtM+pWgmlAqdO\n` +
	`3ZYxk12wJKEL8foH6BcqNdjUGz2Y7Pa+x9S3iNAbhgy/Gs8h+3GmUs6Q/mp57IPp\n` +
	`uQyAmoZqJyqhMKCHNUOI2Fs=\n` +
	`-----END PRIVATE KEY-----\n",` +
	`"client_email":"agent-desktop@acme-contact-center.iam.gserviceaccount.com",` +
	`"client_id":"100000000000000000001",` +
	`"auth_uri":"https://accounts.google.com/o/oauth2/auth",` +
	`"token_uri":"https://oauth2.googleapis.com/token",` +
	`"auth_provider_x509_cert_url":"https://www.googleapis.com/oauth2/v1/certs",` +
	`"client_x509_cert_url":"https://www.googleapis.com/robot/v1/metadata/x509/` +
	`agent-desktop%40acme-contact-center.iam.gserviceaccount.com",` +
	`"universe_domain":"googleapis.com"}`

// ExampleMember is ExampleKey as the value of a JSON member.
func ExampleMember() string {
	text, _ := json.Marshal(ExampleKey) // a string always becomes JSON
	return string(text)
}
