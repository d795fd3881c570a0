# How many contacts are in the C-Suite.
require "json"
require "net/http"
require "uri"

url = URI("https://api-prd.reachstream.com/api/v2/async/records/filter/count")

http = Net::HTTP.new(url.host, url.port)
http.use_ssl = true
http.read_timeout = 20

request = Net::HTTP::Post.new(url)
request["Content-Type"] = "application/json"
request["X-API-Key"] = ENV.fetch("API_KEY")
request.body = JSON.dump({ "filter": { "job_title_level": { "0": "C-Suite" } } })

puts http.request(request).read_body
