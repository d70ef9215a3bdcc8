package dev.onboard.server.internal;

import dev.onboard.server.Node;
import dev.onboard.server.OperationException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.CompletionStage;
import org.eclipse.leshan.core.model.LwM2mModel;
import org.eclipse.leshan.core.node.InvalidLwM2mPathException;
import org.eclipse.leshan.core.node.LwM2mNode;
import org.eclipse.leshan.core.node.LwM2mPath;
import org.eclipse.leshan.core.request.ContentFormat;
import org.eclipse.leshan.core.request.ObserveCompositeRequest;
import org.eclipse.leshan.core.request.ReadCompositeRequest;
import org.eclipse.leshan.core.request.WriteCompositeRequest;
import org.eclipse.leshan.core.response.ReadCompositeResponse;
import org.eclipse.leshan.server.LeshanServer;

/** Operations on several paths of one device at once (OMA LwM2M Core 6.3.2, 6.3.4, 6.4.4). Thread-safe, never blocks. */
record Together(LeshanServer server, Operations operations, LwM2mModel model) {
    CompletionStage<SortedMap<String, Node>> read(String endpoint, List<String> paths, String mediaType) {
        ContentFormat format = Requests.format(mediaType);
        return operations
                .send(
                        endpoint,
                        "read-composite",
                        String.join(",", paths),
                        () -> new ReadCompositeRequest(format, format, paths))
                .thenApply(response -> Nodes.together(((ReadCompositeResponse) response).getContent()));
    }

    CompletionStage<Void> write(String endpoint, Map<String, Node> values, String mediaType) {
        ContentFormat format = Requests.format(mediaType);
        Map<LwM2mPath, LwM2mNode> nodes = new HashMap<>();
        values.forEach((path, node) -> {
            LwM2mPath target = path(path);
            nodes.put(target, Nodes.of(target, node, model));
        });
        return operations
                .send(
                        endpoint,
                        "write-composite",
                        String.join(",", values.keySet()),
                        () -> new WriteCompositeRequest(format, nodes, null))
                .thenAccept(response -> {});
    }

    CompletionStage<SortedMap<String, Node>> observe(String endpoint, List<String> paths, String mediaType) {
        ContentFormat format = Requests.format(mediaType);
        return operations
                .send(
                        endpoint,
                        "observe-composite",
                        String.join(",", paths),
                        () -> new ObserveCompositeRequest(format, format, paths.toArray(String[]::new)))
                .thenApply(response -> Nodes.together(((ReadCompositeResponse) response).getContent()));
    }

    void cancel(String endpoint, List<String> paths) {
        HeldHere.of(server, endpoint).ifPresent(registration -> {
            paths.forEach(Together::path);
            server.getObservationService().cancelCompositeObservations(registration, paths.toArray(String[]::new));
        });
    }

    private static LwM2mPath path(String text) {
        try {
            return new LwM2mPath(text);
        } catch (InvalidLwM2mPathException | IllegalArgumentException e) {
            throw new OperationException("invalid-path", "'" + text + "' is not an LwM2M path such as /3/0/14");
        }
    }
}
