# Job titles that contain "dev".
curl --silent --show-error --max-time 20 --location \
  'https://api-prd.reachstream.com/api/v2/predefined/records/preset-values?job_title=dev' \
  --header "X-API-Key: $API_KEY"
