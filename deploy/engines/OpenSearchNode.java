import java.io.IOException;
import java.io.UncheckedIOException;
import org.codelibs.opensearch.runner.OpenSearchRunner;

/** One OpenSearch node until it is told to end: OpenSearchNode FOLDER PORT. */
class OpenSearchNode {
    public static void main(String[] arguments) throws InterruptedException {
        String folder = arguments[0];
        int port = Integer.parseInt(arguments[1]);
        OpenSearchRunner runner = new OpenSearchRunner();
        runner.onBuild((number, settings) -> {
            settings.put("network.host", "127.0.0.1");
            settings.put("http.port", port);
            settings.put("transport.port", port + 100);
            settings.put("discovery.type", "single-node");
            settings.put("cluster.routing.allocation.disk.threshold_enabled", false);
        });
        Runtime.getRuntime().addShutdownHook(new Thread(() -> close(runner)));
        runner.build(OpenSearchRunner.newConfigs().basePath(folder).numOfNode(1).clusterName("jobchime-opensearch"));
        Thread.currentThread().join();
    }

    private static void close(OpenSearchRunner runner) {
        try {
            runner.close();
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        }
    }
}
