# At most 5,000 contacts of the C-Suite, for the webhook.
require "json"
require "net/http"
require "uri"

url = URI("https://api-prd.reachstream.com/api/v2/async/records/filter")

http = Net::HTTP.new(url.host, url.port)
http.use_ssl = true
http.read_timeout = 20

request = Net::HTTP::Post.new(url)
request["Content-Type"] = "application/json"
request["X-API-Key"] = ENV.fetch("API_KEY")
# The space behind the secret is the page's own.
request["webhook_secret_key"] = "#{ENV.fetch("WEBHOOK_SECRET")} "
request.body = JSON.dump({
  "fetchCount": 5000,
  "filter": { "job_title_level": { "0": "C-Suite" } }
})

puts http.request(request).read_body
