<?php

/**
 * What the test wants of the provider at this moment, read anew by every request.
 */
function settings(): array
{
    return json_decode(file_get_contents(getenv('IDENTITY_SETTINGS')), true, 16, JSON_THROW_ON_ERROR);
}
