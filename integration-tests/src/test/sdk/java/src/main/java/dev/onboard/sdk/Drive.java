package dev.onboard.sdk;

import com.arm.mbed.cloud.sdk.Certificates;
import com.arm.mbed.cloud.sdk.Connect;
import com.arm.mbed.cloud.sdk.DeviceDirectory;
import com.arm.mbed.cloud.sdk.Enrollment;
import com.arm.mbed.cloud.sdk.certificates.model.Certificate;
import com.arm.mbed.cloud.sdk.certificates.model.CertificateStatus;
import com.arm.mbed.cloud.sdk.certificates.model.CertificateType;
import com.arm.mbed.cloud.sdk.common.ConnectionOptions;
import com.arm.mbed.cloud.sdk.common.MbedCloudException;
import com.arm.mbed.cloud.sdk.common.TimePeriod;
import com.arm.mbed.cloud.sdk.devicedirectory.model.Device;
import com.arm.mbed.cloud.sdk.devicedirectory.model.DeviceEvent;
import com.arm.mbed.cloud.sdk.devicedirectory.model.DeviceEventListOptions;
import com.arm.mbed.cloud.sdk.devicedirectory.model.DeviceListOptions;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/**
 * Drives the platform's published Java SDK, unmodified: one JSON command a line on standard input, one JSON answer a line on
 * standard output. HOST and KEY come from the environment.
 */
public final class Drive {
    private final Certificates certificates;
    private final DeviceDirectory directory;
    private final Enrollment enrollment;
    private final Connect connect;

    private Drive(ConnectionOptions options) {
        certificates = new Certificates(options);
        directory = new DeviceDirectory(options);
        enrollment = new Enrollment(options);
        connect = new Connect(options.clone().autostartDaemon(true));
    }

    /** Answers until standard input ends. */
    public static void main(String[] arguments) throws IOException {
        Drive drive = new Drive(ConnectionOptions.newConfiguration(System.getenv("KEY"), System.getenv("HOST")));
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            JsonObject answer;
            try {
                answer = drive.answer(new JsonParser().parse(line).getAsJsonObject());
            } catch (MbedCloudException | RuntimeException e) {
                answer = new JsonObject();
                answer.addProperty("error", String.valueOf(e.getMessage()));
            }
            System.out.println(answer);
        }
        System.exit(0);
    }

    private static String text(JsonObject command, String name) {
        return command.get(name).getAsString();
    }

    private JsonObject answer(JsonObject command) throws MbedCloudException {
        JsonObject answer = new JsonObject();
        switch (text(command, "do")) {
            case "upload" -> {
                Certificate wanted = new Certificate(
                        text(command, "name"), CertificateType.BOOTSTRAP, command.get("enrollment_mode").getAsBoolean());
                wanted.setStatus(CertificateStatus.ACTIVE);
                wanted.setCertificateData(text(command, "pem"));
                answer.addProperty("id", certificates.addCertificate(wanted).getId());
            }
            case "developer" -> {
                Certificate wanted = new Certificate();
                wanted.setName(text(command, "name"));
                wanted.setType(CertificateType.DEVELOPER);
                Certificate made = certificates.addDeveloperCertificate(wanted);
                answer.addProperty("id", made.getId());
                answer.addProperty("certificate", made.getDeveloperCertificate());
                answer.addProperty("key", made.getDeveloperPrivateKey());
                answer.addProperty("file", made.getHeaderFile());
            }
            case "devices" -> {
                JsonArray devices = new JsonArray();
                for (Device device : directory.listAllDevices(new DeviceListOptions())) {
                    if (String.valueOf(device.getState()).equalsIgnoreCase("registered")) {
                        JsonObject entry = new JsonObject();
                        entry.addProperty("id", device.getId());
                        entry.addProperty("endpoint", device.getAlias());
                        devices.add(entry);
                    }
                }
                answer.add("devices", devices);
            }
            case "device" -> {
                Device device = directory.getDevice(text(command, "id"));
                answer.addProperty("endpoint", device.getAlias());
                answer.addProperty("state", String.valueOf(device.getState()).toLowerCase(java.util.Locale.ROOT));
                answer.addProperty("ca", device.getCertificateIssuerId());
            }
            case "events" -> {
                JsonArray types = new JsonArray();
                for (DeviceEvent event : directory.listAllDeviceEvents(new DeviceEventListOptions())) {
                    types.add(event.getType());
                }
                answer.add("types", types);
            }
            case "enroll" ->
                answer.addProperty("id", enrollment.addEnrollmentClaim(text(command, "identity")).getId());
            case "unenroll" -> enrollment.deleteEnrollmentClaim(text(command, "id"));
            case "deactivate" -> {
                Certificate certificate = certificates.getCertificate(text(command, "id"));
                certificate.setStatus(CertificateStatus.INACTIVE);
                answer.addProperty("status", String.valueOf(certificates.updateCertificate(certificate).getStatus()));
            }
            case "read" ->
                answer.addProperty(
                        "value",
                        String.valueOf(connect.getResourceValue(
                                text(command, "id"), text(command, "path"), new TimePeriod(20))));
            default -> throw new IllegalArgumentException("unknown command " + command);
        }
        return answer;
    }
}
