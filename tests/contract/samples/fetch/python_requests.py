"""At most 5,000 contacts of the C-Suite, for the webhook."""

import json
import os

import requests

url = "https://api-prd.reachstream.com/api/v2/async/records/filter"
payload = json.dumps(
    {"fetchCount": 5000, "filter": {"job_title_level": {"0": "C-Suite"}}}
)
headers = {
    "Content-Type": "application/json",
    "X-API-Key": os.environ["API_KEY"],
    "webhook_secret_key": os.environ["WEBHOOK_SECRET"],
}
response = requests.request("POST", url, headers=headers, data=payload, timeout=20)
print(response.text)  # noqa: T201 # its output
