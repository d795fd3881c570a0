# At most 5,000 contacts of the C-Suite, for the webhook.
curl --silent --show-error --max-time 20 --location \
  'https://api-prd.reachstream.com/api/v2/async/records/filter' \
  --header 'Content-Type: application/json' \
  --header "X-API-Key: $API_KEY" \
  --header "webhook_secret_key: $WEBHOOK_SECRET" \
  --data '{
  "fetchCount": 5000,
  "filter": {
    "job_title_level": {
      "0": "C-Suite"
    }
  }
}'
