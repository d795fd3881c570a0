# The records of a batch process, or that it is still under way.
curl --silent --show-error --max-time 20 \
  "https://api-prd.reachstream.com/api/v2/records/batch-process?batch_process_id=$BATCH_PROCESS_ID" \
  --header "X-API-Key: $API_KEY"
