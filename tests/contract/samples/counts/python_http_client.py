"""How many contacts are in the C-Suite, asked by the standard library."""

import http.client
import json
import os

connection = http.client.HTTPSConnection("api-prd.reachstream.com", timeout=20)
payload = json.dumps({"filter": {"job_title_level": {"0": "C-Suite"}}})
headers = {"Content-Type": "application/json", "X-API-Key": os.environ["API_KEY"]}
connection.request("POST", "/api/v2/async/records/filter/count", payload, headers)
print(connection.getresponse().read().decode("utf-8"))  # noqa: T201 # its output
