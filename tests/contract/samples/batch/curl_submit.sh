# At most 5,000 contacts of the C-Suite, to be polled for.
curl --silent --show-error --max-time 20 \
  'https://api-prd.reachstream.com/api/v2/async/records/filter/data' \
  --header 'Content-Type: application/json' \
  --header "X-API-Key: $API_KEY" \
  --data '{
  "fetchCount": 5000,
  "filter": {
    "job_title_level": {
      "0": "C-Suite"
    }
  }
}'
