<?php
// How many contacts are in the C-Suite, asked at the staging host.
$curl = curl_init();

curl_setopt_array($curl, [
    CURLOPT_URL => 'http://stag-apigateway.reachstream.com:9010/api/v2/async/records/filter/count',
    CURLOPT_RETURNTRANSFER => true,
    CURLOPT_ENCODING => '',
    CURLOPT_MAXREDIRS => 10,
    CURLOPT_TIMEOUT => 20,
    CURLOPT_FOLLOWLOCATION => true,
    CURLOPT_HTTP_VERSION => CURL_HTTP_VERSION_1_1,
    CURLOPT_CUSTOMREQUEST => 'POST',
    CURLOPT_POSTFIELDS => '{
  "filter": {
    "job_title_level": {
      "0": "C-Suite"
    }
  }
}',
    CURLOPT_HTTPHEADER => [
        'Content-Type: application/json',
        'X-API-Key: ' . getenv('API_KEY'),
    ],
]);

$response = curl_exec($curl);
if ($response === false) {
    fwrite(STDERR, curl_error($curl) . "\n");
    exit(1);
}
echo $response;
