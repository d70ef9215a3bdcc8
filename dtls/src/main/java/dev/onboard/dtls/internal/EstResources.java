package dev.onboard.dtls.internal;

import dev.onboard.journal.Journal;
import dev.onboard.journal.Party;
import java.util.HexFormat;
import java.util.concurrent.ScheduledExecutorService;
import org.eclipse.californium.core.CoapResource;
import org.eclipse.californium.core.CoapServer;
import org.eclipse.californium.core.coap.CoAP.ResponseCode;
import org.eclipse.californium.core.server.resources.CoapExchange;
import org.eclipse.californium.core.server.resources.Resource;

/**
 * Enrolment over secure transport as resources of a server: {@code /.well-known/est/} with {@code crts}, {@code sen}, {@code
 * sren}, {@code skg}, {@code skc} and {@code att} (RFC 9148), and the platform's {@code /est/sen}, whose answer is a list of
 * its own. Who asks is known from the DTLS session; an answer that takes longer than a second is announced with an empty
 * acknowledgement. When nobody could be asked to sign the answer is 5.03 with Max-Age, after which the same request may come
 * again (4.7), and 5.00 when what was signed must not reach a device.
 */
public final class EstResources {
    /** CsrAttrs (RFC 7030, 4.5.2): a key on P-256, a signature by ecdsa-with-SHA256. */
    private static final byte[] ATTRIBUTES =
            HexFormat.of().parseHex("3021301506072A8648CE3D0201310A06082A8648CE3D03010706082A8648CE3D040302");

    private EstResources() {}

    /** Adds them to a server whose sessions carry {@link PeerTrust}. */
    public static void addTo(
            CoapServer coap, Enrolments enrolments, Journal journal, Party server, ScheduledExecutorService io) {
        Resource known = coap.getRoot().getChild(".well-known");
        CoapResource est = new CoapResource("est", false);
        est.add(described(new Authorities(enrolments), "281"), described(new Attributes(), "285"));
        CoapResource platform = new CoapResource("est", false);
        for (EstOperation operation : EstOperation.values()) {
            EnrolResource resource = new EnrolResource(operation, enrolments, journal, server, io);
            if (operation == EstOperation.PLATFORM) {
                platform.add(resource);
            } else {
                est.add(described(resource, operation.formats()));
            }
        }
        if (known == null) {
            CoapResource added = new CoapResource(".well-known", false);
            coap.add(added);
            known = added;
        }
        known.add(est);
        coap.add(platform);
    }

    private static CoapResource described(CoapResource resource, String formats) {
        resource.getAttributes().addResourceType("ace.est." + resource.getName());
        resource.getAttributes().addAttribute("ct", formats);
        return resource;
    }

    /** {@code GET crts}. */
    private static final class Authorities extends CoapResource {
        private final Enrolments enrolments;

        Authorities(Enrolments enrolments) {
            super("crts");
            this.enrolments = enrolments;
        }

        @Override
        public void handleGET(CoapExchange exchange) {
            int accept = exchange.getRequestOptions().getAccept();
            if (accept >= 0 && accept != EstFormat.CERTIFICATES.code()) {
                exchange.respond(ResponseCode.NOT_ACCEPTABLE, "crts is given as content format 281");
                return;
            }
            exchange.respond(
                    ResponseCode.CONTENT,
                    EstFormat.CERTIFICATES.encode(enrolments.authorities().get()),
                    EstFormat.CERTIFICATES.code());
        }
    }

    /** {@code GET att}. */
    private static final class Attributes extends CoapResource {
        Attributes() {
            super("att");
        }

        @Override
        public void handleGET(CoapExchange exchange) {
            exchange.respond(ResponseCode.CONTENT, ATTRIBUTES, EstFormat.ATTRIBUTES);
        }
    }
}
