<?php

require_once __DIR__ . '/../settings.php';

// The documents are read by the provider's own reader, as its page "XML to
// SimpleSAMLphp metadata converter" does.
foreach (settings()['serviceProviders'] as $document) {
    $read = SimpleSAML\Metadata\SAMLParser::parseString($document)->getMetadata20SP();
    $metadata[$read['entityid']] = settings()['remote'] + $read;
}
