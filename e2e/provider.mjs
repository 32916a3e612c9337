// Identity providers made of libraries. Reads orders from its standard input, one JSON
// object a line, and answers each with one line, the form that goes to the service
// provider: {"action": …, "response": …}. Nobody is asked who it is: the order says so.
//
//   library         "samlp", which is what Auth0 is made of, or "samlify"
//   issuer, key, certificate   its name, and what it signs with
//   partner         the metadata of the service provider
//   audience, reply what an answer names where nobody asked
//   request         the query of the service provider's request; empty where the provider begins
//   nameId, firstName, lastName, email
//   options         what the library takes beyond that about the provider
//   toPartner       what samlify takes about the service provider
import { X509Certificate } from "node:crypto";
import { createInterface } from "node:readline";

import samlify from "samlify";
import samlp from "samlp";

// samlify remarks on what a provider does without.
console.warn = () => {};
samlify.setSchemaValidator({ validate: async () => "not looked at" });

for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line);
  const query = Object.fromEntries(new URLSearchParams(order.request));
  console.log(JSON.stringify(await { samlp: answerOfSamlp, samlify: answerOfSamlify }[order.library]({ ...order, query })));
}

// answerOfSamlp names claims by the addresses that WS-Federation has for them.
async function answerOfSamlp({ issuer, key, certificate, nameId, firstName, lastName, email, options, query, ...order }) {
  const request = order.request ? await promised(samlp.parseRequest, { query }) : {};
  const action = request.assertionConsumerServiceURL ?? order.reply;
  const encryption = options.encryptionCert && new X509Certificate(options.encryptionCert).publicKey;
  const response = await promised(
    samlp.getSamlResponse,
    {
      issuer, key, cert: certificate, signatureAlgorithm: "rsa-sha256", digestAlgorithm: "sha256",
      audience: request.issuer ?? order.audience, recipient: action, destination: action, inResponseTo: request.id,
      encryptionPublicKey: encryption?.export({ type: "spki", format: "pem" }), ...options,
    },
    { id: nameId, displayName: nameId, name: { givenName: firstName, familyName: lastName }, emails: [{ value: email }] },
  );
  return { action, response: Buffer.from(response).toString("base64") };
}

function promised(call, ...given) {
  return new Promise((resolve, reject) => call(...given, (error, result) => (error ? reject(error) : resolve(result))));
}

// answerOfSamlify fills in a template. That of the library says nothing of how somebody
// signed in, which its users add as it is done here.
async function answerOfSamlify({ issuer, key, certificate, partner, reply, nameId, firstName, lastName, email, options, query, ...order }) {
  const [start, end] = samlify.SamlLib.defaultLoginResponseTemplate.context.split("{AuthnStatement}");
  const provider = samlify.IdentityProvider({
    entityID: issuer, privateKey: key, signingCert: certificate,
    requestSignatureAlgorithm: "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
    singleSignOnService: ["HTTP-Redirect", "HTTP-POST"].map((binding) => ({
      Binding: `urn:oasis:names:tc:SAML:2.0:bindings:${binding}`, Location: issuer,
    })),
    loginResponseTemplate: {
      context: `${start}<saml:AuthnStatement AuthnInstant="{IssueInstant}"><saml:AuthnContext><saml:AuthnContextClassRef>` +
        `urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>${end}`,
      attributes: ["FirstName", "LastName", "Email"].map((name) => ({
        name, valueTag: name, nameFormat: "urn:oasis:names:tc:SAML:2.0:attrname-format:basic", valueXsiType: "xs:string",
      })),
    },
    ...options,
  });
  const serviceProvider = samlify.ServiceProvider({ metadata: partner, ...order.toPartner });
  const request = order.request ? await provider.parseLoginRequest(serviceProvider, "redirect", { query }) : null;
  const action = request?.extract.request.assertionConsumerServiceUrl ?? reply;
  const [now, soon] = [0, 5 * 60_000].map((later) => new Date(Date.now() + later).toISOString());
  const fill = (template) => {
    const id = `_${crypto.randomUUID()}`;
    return { id, context: samlify.SamlLib.replaceTagsByValue(template, {
      ID: id, AssertionID: `_${crypto.randomUUID()}`, InResponseTo: request?.extract.request.id,
      Issuer: issuer, Audience: serviceProvider.entityMeta.getEntityID(), Destination: action, SubjectRecipient: action,
      IssueInstant: now, ConditionsNotBefore: now, ConditionsNotOnOrAfter: soon, SubjectConfirmationDataNotOnOrAfter: soon,
      StatusCode: "urn:oasis:names:tc:SAML:2.0:status:Success",
      NameID: nameId, NameIDFormat: "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
      attrFirstName: firstName, attrLastName: lastName, attrEmail: email,
    }) };
  };
  const made = await provider.createLoginResponse(serviceProvider, request, "post", {}, fill, true);
  return { action, response: made.context };
}
