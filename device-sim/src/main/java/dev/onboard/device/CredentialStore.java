package dev.onboard.device;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.device.ServerObject.MissedNotifications;
import dev.onboard.factory.Disk;
import dev.onboard.factory.Disk.Access;
import dev.onboard.factory.Document;
import dev.onboard.factory.FileSet;
import dev.onboard.factory.FileSet.Content;
import dev.onboard.factory.PemFiles;
import dev.onboard.pki.CertificateUsage;
import dev.onboard.pki.MatchingType;
import dev.onboard.pki.UnreadableFileException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where a device keeps its LwM2M credentials: {@code EP/lwm2m/} with {@code device.cert.pem}, {@code device.key.pem} (0600),
 * {@code server-ca.cert.pem} (what /0/x/4 delivered, unless that is a digest), each with a {@code .der} beside it, and {@code
 * account.json}; with several LwM2M servers the files of the others begin with {@code further-1-} and so on. Replaced as a
 * whole (see {@link FileSet}).
 *
 * <p>What a renewal replaced stays in {@code EP/lwm2m-previous/} until the device has registered with what it got, so that
 * it can go back to it: whenever the power is cut, one of the two sets is there, whole.
 *
 * <p>Thread-safe; does blocking work. One per directory.
 */
public final class CredentialStore {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int FORMAT = 1;
    private static final String SERVER = "server-ca.cert";

    private final FileSet files;
    private final FileSet before;

    /** The store of the device that lives in this directory, {@code DIR/EP}. */
    public CredentialStore(Path device, Disk disk) {
        this.files = new FileSet(device.resolve("lwm2m"), disk);
        this.before = new FileSet(device.resolve("lwm2m-previous"), disk);
    }

    /**
     * The account, when there is one. Completes or undoes first what a crash interrupted.
     *
     * @throws UnreadableFileException when there is one that cannot be used; the message is a sentence
     */
    public synchronized Optional<ServerAccount> load() throws IOException {
        FileSet.recover(files, before);
        return read(files);
    }

    /** The account before a renewal that has not proved itself yet; throws as {@link #load}. */
    public synchronized Optional<ServerAccount> previous() throws IOException {
        return read(before);
    }

    private static Optional<ServerAccount> read(FileSet files) throws IOException {
        files.recover();
        if (!files.exists()) {
            return Optional.empty();
        }
        Path directory = files.directory();
        Document document = Document.read(directory.resolve("account.json"));
        document.expect("format", FORMAT);
        List<ServerAccount> further = new ArrayList<>();
        for (Document each : document.list("further")) {
            further.add(account(each, directory, prefix(further.size())));
        }
        List<AccessControl> access = new ArrayList<>();
        for (Document each : document.list("access")) {
            access.add(access(each));
        }
        return Optional.of(account(document, directory, "").with(further, access));
    }

    /** What the files of a further account begin with. */
    private static String prefix(int number) {
        return "further-" + (number + 1) + "-";
    }

    private static ServerAccount account(Document account, Path directory, String prefix) throws IOException {
        Document server = account.inner("server");
        MatchingType matching = account.parsed("matching_type", text -> MatchingType.of(Integer.parseInt(text)));
        ServerAccount read = new ServerAccount(
                        account.parsed("security_instance", Integer::valueOf),
                        account.parsed("server_uri", URI::create),
                        PemFiles.readDevice(directory, prefix),
                        matching == MatchingType.EXACT
                                ? encoded(directory.resolve(prefix + SERVER + ".pem"))
                                : account.parsed("server_public_key_digest", HexFormat.of()::parseHex),
                        account.parsed("certificate_usage", text -> CertificateUsage.of(Integer.parseInt(text))),
                        matching,
                        account.optional("server_name"),
                        new ServerObject(
                                server.parsed("instance", Integer::valueOf),
                                server.parsed("short_server_id", Integer::valueOf),
                                server.parsed("lifetime_s", Long::valueOf),
                                seconds(server, "default_minimum_period_s"),
                                seconds(server, "default_maximum_period_s"),
                                seconds(server, "disable_timeout_s"),
                                server.parsed(
                                        "missed_notifications",
                                        text -> MissedNotifications.valueOf(text.toUpperCase(Locale.ROOT))),
                                server.text("binding")))
                .withSuites(suites(account));
        return account.optional("enrolment")
                .flatMap(EnrolmentDialect::of)
                .map(read::enrolledIn)
                .orElse(read);
    }

    private static List<Integer> suites(Document account) throws UnreadableFileException {
        if (account.optional("cipher_suites").isEmpty()) {
            return List.of();
        }
        return account.parsed(
                "cipher_suites",
                text -> Stream.of(text.split(" ", -1)).map(Integer::valueOf).toList());
    }

    private static AccessControl access(Document access) throws UnreadableFileException {
        SortedMap<Integer, Long> rights = new TreeMap<>();
        for (Document each : access.list("rights")) {
            rights.put(each.parsed("short_server_id", Integer::valueOf), each.parsed("operations", Long::valueOf));
        }
        return new AccessControl(
                access.parsed("instance", Integer::valueOf),
                access.parsed("object", Integer::valueOf),
                access.parsed("object_instance", Integer::valueOf),
                rights,
                access.parsed("owner", Integer::valueOf));
    }

    /** Puts this account into the place of the one there was. When this returns, no power cut undoes it. */
    public synchronized void save(ServerAccount account) throws IOException {
        files.replace(contents(account));
    }

    /**
     * As {@link #save}, but what there was can be {@linkplain #restore restored} until {@link #settle}. A set that waits to be
     * restored already stays: it is the last one that the device registered with.
     */
    public synchronized void renew(ServerAccount account) throws IOException {
        Optional<ServerAccount> present = load();
        if (present.isPresent() && !before.exists()) {
            before.replace(contents(present.get()));
        }
        save(account);
    }

    /** The renewed account has proved itself: the one before is forgotten. */
    public synchronized void settle() throws IOException {
        before.delete();
    }

    /**
     * Puts the account before the renewal back; does nothing when there is none.
     *
     * @return the account that was put back
     */
    public synchronized Optional<ServerAccount> restore() throws IOException {
        Optional<ServerAccount> old = previous();
        if (old.isPresent()) {
            save(old.get());
            settle();
        }
        return old;
    }

    /** Forgets the account (factory reset). */
    public synchronized void clear() throws IOException {
        // the older one first: alone, it would not be looked at
        before.delete();
        files.delete();
    }

    private static List<Content> contents(ServerAccount account) throws IOException {
        List<Content> contents = new ArrayList<>(contents(account, ""));
        ObjectNode document = JSON.createObjectNode();
        document.put("format", FORMAT);
        put(document, account);
        if (!account.further().isEmpty()) {
            ArrayNode further = document.putArray("further");
            for (ServerAccount each : account.further()) {
                contents.addAll(contents(each, prefix(further.size())));
                put(further.addObject(), each);
            }
            ArrayNode access = document.putArray("access");
            account.access().forEach(each -> put(access.addObject(), each));
        }
        byte[] json = JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(document);
        contents.add(new Content("account.json", json, Access.EVERYONE));
        return contents;
    }

    private static List<Content> contents(ServerAccount account, String prefix) throws IOException {
        List<Content> contents = new ArrayList<>(PemFiles.device(account.credential(), prefix));
        if (account.matching() == MatchingType.EXACT) {
            contents.addAll(PemFiles.certificate(prefix + SERVER, account.serverPublicKey()));
        }
        return contents;
    }

    private static byte[] encoded(Path file) throws IOException {
        try {
            return PemFiles.readCertificate(file).getEncoded();
        } catch (CertificateEncodingException e) {
            throw new UnreadableFileException(file + " cannot be encoded", e);
        }
    }

    private static OptionalLong seconds(Document server, String name) throws UnreadableFileException {
        return server.optional(name).isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(server.parsed(name, Long::valueOf));
    }

    private static void put(ObjectNode document, ServerAccount account) {
        document.put("server_uri", account.uri().toString());
        document.put("security_instance", account.securityInstance());
        document.put("certificate_usage", account.usage().number());
        document.put("matching_type", account.matching().number());
        if (account.matching() != MatchingType.EXACT) {
            document.put("server_public_key_digest", HexFormat.of().formatHex(account.serverPublicKey()));
        }
        account.serverName().ifPresent(name -> document.put("server_name", name));
        account.enrolment().ifPresent(dialect -> document.put("enrolment", dialect.word()));
        if (!account.suites().isEmpty()) {
            document.put(
                    "cipher_suites",
                    account.suites().stream().map(String::valueOf).collect(Collectors.joining(" ")));
        }
        ServerObject server = account.server();
        ObjectNode object = document.putObject("server");
        object.put("instance", server.instance());
        object.put("short_server_id", server.shortServerId());
        object.put("lifetime_s", server.lifetime());
        server.defaultMinimumPeriod().ifPresent(s -> object.put("default_minimum_period_s", s));
        server.defaultMaximumPeriod().ifPresent(s -> object.put("default_maximum_period_s", s));
        server.disableTimeout().ifPresent(s -> object.put("disable_timeout_s", s));
        object.put("missed_notifications", server.missed().name().toLowerCase(Locale.ROOT));
        object.put("binding", server.binding());
    }

    private static void put(ObjectNode document, AccessControl access) {
        document.put("instance", access.instance());
        document.put("object", access.object());
        document.put("object_instance", access.objectInstance());
        ArrayNode rights = document.putArray("rights");
        access.rights()
                .forEach((server, operations) ->
                        rights.addObject().put("short_server_id", server).put("operations", operations));
        document.put("owner", access.owner());
    }
}
