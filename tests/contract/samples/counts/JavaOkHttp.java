import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

/** How many contacts are in the C-Suite, asked at the staging host. */
final class JavaOkHttp {
    public static void main(String[] arguments) throws Exception {
        OkHttpClient client = new OkHttpClient().newBuilder().build();
        MediaType json = MediaType.parse("application/json");
        RequestBody body = RequestBody.create(json,
            "{\r\n \n \"filter\": {\r\n \"job_title_level\": {\r\n"
            + " \"0\": \"C-Suite\"\r\n }\r\n }\r\n}");
        Request request = new Request.Builder()
            .url("http://stag-apigateway.reachstream.com:9010/api/v2/async/records/filter/count")
            .method("POST", body)
            .addHeader("Content-Type", "application/json")
            .addHeader("X-API-Key", System.getenv("API_KEY"))
            .build();
        try (Response response = client.newCall(request).execute()) {
            System.out.println(response.body().string());
        }
    }
}
