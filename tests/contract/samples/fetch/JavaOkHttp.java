import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

/** At most 5,000 contacts of the C-Suite, for the webhook. */
final class JavaOkHttp {
    public static void main(String[] arguments) throws Exception {
        OkHttpClient client = new OkHttpClient().newBuilder().build();
        MediaType json = MediaType.parse("application/json");
        // The line ends behind the object are the page's own.
        RequestBody body = RequestBody.create(json,
            "{\r\n \n \"fetchCount\": 5000,\r\n \"filter\": {\r\n \"job_title_level\": {\r\n"
            + " \"0\": \"C-Suite\"\r\n }\r\n }\r\n}\r\n" + "\n".repeat(19));
        Request request = new Request.Builder()
            .url("https://api-prd.reachstream.com/api/v2/async/records/filter")
            .method("POST", body)
            .addHeader("Content-Type", "application/json")
            .addHeader("X-API-Key", System.getenv("API_KEY"))
            .addHeader("webhook_secret_key", System.getenv("WEBHOOK_SECRET"))
            .build();
        try (Response response = client.newCall(request).execute()) {
            System.out.println(response.body().string());
        }
    }
}
