package dev.onboard.server.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onboard.fuzz.Fuzzer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.eclipse.leshan.core.model.LwM2mModel;
import org.eclipse.leshan.core.model.ObjectLoader;
import org.eclipse.leshan.core.model.StaticModel;
import org.eclipse.leshan.core.node.LwM2mNode;
import org.eclipse.leshan.core.node.LwM2mObject;
import org.eclipse.leshan.core.node.LwM2mObjectInstance;
import org.eclipse.leshan.core.node.LwM2mPath;
import org.eclipse.leshan.core.node.LwM2mResource;
import org.eclipse.leshan.core.node.codec.CodecException;
import org.eclipse.leshan.core.node.codec.LwM2mDecoder;
import org.eclipse.leshan.core.request.ContentFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a device answers to a read and notifies, in each format, held to {@link Fuzzer}: it is read, or refused with a sentence. */
class AnswersFuzzTest {
    private static final LwM2mModel MODEL = new StaticModel(PlatformObjects.andThose(ObjectLoader.loadDefault()));
    private static final LwM2mDecoder DECODER = new CheckedDecoder();
    private static final List<LwM2mPath> PATHS =
            List.of(new LwM2mPath("/3/0"), new LwM2mPath("/3/0/9"), new LwM2mPath("/5/0/0"));

    @ParameterizedTest
    @ValueSource(ints = {0, 42, 60, 110, 112, 11542, 11543})
    void answers(int code) {
        ContentFormat format = ContentFormat.fromCode(code);
        Fuzzer.of("answers of a device in " + format, input -> read(format, input), CodecException.class)
                .run(600, samples(code));
    }

    /** By each path that may have been asked for; it counts as read when it is by one of them. */
    private static void read(ContentFormat format, byte[] input) {
        CodecException refusal = null;
        boolean taken = false;
        for (LwM2mPath path : PATHS) {
            try {
                Class<? extends LwM2mNode> kind =
                        path.isObjectInstance() ? LwM2mObjectInstance.class : LwM2mResource.class;
                use(DECODER.decode(input, format, path, MODEL, kind));
                taken = true;
                DECODER.decodeTimestampedData(input, format, path, MODEL).forEach(each -> use(each.getNode()));
            } catch (CodecException e) {
                refusal = e;
            }
        }
        try {
            use(DECODER.decode(input, format, new LwM2mPath("/3"), MODEL, LwM2mObject.class));
            assertThat(Nodes.together(DECODER.decodeNodes(input, format, PATHS, MODEL)))
                    .isNotNull();
            DECODER.decodeTimestampedNodes(input, format, PATHS, MODEL);
        } catch (CodecException e) {
            refusal = e;
        }
        if (!taken && refusal != null) {
            throw refusal;
        }
    }

    private static void use(LwM2mNode node) {
        if (node != null) {
            assertThat(Nodes.of(node)).isNotNull();
        }
    }

    private static List<byte[]> samples(int format) {
        List<byte[]> samples = new ArrayList<>();
        switch (format) {
            case 0 -> {
                samples.add(ascii("Acme"));
                samples.add(ascii("95"));
                samples.add(ascii("1767225600"));
            }
            case 42 -> samples.add(new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
            case 60 -> samples.add(HexFormat.of().parseHex("185f"));
            case 110 ->
                samples.add(ascii("[{\"bn\":\"/3/0/\",\"n\":\"0\",\"vs\":\"Acme\"},{\"n\":\"9\",\"v\":95},"
                        + "{\"n\":\"13\",\"v\":1767225600},{\"n\":\"7/0\",\"v\":3800}]"));
            case 112 -> samples.add(HexFormat.of().parseHex("82a321652f332f302f006130036441636d65a20061390218" + "5f"));
            case 11542 -> {
                samples.add(HexFormat.of().parseHex("c80004" + "41636d65" + "c1095f" + "c40d69561f80"));
                samples.add(HexFormat.of().parseHex("c8000441636d65"));
            }
            default ->
                samples.add(ascii("{\"bn\":\"/3/0/\",\"e\":[{\"n\":\"0\",\"sv\":\"Acme\"},{\"n\":\"9\",\"v\":95},"
                        + "{\"n\":\"13\",\"v\":1767225600}]}"));
        }
        return samples;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
