import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A client with java.net.http, which offers h2c with its first request to a server.
 *
 * <pre>java JdkClient.java BASE expect|plain</pre>
 *
 * It gets a page, opens a session of xhr-polling, posts a message, polls for its echo, and does the
 * same over a WebSocket. Each step prints a line.
 */
public class JdkClient {
  static final HttpClient client = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
  static final Duration LIMIT = Duration.ofSeconds(8);

  static String send(HttpRequest.Builder request) throws Exception {
    HttpResponse<String> response =
        client.send(request.timeout(LIMIT).build(), HttpResponse.BodyHandlers.ofString());
    return response.statusCode() + " " + response.version() + " " + response.body();
  }

  public static void main(String[] args) throws Exception {
    String base = args[0];
    boolean expects = args[1].equals("expect");
    System.out.println("page " + send(HttpRequest.newBuilder(URI.create(base + "/page"))));
    String polls = base + "/socket.io/xhr-polling/";
    String first = send(HttpRequest.newBuilder(URI.create(polls + "/" + System.currentTimeMillis())));
    System.out.println("session " + first);
    String id = first.substring(first.lastIndexOf('~') + 1);
    HttpRequest.Builder post =
        HttpRequest.newBuilder(URI.create(polls + id + "/send"))
            .expectContinue(expects)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString("data=~m~5~m~hello"));
    System.out.println("post " + send(post));
    System.out.println("poll " + send(HttpRequest.newBuilder(URI.create(polls + id + "/1"))));

    LinkedBlockingQueue<String> texts = new LinkedBlockingQueue<>();
    URI address = URI.create(base.replaceFirst("^http", "ws") + "/socket.io/websocket");
    WebSocket socket =
        client
            .newWebSocketBuilder()
            .connectTimeout(LIMIT)
            .buildAsync(
                address,
                new WebSocket.Listener() {
                  @Override
                  public CompletionStage<?> onText(WebSocket from, CharSequence text, boolean last) {
                    texts.add(text.toString());
                    from.request(1);
                    return null;
                  }
                })
            .get(8, TimeUnit.SECONDS);
    texts.poll(8, TimeUnit.SECONDS);
    socket.sendText("~m~5~m~again", true);
    System.out.println("websocket " + texts.poll(8, TimeUnit.SECONDS));
    System.exit(0);
  }
}
