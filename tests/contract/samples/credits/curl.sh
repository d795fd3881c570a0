# The balance: a POST without a body.
curl --silent --show-error --max-time 20 --request POST \
  'https://api-prd.reachstream.com/api/v2/retrive/users/active/credits' \
  --header "X-API-Key: $API_KEY" \
  --header 'Content-Type: application/json' \
  --header 'Accept: application/json'
