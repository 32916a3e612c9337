"""An identity provider made of Lasso.

Reads one order from its standard input (JSON) and prints what comes of it:
{"metadata": ...} about itself, and {"action": ..., "response": ...}, the form that
goes to the service provider, where the order has somebody to sign in.
"""

import json
import sys
from datetime import datetime, timedelta, timezone

import lasso

UNSPECIFIED = lasso.SAML2_NAME_IDENTIFIER_FORMAT_UNSPECIFIED


def metadata(order):
    """Describes the provider with every certificate of the order."""
    keys = "".join(
        '<md:KeyDescriptor use="signing"><dsig:KeyInfo><dsig:X509Data><dsig:X509Certificate>'
        + "".join(pem.split("-----")[2])
        + "</dsig:X509Certificate></dsig:X509Data></dsig:KeyInfo></md:KeyDescriptor>"
        for pem in order["certificates"]
    )
    services = "".join(
        f'<md:SingleSignOnService Binding="{binding}" Location="{order["url"]}"/>'
        for binding in (lasso.SAML2_METADATA_BINDING_POST, lasso.SAML2_METADATA_BINDING_REDIRECT)
    )
    return (
        f'<md:EntityDescriptor xmlns:md="{lasso.SAML2_METADATA_HREF}" xmlns:dsig="{lasso.DS_HREF}" entityID="{order["entityId"]}">'
        f'<md:IDPSSODescriptor protocolSupportEnumeration="{lasso.SAML2_PROTOCOL_HREF}">'
        f"{keys}{services}</md:IDPSSODescriptor></md:EntityDescriptor>"
    )


def attribute(name, values):
    """Makes an attribute with texts as its values."""
    made = lasso.Saml2Attribute()
    made.name, made.nameFormat = name, lasso.SAML2_ATTRIBUTE_NAME_FORMAT_BASIC
    made.attributeValue = tuple(value_of(text) for text in values)
    return made


def value_of(text):
    value, node = lasso.Saml2AttributeValue(), lasso.MiscTextNode()
    node.content, node.textChild = text, True
    value.any = (node,)
    return value


def sign_in(server, order):
    """Answers a request, or sends somebody to the service provider without one."""
    login = lasso.Login(server)
    if order["request"]:
        login.processAuthnRequestMsg(order["request"])
    else:
        login.initIdpInitiatedAuthnRequest(order["audience"])
        login.request.nameIDPolicy.format = UNSPECIFIED
        login.request.protocolBinding = lasso.SAML2_METADATA_BINDING_POST
        login.processAuthnRequestMsg(None)
    login.validateRequestMsg(True, True)
    now = datetime.now(timezone.utc)
    instants = [(now + timedelta(minutes=m)).strftime("%Y-%m-%dT%H:%M:%SZ") for m in (0, 0, -1, 5)]
    login.buildAssertion(lasso.SAML2_AUTHN_CONTEXT_PASSWORD_PROTECTED_TRANSPORT, *instants)
    assertion = login.assertion
    assertion.subject.nameId.format, assertion.subject.nameId.content = UNSPECIFIED, order["nameId"]
    statement = lasso.Saml2AttributeStatement()
    statement.attribute = tuple(attribute(n, v) for n, v in sorted(order["attributes"].items()))
    assertion.attributeStatement = (statement,)
    login.buildAuthnResponseMsg()
    return {"action": login.msgUrl, "response": login.msgBody}


def main():
    order = json.load(sys.stdin)
    answer = {"metadata": metadata(order)}
    if order.get("nameId"):
        server = lasso.Server.newFromBuffers(answer["metadata"], order["key"], None, order["certificates"][0])
        server.signatureMethod = lasso.SIGNATURE_METHOD_RSA_SHA256
        server.addProviderFromBuffer(lasso.PROVIDER_ROLE_SP, order["serviceProvider"])
        if order["encrypt"]:
            provider = server.getProvider(order["audience"])
            provider.setEncryptionMode(lasso.ENCRYPTION_MODE_ASSERTION)
            provider.setEncryptionSymKeyType(lasso.ENCRYPTION_SYM_KEY_TYPE_AES_256)
        answer.update(sign_in(server, order))
    json.dump(answer, sys.stdout)


main()
