# A city; the space in its name is escaped, as curl refuses a bare one.
curl --silent --show-error --max-time 20 --location \
  'https://api-prd.reachstream.com/api/v2/predefined/records/preset-values?address_city=New%20York' \
  --header "X-API-Key: $API_KEY"
