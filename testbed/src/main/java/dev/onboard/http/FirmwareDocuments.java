package dev.onboard.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.account.Account;
import dev.onboard.account.FirmwareImage;
import dev.onboard.account.FirmwareImages;
import dev.onboard.account.FirmwareImages.Chunk;
import dev.onboard.account.FirmwareImages.UploadJob;
import dev.onboard.account.FirmwareManifest;
import dev.onboard.account.Query;
import dev.onboard.manifest.ManifestFormat;
import io.javalin.http.Context;
import io.javalin.http.UploadedFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Optional;

/** {@code /v3/firmware-images} with its upload jobs, and {@code /v3/firmware-manifests}. */
record FirmwareDocuments(Account account) {
    private static final String NOT_ENCRYPTED = "images are not encrypted here; leave it out";
    private static final int LARGEST = FirmwareImages.LARGEST + (1 << 20);

    void images(Context ctx) {
        Query query = QueryText.read(ctx);
        Json.answer(ctx, 200, Envelope.of(account.firmwareImages().list(query), query, FirmwareDocuments::image));
    }

    void createImage(Context ctx) {
        byte[] content = datafile(ctx);
        if (part(ctx, "datafile_encryption").equalsIgnoreCase("true")) {
            throw Problem.invalid("datafile_encryption", NOT_ENCRYPTED);
        }
        Etags.answer(
                ctx, 201, image(account.firmwareImages().add(part(ctx, "name"), part(ctx, "description"), content)));
    }

    void readImage(Context ctx) {
        Etags.answer(ctx, 200, image(knownImage(ctx)));
    }

    private FirmwareImage knownImage(Context ctx) {
        String id = ctx.pathParam("id");
        return account.firmwareImages()
                .get(id)
                .orElseThrow(() -> Problem.notFound("there is no firmware image '" + id + "'"));
    }

    void imageContent(Context ctx) {
        FirmwareImage image = knownImage(ctx);
        ctx.contentType("application/octet-stream")
                .result(account.firmwareImages()
                        .content(image.id())
                        .orElseThrow(() -> Problem.notFound("there is no firmware image '" + image.id() + "'")));
    }

    void deleteImage(Context ctx) {
        account.firmwareImages().remove(ctx.pathParam("id"));
        ctx.status(204);
    }

    void jobs(Context ctx) {
        Query query = QueryText.read(ctx);
        Json.answer(ctx, 200, Envelope.of(account.firmwareImages().jobs(query), query, FirmwareDocuments::job));
    }

    void createJob(Context ctx) {
        Body body = Body.of(ctx);
        String name = body.text("name").orElse("default_object_name");
        String description = body.text("description").orElse("");
        if (body.truth("datafile_encryption").orElse(false)) {
            body.fault("datafile_encryption", NOT_ENCRYPTED);
        }
        body.done();
        Etags.answer(ctx, 201, job(account.firmwareImages().begin(name, description)));
    }

    private UploadJob knownJob(Context ctx) {
        String id = ctx.pathParam("id");
        return account.firmwareImages()
                .job(id)
                .orElseThrow(() -> Problem.notFound("there is no upload job '" + id + "'"));
    }

    void readJob(Context ctx) {
        Etags.answer(ctx, 200, job(knownJob(ctx)));
    }

    void updateJob(Context ctx) {
        Etags.check(ctx, job(knownJob(ctx)));
        Body body = Body.of(ctx);
        Optional<String> name = body.text("name");
        Optional<String> description = body.text("description");
        body.done();
        Etags.answer(ctx, 200, job(account.firmwareImages().rename(ctx.pathParam("id"), name, description)));
    }

    void deleteJob(Context ctx) {
        account.firmwareImages().removeJob(ctx.pathParam("id"));
        ctx.status(204);
    }

    void chunks(Context ctx) {
        Query query = QueryText.read(ctx);
        Json.answer(
                ctx,
                200,
                Envelope.of(
                        account.firmwareImages().chunks(knownJob(ctx).id(), query), query, FirmwareDocuments::chunk));
    }

    void createChunk(Context ctx) {
        byte[] content = octets(ctx.bodyInputStream());
        String md5 = ctx.header("Content-MD5");
        if (md5 != null && !md5.equals(md5(content))) {
            throw Problem.invalid("Content-MD5", "'" + md5 + "' is not the MD5 of the body, " + md5(content));
        }
        Json.answer(ctx, 201, chunk(account.firmwareImages().append(ctx.pathParam("id"), content)));
    }

    void readChunk(Context ctx) {
        String id = ctx.pathParam("chunk_id");
        Json.answer(
                ctx,
                200,
                chunk(
                        account
                                .firmwareImages()
                                .chunks(knownJob(ctx).id(), Query.all().where("id", id))
                                .entries()
                                .stream()
                                .findFirst()
                                .orElseThrow(() -> Problem.notFound("there is no upload chunk '" + id + "'"))));
    }

    void manifests(Context ctx) {
        Query query = QueryText.read(ctx);
        Json.answer(ctx, 200, Envelope.of(account.firmwareManifests().list(query), query, FirmwareDocuments::manifest));
    }

    void createManifest(Context ctx) {
        byte[] content = datafile(ctx);
        Etags.answer(
                ctx,
                201,
                manifest(account.firmwareManifests().add(part(ctx, "name"), part(ctx, "description"), content)));
    }

    private FirmwareManifest knownManifest(Context ctx) {
        String id = ctx.pathParam("id");
        return account.firmwareManifests()
                .get(id)
                .orElseThrow(() -> Problem.notFound("there is no firmware manifest '" + id + "'"));
    }

    void readManifest(Context ctx) {
        Etags.answer(ctx, 200, manifest(knownManifest(ctx)));
    }

    void manifestContent(Context ctx) {
        FirmwareManifest manifest = knownManifest(ctx);
        ctx.contentType("application/octet-stream")
                .result(account.firmwareManifests()
                        .content(manifest.id())
                        .orElseThrow(() -> Problem.notFound("there is no firmware manifest '" + manifest.id() + "'")));
    }

    void deleteManifest(Context ctx) {
        account.firmwareManifests().remove(ctx.pathParam("id"));
        ctx.status(204);
    }

    private static byte[] datafile(Context ctx) {
        if (!ctx.isMultipartFormData()) {
            throw Problem.mediaType("send multipart/form-data with a file in the part 'datafile'");
        }
        UploadedFile file = ctx.uploadedFile("datafile");
        if (file == null) {
            throw Problem.invalid("datafile", "is missing; send a file in this part");
        }
        return octets(file.content());
    }

    private static String part(Context ctx, String name) {
        String value = ctx.formParam(name);
        return value != null ? value : name.equals("name") ? "default_object_name" : "";
    }

    private static byte[] octets(InputStream content) {
        try (InputStream in = content) {
            byte[] octets = in.readNBytes(LARGEST + 1);
            if (octets.length > LARGEST) {
                throw Problem.tooLarge("the file has more than " + LARGEST + " bytes");
            }
            return octets;
        } catch (IOException e) {
            throw new UncheckedIOException("the uploaded file cannot be read", e);
        }
    }

    private static String md5(byte[] content) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("MD5").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no MD5", e);
        }
    }

    private static ObjectNode image(FirmwareImage image) {
        return Json.object()
                .put("object", "firmware-image")
                .put("id", image.id())
                .put("name", image.name())
                .put("description", image.description())
                .put("datafile", "/testbed/firmware-images/" + image.id() + "/datafile")
                .put("datafile_checksum", image.checksum())
                .put("datafile_size", image.size())
                .put("etag", "1")
                .put("created_at", Json.time(image.createdAt()))
                .put("updated_at", Json.time(image.createdAt()));
    }

    private static ObjectNode job(UploadJob job) {
        return Json.object()
                .put("object", "upload-job")
                .put("id", job.id())
                .put("name", job.name())
                .put("description", job.description())
                .put("complete", job.imageId().isPresent())
                .put("status", job.imageId().isPresent() ? "success" : "in_progress")
                .put("firmware_image_id", job.imageId().orElse(null))
                .put("etag", Json.time(job.updatedAt()))
                .put("created_at", Json.time(job.createdAt()))
                .put("updated_at", Json.time(job.updatedAt()));
    }

    private static ObjectNode chunk(Chunk chunk) {
        return Json.object()
                .put("object", "upload-chunk-info")
                .put("id", chunk.id())
                .put("upload_job_id", chunk.jobId())
                .put("hash", chunk.hash())
                .put("length", chunk.size())
                .put("etag", "1")
                .put("created_at", Json.time(chunk.createdAt()))
                .put("updated_at", Json.time(chunk.createdAt()));
    }

    private static String schema(ManifestFormat format) {
        return switch (format) {
            case PLATFORM_V1 -> "1";
            case PLATFORM_V3 -> "3";
            case SUIT -> "suit-1";
            case CMS -> "cms";
        };
    }

    private static ObjectNode manifest(FirmwareManifest manifest) {
        ObjectNode document = Json.object()
                .put("object", "firmware-manifest")
                .put("id", manifest.id())
                .put("name", manifest.name())
                .put("description", manifest.description())
                .put("datafile", "/testbed/firmware-manifests/" + manifest.id() + "/datafile")
                .put("datafile_size", manifest.size())
                .put("manifest_schema_version", schema(manifest.format()))
                .put("device_vendor", manifest.vendor())
                .put("device_class", manifest.deviceClass())
                .put("delivered_payload_digest", manifest.imageDigest())
                .put("delivered_payload_size", manifest.imageSize())
                .put("delivered_payload_type", manifest.payload() == FirmwareManifest.Payload.FULL ? "full" : "delta")
                .put("delivered_payload_url", manifest.uri())
                .put("key_table", "")
                .put("etag", "1")
                .put("timestamp", Json.time(manifest.createdAt()))
                .put("created_at", Json.time(manifest.createdAt()))
                .put("updated_at", Json.time(manifest.createdAt()));
        document.putObject("parsed_raw_manifest")
                .put("sequence_number", manifest.sequence())
                .put("version", manifest.version())
                .put("image", manifest.image() == FirmwareManifest.Image.INTEGRATED ? "integrated" : "separate");
        return document;
    }
}
