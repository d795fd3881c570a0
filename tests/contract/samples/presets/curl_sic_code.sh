# One SIC code.
curl --silent --show-error --max-time 20 --location \
  'https://api-prd.reachstream.com/api/v2/predefined/records/preset-values?sic_code=1234' \
  --header "X-API-Key: $API_KEY"
