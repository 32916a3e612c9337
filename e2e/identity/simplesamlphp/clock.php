<?php

/**
 * The clock of the provider, off by what the test says. PHP looks for a function in
 * the caller's namespace first; those below are where messages get their times.
 */

namespace {
    require_once __DIR__ . '/settings.php';

    function provider_time(): int
    {
        return time() + settings()['clockOff'];
    }
}

namespace SimpleSAML {
    function time(): int
    {
        return \provider_time();
    }
}

namespace SimpleSAML\Module\saml\IdP {
    function time(): int
    {
        return \provider_time();
    }
}

namespace SAML2\Utilities {
    function time(): int
    {
        return \provider_time();
    }
}
