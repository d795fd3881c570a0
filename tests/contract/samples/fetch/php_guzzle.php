<?php
// At most 5,000 contacts of the C-Suite, for the webhook.
require 'GuzzleHttp/autoload.php'; // Composer's is vendor/autoload.php

use GuzzleHttp\Client;
use GuzzleHttp\Psr7\Request;

$client = new Client(['timeout' => 20]);
$headers = [
    'Content-Type' => 'application/json',
    'X-API-Key' => getenv('API_KEY'),
    'webhook_secret_key' => getenv('WEBHOOK_SECRET'),
];
$body = '{
  "fetchCount": 5000,
  "filter": {
    "job_title_level": {
      "0": "C-Suite"
    }
  }
}';
$request = new Request('POST', 'https://api-prd.reachstream.com/api/v2/async/records/filter', $headers, $body);
$response = $client->sendAsync($request)->wait();
echo $response->getBody();
