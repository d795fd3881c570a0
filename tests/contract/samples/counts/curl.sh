# Every contact, as {} does not restrict a field.
curl --silent --show-error --max-time 20 --request POST \
  'https://api-prd.reachstream.com/api/v2/request/records/count' \
  --header 'Content-Type: application/json' \
  --header "X-API-Key: $API_KEY" \
  --data-raw '{
  "filter": {
    "company_address_state": {
    }
  }
}'
