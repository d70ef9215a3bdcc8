// Drives the platform's published JavaScript SDK, unmodified: one JSON command a line on standard input, one JSON answer a
// line on standard output. HOST, KEY and CLASSES (legacy or foundation) come from the environment.
"use strict";

const readline = require("readline");
const sdk = require("mbed-cloud-sdk");

const PATIENCE_MS = 20000;
const config = { host: process.env.HOST, apiKey: process.env.KEY };
const connect = new sdk.ConnectApi(config);

const legacy = () => {
    const certificates = new sdk.CertificatesApi(config);
    const directory = new sdk.DeviceDirectoryApi(config);
    const enrollment = new sdk.EnrollmentApi(config);
    return {
        upload: async command => ({
            id: (await certificates.addCertificate({
                name: command.name,
                type: "bootstrap",
                certificateData: command.pem,
                enrollmentMode: command.enrollment_mode
            })).id
        }),
        developer: async command => {
            const made = await certificates.addDeveloperCertificate({ name: command.name });
            return {
                id: made.id,
                certificate: made.developerCertificate,
                key: made.developerPrivateKey,
                file: made.headerFile
            };
        },
        devices: async () => ({
            devices: (await directory.listDevices({ filter: { state: "registered" } })).data.map(device => ({
                id: device.id,
                endpoint: device.alias
            }))
        }),
        device: async command => {
            const device = await directory.getDevice(command.id);
            return { endpoint: device.alias, state: device.state, ca: device.certificateIssuerId };
        },
        events: async () => ({
            types: (await directory.listDeviceEvents()).data.map(event => event.type)
        }),
        enroll: async command => ({ id: (await enrollment.addEnrollmentClaim({ claimId: command.identity })).id }),
        unenroll: async command => {
            await enrollment.deleteEnrollmentClaim(command.id);
            return {};
        },
        deactivate: async command => ({
            status: (await certificates.updateCertificate({ id: command.id, name: command.name, status: "INACTIVE" }))
                .status
        }),
        read: async command => {
            await connect.startNotifications();
            return { value: String((await connect.getResourceValue(command.id, command.path, PATIENCE_MS)).value) };
        }
    };
};

const foundation = () => {
    const repositories = new sdk.SDK(config).foundation();
    return {
        ...legacy(),
        upload: async command => ({
            id: (await repositories.trustedCertificateRepository().create({
                name: command.name,
                service: "bootstrap",
                certificate: command.pem,
                enrollmentMode: command.enrollment_mode
            })).id
        }),
        developer: async command => {
            const made = await repositories.developerCertificateRepository().create({ name: command.name });
            return {
                id: made.id,
                certificate: made.certificate,
                key: made.developerPrivateKey,
                file: made.securityFileContent
            };
        },
        devices: async () => ({
            devices: (await repositories.deviceRepository().list({ filter: { state: { eq: "registered" } } }).all()).map(
                device => ({ id: device.id, endpoint: device.endpointName })
            )
        }),
        device: async command => {
            const device = await repositories.deviceRepository().read(command.id);
            return { endpoint: device.endpointName, state: device.state, ca: device.caId };
        },
        events: async () => ({
            types: (await repositories.deviceEventsRepository().list().all()).map(event => event.eventType)
        }),
        enroll: async command => ({
            id: (await repositories.deviceEnrollmentRepository().create({ enrollmentIdentity: command.identity })).id
        }),
        unenroll: async command => {
            await repositories.deviceEnrollmentRepository().delete(command.id);
            return {};
        },
        deactivate: async command => ({
            status: (await repositories.trustedCertificateRepository().update({ status: "INACTIVE" }, command.id)).status
        })
    };
};

const api = process.env.CLASSES === "foundation" ? foundation() : legacy();

const answer = async line => {
    const command = JSON.parse(line);
    try {
        return await api[command.do](command);
    } catch (error) {
        return { error: String(error.message || error), code: error.code };
    }
};

const main = async () => {
    for await (const line of readline.createInterface({ input: process.stdin })) {
        process.stdout.write(JSON.stringify(await answer(line)) + "\n");
    }
    await connect.stopNotifications();
    process.exit(0);
};

main();
