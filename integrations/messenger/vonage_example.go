package messenger

// vonageExampleKey is the private key of the examples, as a JSON text without
// quotation marks. It was made for them and opens nothing.
const vonageExampleKey = `-----BEGIN PRIVATE KEY-----\n` +
	`MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQCl99iPldIazKf6\n` +
	`3yaxC1UDZQ9P7jr6cyBGzjGzBCJJufK1b38kuAQ2/9MNnpmzi/bCytYWQjmadGjB\n` +
	`cslo9HMXwAxh7a8Xr5hYCpoV7j2O2G3ZLKU4jDkD5CIHeI1T4xViX89PvYsSoLtq\n` +
	`j377/7swere2Ezuq61YMqX6DLXYypPV9BYwS5ysmAM05MiNcygw1DoIypckdeTRL\n` +
	`R9GbKM7WGHfrmYz78QBoQ/InBXeKb4uFYsMExfwunxuwCxOdrQI/jn3hlCF88/Dg\n` +
	`lp5QIhSbLCGb527ewsUulhoZAIn/mxeF76d6gsPGgZWpsyiXv4hxA++Pjr77yMwX\n` +
	`cnyS9lcNAgMBAAECggEAPYu2XDCz1EpWdJqx72+DXBnq3ro6VsvAiWFHXtpGmM6C\n` +
	`6bNqE8TFk1u0+VT6LHHX1Q6A64otcFCA1FPryqbz0zfdn6cTihYMyYFM+Jr7avBp\n` +
	`c+KxdlHRhtbfo6OZzSTltjBPYYOpggPm3DJQZcTEtsqbO8LQGqbgpxtnld+S+F5I\n` +
	`5kgo0qn8zTskRKFMfERI0GI69+D2F+WaY54BH9dOuC1M1MWS7TSFAanTu9W4TzBv\n` +
	`1QYUFKkXtpk4iwbgkrMfnkLySFERLE9FwNsFjQ4+dV6N6Mp9bxmTLy89t7GF6T1j\n` +
	`t6h2NMisuYsfn6Sj2lLi6IXY6FxJzjsJBee5iLR9JQKBgQDOITA0skCd8xR1zN42\n` +
	`BEMzV1knUfM5Z93HmWi1UtyuHWtM69YyFNtQceHLE4BFPsSYVll36srVAnwsJ7lA\n` +
	`w/Cjw9l0DBiAvUeJ7VhyeZdUSCTq/uIBiDnyOypn8OZFb3j3kgorhojelVgeXWJs\n` +
	`gcFacnp68G+pavm2nVGRu8EaswKBgQDOHzjR/c32s7KyKaTITa3ygi5J1/dAdJtj\n` +
	`1Wsl3qPYrSxneOAFOVvMG0N5cVFj67K2iVesYfzK1mHqQKTgGIe///5jpCvMbYxW\n` +
	`Q3LbPnrfIP45pLeUsjgyPbXSjGQnvB5oKRxVoQDtKeqZaJsmYbOBBDTlrWcszChH\n` +
	`yVrj3OKnPwKBgQC++DZ+C8sbyrHg9X3Fk6tirIE3kZACVj09h95fZzZ2xWC8sh4O\n` +
	`5g3N+MQU7as//AgNjqpzE/7428WI7wCNhTqzrmYPQomM9E+L9G2mGQpfljtF0AA5\n` +
	`JSlyRuhhxejA2aa7zvxHGOxDMx+heikOmCQ3lKnurkT1M9vIGPYSS117SwKBgQCf\n` +
	`/t5FKiSQ5cXEw8xz6tAmGOTDTw9OifUAVm4YdCxsiWeZXdtOUsqtsU/72Xka/Z64\n` +
	`T/2tAlaOQEC667jPdlsRLy2QvKN+yF4Rq8Ng6avIvTx5FCGoG3rBjOMw7ubjbQOR\n` +
	`SLAEy7gDX/EJaYhdD6Oddt10ltgqjsKJjoOtsgyBUwKBgH0cruXRO3egOPNprACv\n` +
	`/SsVaJY9ZYFkNOJsmcF3abblBwcTk5eNsIzjJubYJ8dQg/v2qXcIP+1k9F4X7N3e\n` +
	`7ewXnpEI6KPEK8qHmPgdfH3kLF4inQU11fxqCFDU9ZZvTlpVZIl0Bs1O1um0Ywty\n` +
	`YEsJE6ConY3Fz059fEHumPI+\n` +
	`-----END PRIVATE KEY-----\n`
