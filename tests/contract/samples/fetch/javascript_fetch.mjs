// At most 500 contacts of the C-Suite, for the webhook.
const headers = new Headers();
headers.append("Content-Type", "application/json");
headers.append("X-API-Key", process.env.API_KEY);
headers.append("webhook_secret_key", process.env.WEBHOOK_SECRET);

const response = await fetch(
  "https://api-prd.reachstream.com/api/v2/async/records/filter",
  {
    method: "POST",
    headers,
    body: JSON.stringify({
      fetchCount: 500,
      filter: { job_title_level: { 0: "C-Suite" } },
    }),
    redirect: "follow",
  },
);
console.log(await response.text());
