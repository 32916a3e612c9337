#!/usr/bin/env bash
# Makes the responses of this folder with xmlsec1 (libxmlsec1) and throw-away
# keys. What another implementation of XML Signature and XML Encryption signed
# and encrypted must be read. Needs xmlsec1 and openssl.
#
# usage: gen.sh
set -euo pipefail

cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

certificate() { # KEY CERTIFICATE
    openssl req -x509 -key "$1" -out "$2" -subj "/CN=$(basename "$2" .crt)" -days 3650
}
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$work/rsa.key" 2>/dev/null
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$work/p256.key" 2>/dev/null
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-521 -out "$work/p521.key" 2>/dev/null
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out sp.key 2>/dev/null
for name in rsa p256 p521; do certificate "$work/$name.key" "$name.crt"; done
certificate sp.key "$work/sp.crt"

# template SIGNED METHOD DIGEST: the template with an empty signature in the
# element SIGNED, as xmlsec1 wants it.
template() {
    local id=_response
    [[ $1 == Assertion ]] && id=_assertion
    local signature="<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">
    <ds:SignedInfo>
      <ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>
      <ds:SignatureMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#$2\"/>
      <ds:Reference URI=\"#$id\">
        <ds:Transforms>
          <ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/>
          <ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>
        </ds:Transforms>
        <ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/$3\"/>
        <ds:DigestValue/>
      </ds:Reference>
    </ds:SignedInfo>
    <ds:SignatureValue/>
    <ds:KeyInfo><ds:X509Data/></ds:KeyInfo>
  </ds:Signature>"
    SIGNATURE=$signature perl -0pe "s|<!-- signature of $1 -->|\$ENV{SIGNATURE}|; s|\\s*<!-- signature of \\w+ -->||g" "${4:-template.xml}"
}

# sign SIGNED KEY INPUT OUTPUT
sign() {
    xmlsec1 --sign --id-attr:ID "$1" --privkey-pem "$work/$2.key,$2.crt" --output "$4" "$3"
}

template Response rsa-sha256 xmlenc#sha256 >"$work/in.xml"
sign Response rsa "$work/in.xml" response-rsa-sha256.xml
template Assertion rsa-sha512 xmlenc#sha512 >"$work/in.xml"
sign Assertion rsa "$work/in.xml" assertion-rsa-sha512.xml
template Assertion ecdsa-sha256 xmlenc#sha256 >"$work/in.xml"
sign Assertion p256 "$work/in.xml" assertion-ecdsa-sha256.xml
template Response ecdsa-sha512 xmldsig-more#sha384 >"$work/in.xml"
sign Response p521 "$work/in.xml" response-ecdsa-sha512.xml

# encrypt METHOD OUTPUT: encrypts the assertion of assertion-rsa-sha512.xml.
encrypt() {
    cat >"$work/enc.xml" <<XML
<xenc:EncryptedData xmlns:xenc="http://www.w3.org/2001/04/xmlenc#" Type="http://www.w3.org/2001/04/xmlenc#Element">
  <xenc:EncryptionMethod Algorithm="$1"/>
  <ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#">
    <xenc:EncryptedKey>
      <xenc:EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"/>
      <ds:KeyInfo><ds:X509Data/></ds:KeyInfo>
      <xenc:CipherData><xenc:CipherValue/></xenc:CipherData>
    </xenc:EncryptedKey>
  </ds:KeyInfo>
  <xenc:CipherData><xenc:CipherValue/></xenc:CipherData>
</xenc:EncryptedData>
XML
    local bits=${1##*aes}
    xmlsec1 --encrypt --pubkey-cert-pem "$work/sp.crt" --session-key "aes-${bits%-*}" --xml-data assertion-rsa-sha512.xml \
        --node-xpath "//*[local-name()='Assertion']" --output "$work/encrypted.xml" "$work/enc.xml"
    perl -0pe 's|(<xenc:EncryptedData.*</xenc:EncryptedData>)|<saml:EncryptedAssertion>$1</saml:EncryptedAssertion>|s' \
        "$work/encrypted.xml" >"$2"
}
encrypt http://www.w3.org/2009/xmlenc11#aes256-gcm encrypted-aes256-gcm.xml
encrypt http://www.w3.org/2001/04/xmlenc#aes128-cbc "$work/cbc.xml"

# AES-CBC in a response that is signed as a whole.
perl -0pe 's|(</saml:Issuer>)|$1\n  <!-- signature of Response -->|' "$work/cbc.xml" >"$work/cbc-template.xml"
template Response rsa-sha256 xmlenc#sha256 "$work/cbc-template.xml" >"$work/in.xml"
sign Response rsa "$work/in.xml" response-aes128-cbc.xml
