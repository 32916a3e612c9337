<?php

require_once __DIR__ . '/settings.php';

$settings = settings();
$config = [
    'baseurlpath' => $settings['url'] . '/',
    'certdir' => '/',
    'tempdir' => $settings['temp'],
    'datadir' => $settings['temp'],
    'metadatadir' => __DIR__ . '/metadata',
    'secretsalt' => $settings['salt'],
    'auth.adminpassword' => $settings['salt'],
    'timezone' => 'UTC',
    'technicalcontact_name' => 'Nobody',
    'technicalcontact_email' => 'nobody@' . parse_url($settings['url'], PHP_URL_HOST),
    'logging.handler' => 'stderr',
    'logging.level' => SimpleSAML\Logger::WARNING,
    'showerrors' => true,
    'errorreporting' => false,
    'module.enable' => ['core' => true, 'saml' => true, 'exampleauth' => true],
    'enable.saml20-idp' => true,
    'session.cookie.secure' => true,
    'session.cookie.samesite' => 'None',
    'session.phpsession.savepath' => $settings['temp'],
    'store.type' => 'phpsession',
    'metadata.sources' => [['type' => 'flatfile']],
];
