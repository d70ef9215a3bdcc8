package dev.onboard.http;

import static dev.onboard.http.Operation.creates;
import static dev.onboard.http.Operation.does;
import static dev.onboard.http.Operation.lists;
import static dev.onboard.http.Operation.of;
import static dev.onboard.http.Operation.reads;
import static dev.onboard.http.Operation.updates;
import static io.javalin.http.HandlerType.DELETE;
import static io.javalin.http.HandlerType.GET;
import static io.javalin.http.HandlerType.POST;
import static io.javalin.http.HandlerType.PUT;

import dev.onboard.http.Routes.Route;
import java.util.List;

/** What the management port answers about firmware: images, manifests, campaigns. A table, as {@link Routes}. */
final class FirmwareRoutes {
    private static final String FORM = "multipart/form-data";
    private static final String OCTETS = "application/octet-stream";
    private static final String IMAGES = "/v3/firmware-images";
    private static final String JOBS = IMAGES + "/upload-jobs";
    private static final String MANIFESTS = "/v3/firmware-manifests";
    private static final String CAMPAIGNS = "/v3/update-campaigns";

    private FirmwareRoutes() {}

    static List<Route> all(FirmwareDocuments firmware, CampaignDocuments campaigns) {
        return List.of(
                new Route(
                        GET,
                        IMAGES,
                        firmware::images,
                        lists("FirmwareImage", "Firmware images")
                                .by("id name description datafile_checksum datafile_size created_at")),
                new Route(
                        POST,
                        IMAGES,
                        firmware::createImage,
                        of("Keep a firmware image, 32 MB at most", 201, "FirmwareImage")
                                .takes(FORM, "FirmwareFile")
                                .refuses(400, 413, 415)),
                new Route(
                        GET,
                        JOBS,
                        firmware::jobs,
                        lists("UploadJob", "Uploads in pieces").by("id name firmware_image_id created_at")),
                new Route(
                        POST,
                        JOBS,
                        firmware::createJob,
                        creates("UploadJob", "UploadJobRequest", "Begin an upload in pieces")),
                new Route(GET, JOBS + "/{id}", firmware::readJob, reads("UploadJob", "An upload in pieces")),
                new Route(
                        PUT,
                        JOBS + "/{id}",
                        firmware::updateJob,
                        updates("UploadJob", "UploadJobRequest", "Rename an upload in pieces")),
                new Route(
                        DELETE,
                        JOBS + "/{id}",
                        firmware::deleteJob,
                        does("Forget an upload and its pieces").refuses(404)),
                new Route(
                        GET,
                        JOBS + "/{id}/chunks",
                        firmware::chunks,
                        lists("UploadChunk", "The pieces of an upload that is not complete")
                                .refuses(404)),
                new Route(
                        POST,
                        JOBS + "/{id}/chunks",
                        firmware::createChunk,
                        of("Add the next piece; an empty one completes the upload", 201, "UploadChunk")
                                .takes(OCTETS, "-")
                                .refuses(400, 404, 409, 413)),
                new Route(
                        GET,
                        JOBS + "/{id}/chunks/{chunk_id}",
                        firmware::readChunk,
                        of("A piece of an upload", 200, "UploadChunk").refuses(404)),
                new Route(GET, IMAGES + "/{id}", firmware::readImage, reads("FirmwareImage", "A firmware image")),
                new Route(
                        DELETE,
                        IMAGES + "/{id}",
                        firmware::deleteImage,
                        does("Forget a firmware image").refuses(404)),
                new Route(
                        GET,
                        "/testbed/firmware-images/{id}/datafile",
                        firmware::imageContent,
                        of("The octets of a firmware image", 200, OCTETS, "-").refuses(404)),
                new Route(
                        GET,
                        MANIFESTS,
                        firmware::manifests,
                        lists("FirmwareManifest", "Firmware manifests")
                                .by("id name description datafile_size device_class created_at")),
                new Route(
                        POST,
                        MANIFESTS,
                        firmware::createManifest,
                        of(
                                        "Keep a signed manifest: SUIT, the platform's of version 1 or 3, or an image in CMS",
                                        201,
                                        "FirmwareManifest")
                                .takes(FORM, "FirmwareFile")
                                .refuses(400, 413, 415)),
                new Route(
                        GET,
                        MANIFESTS + "/{id}",
                        firmware::readManifest,
                        reads("FirmwareManifest", "A firmware manifest")),
                new Route(
                        DELETE,
                        MANIFESTS + "/{id}",
                        firmware::deleteManifest,
                        does("Forget a firmware manifest that no running campaign brings")
                                .refuses(404, 409)),
                new Route(
                        GET,
                        "/testbed/firmware-manifests/{id}/datafile",
                        firmware::manifestContent,
                        of("The octets of a firmware manifest", 200, OCTETS, "-")
                                .refuses(404)),
                new Route(
                        GET,
                        CAMPAIGNS,
                        campaigns::list,
                        lists("UpdateCampaign", "Update campaigns")
                                .by("id name description phase root_manifest_id device_filter created_at updated_at")),
                new Route(
                        POST,
                        CAMPAIGNS,
                        campaigns::create,
                        creates("UpdateCampaign", "UpdateCampaignRequest", "Make an update campaign, a draft")),
                new Route(GET, CAMPAIGNS + "/{id}", campaigns::read, reads("UpdateCampaign", "An update campaign")),
                new Route(
                        PUT,
                        CAMPAIGNS + "/{id}",
                        campaigns::update,
                        updates(
                                        "UpdateCampaign",
                                        "UpdateCampaignUpdate",
                                        "Change an update campaign; state scheduled starts it, draft stops it")
                                .refuses(409)),
                new Route(
                        DELETE,
                        CAMPAIGNS + "/{id}",
                        campaigns::delete,
                        does("Forget an update campaign that is not under way").refuses(404, 409)),
                new Route(POST, CAMPAIGNS + "/{id}/start", campaigns::start, ordered("Start a draft")),
                new Route(POST, CAMPAIGNS + "/{id}/stop", campaigns::stop, ordered("Stop a campaign")),
                new Route(
                        POST,
                        CAMPAIGNS + "/{id}/archive",
                        campaigns::archive,
                        ordered("Put a campaign that has stopped aside")),
                new Route(
                        GET,
                        CAMPAIGNS + "/{id}/campaign-device-metadata",
                        campaigns::devices,
                        lists("CampaignDevice", "The devices of a campaign, and how they stand")
                                .refuses(404)),
                new Route(
                        GET,
                        CAMPAIGNS + "/{id}/campaign-device-metadata/{device_id}",
                        campaigns::device,
                        of("A device of a campaign", 200, "CampaignDevice").refuses(404)),
                new Route(
                        GET,
                        CAMPAIGNS + "/{id}/metrics",
                        campaigns::metrics,
                        of("How many devices stand where", 200, "CampaignMetrics")
                                .refuses(404)),
                new Route(
                        GET,
                        CAMPAIGNS + "/{id}/statistics",
                        campaigns::statistics,
                        of("How many devices stand where, as a list", 200, "CampaignSummary[]")
                                .refuses(404)),
                new Route(
                        GET,
                        CAMPAIGNS + "/{id}/statistics/{summary_id}",
                        campaigns::summary,
                        of("How many devices stand there", 200, "CampaignSummary")
                                .refuses(404)),
                new Route(
                        GET,
                        CAMPAIGNS + "/{id}/statistics/{summary_id}/event_types",
                        campaigns::eventTypes,
                        of("What happened to them", 200, "CampaignEventType[]").refuses(404)),
                new Route(
                        GET,
                        CAMPAIGNS + "/{id}/statistics/{summary_id}/event_types/{event_type_id}",
                        campaigns::eventType,
                        of("One thing that happened to them", 200, "CampaignEventType")
                                .refuses(404)));
    }

    private static Operation ordered(String summary) {
        return Operation.accepts(summary).refuses(400, 404, 409);
    }
}
