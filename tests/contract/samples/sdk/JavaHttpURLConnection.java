import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URL;
import java.nio.charset.StandardCharsets;

/** The predefined values of every kind: a line for each, its kind and the answer's body. */
final class JavaHttpURLConnection {
    private static final String BASE =
        "http://stag-apigateway.reachstream.com:9010/v1/predefined/retrieve-data/get-";

    private static final String[] KINDS = {
        "zip-code", "emp-size", "revenue-amount", "job-title", "job-title-level",
        "department-function", "sic", "country", "state", "city", "industry",
    };

    public static void main(String[] arguments) throws IOException {
        for (String kind : KINDS) {
            System.out.println(kind + " " + ask(kind));
        }
    }

    private static String ask(String kind) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) new URL(BASE + kind).openConnection();
        connection.setRequestMethod("GET");
        connection.setConnectTimeout(20_000);
        connection.setReadTimeout(20_000);
        if (connection.getResponseCode() != HttpURLConnection.HTTP_OK) {
            throw new IOException(kind + ": status " + connection.getResponseCode());
        }
        try (InputStream body = connection.getInputStream()) {
            return new String(body.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
