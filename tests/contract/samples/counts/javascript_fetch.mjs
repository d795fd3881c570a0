// How many contacts are in the C-Suite, asked at the staging host.
const headers = new Headers();
headers.append("Content-Type", "application/json");
headers.append("X-API-Key", process.env.API_KEY);

const response = await fetch(
  "http://stag-apigateway.reachstream.com:9010/api/v2/async/records/filter/count",
  {
    method: "POST",
    headers,
    body: JSON.stringify({ filter: { job_title_level: { 0: "C-Suite" } } }),
    redirect: "follow",
  },
);
console.log(await response.text());
