-- Understood by SQLite and PostgreSQL alike. Times are microseconds since 1970-01-01T00:00:00Z.
-- Ids are 32 lower-case hexadecimal digits; fingerprints are SHA-256 in 64 of them.

CREATE TABLE account (
    id            VARCHAR(32) PRIMARY KEY,
    anchor_policy VARCHAR(16) NOT NULL,
    created_at    BIGINT      NOT NULL
);

CREATE TABLE trusted_certificate (
    id              VARCHAR(32)  PRIMARY KEY,
    name            VARCHAR(100) NOT NULL UNIQUE,
    description     VARCHAR(500) NOT NULL,
    service         VARCHAR(16)  NOT NULL,
    status          VARCHAR(16)  NOT NULL,
    enrollment_mode BOOLEAN      NOT NULL,
    execution_mode  INTEGER      NOT NULL,
    chain           BYTEA        NOT NULL, -- DER certificates one after the other, the anchor first
    fingerprint     VARCHAR(64)  NOT NULL,
    subject         TEXT         NOT NULL,
    issuer          TEXT         NOT NULL,
    expires_at      BIGINT       NOT NULL,
    fault           TEXT         NOT NULL, -- why it cannot serve as an anchor; empty when it can
    revision        BIGINT       NOT NULL,
    created_at      BIGINT       NOT NULL,
    updated_at      BIGINT       NOT NULL
);
CREATE UNIQUE INDEX trusted_certificate_once ON trusted_certificate (service, fingerprint);
CREATE INDEX trusted_certificate_page ON trusted_certificate (created_at, id);

CREATE TABLE device (
    id                            VARCHAR(32)  PRIMARY KEY,
    endpoint                      VARCHAR(64)  NOT NULL UNIQUE,
    name                          VARCHAR(128) NOT NULL,
    description                   TEXT         NOT NULL,
    state                         VARCHAR(20)  NOT NULL,
    execution_mode                INTEGER      NOT NULL,
    ca_id                         TEXT,
    device_key                    TEXT,
    issuer_fingerprint            VARCHAR(64),
    bound_issuer                  VARCHAR(64), -- which CA and key own the endpoint name; null: nobody does
    bound_key                     VARCHAR(64),
    used_generation               INTEGER      NOT NULL, -- the newest issued certificate it has come with
    endpoint_type                 VARCHAR(64),
    device_class                  VARCHAR(32),
    vendor_id                     VARCHAR(255),
    serial_number                 VARCHAR(64),
    host_gateway                  TEXT,
    mechanism                     VARCHAR(16),
    mechanism_url                 TEXT,
    manifest                      TEXT,
    deployment                    TEXT,
    bootstrap_expiration_date     VARCHAR(10),
    connector_expiration_date     VARCHAR(10),
    auto_update                   BOOLEAN      NOT NULL,
    custom_attributes             TEXT         NOT NULL, -- a JSON object
    registration                  TEXT         NOT NULL, -- a JSON object: what the last registration said
    operator_suspended            BOOLEAN      NOT NULL,
    operator_suspended_category   VARCHAR(32),
    operator_suspended_note       TEXT,
    operator_suspended_at         BIGINT,
    bootstrapped_at               BIGINT,
    registered_at                 BIGINT,
    enrolled_at                   BIGINT,
    revision                      BIGINT       NOT NULL,
    created_at                    BIGINT       NOT NULL,
    updated_at                    BIGINT       NOT NULL
);
CREATE INDEX device_page ON device (created_at, id);
CREATE INDEX device_state_page ON device (state, created_at, id);
CREATE INDEX device_ca_page ON device (ca_id, created_at, id);

CREATE TABLE issued_certificate (
    id                VARCHAR(32) PRIMARY KEY,
    issuer            VARCHAR(64) NOT NULL, -- the fingerprint of the issuing CA's certificate
    serial            VARCHAR(64) NOT NULL, -- hexadecimal, without leading zeros
    fingerprint       VARCHAR(64) NOT NULL UNIQUE,
    endpoint          VARCHAR(64) NOT NULL,
    device_id         VARCHAR(32) NOT NULL,
    generation        INTEGER     NOT NULL, -- 1 for a device's first certificate, then counting
    chain             BYTEA       NOT NULL, -- DER certificates one after the other, the device's first
    expires_at        BIGINT      NOT NULL,
    revoked_at        BIGINT,
    revocation_reason INTEGER,
    created_at        BIGINT      NOT NULL
);
CREATE UNIQUE INDEX issued_certificate_serial ON issued_certificate (serial, issuer);
CREATE UNIQUE INDEX issued_certificate_generation ON issued_certificate (device_id, generation);
CREATE INDEX issued_certificate_endpoint ON issued_certificate (endpoint, created_at, id);
CREATE INDEX issued_certificate_page ON issued_certificate (created_at, id);
CREATE INDEX issued_certificate_revoked ON issued_certificate (revoked_at);

CREATE TABLE enrollment (
    id         VARCHAR(32)  PRIMARY KEY,
    identity   VARCHAR(100) NOT NULL UNIQUE,
    device_id  VARCHAR(32),
    claimed_at BIGINT,
    expires_at BIGINT,
    created_at BIGINT       NOT NULL
);
CREATE INDEX enrollment_page ON enrollment (created_at, id);

CREATE TABLE enrollment_denial (
    id                     VARCHAR(32) PRIMARY KEY,
    endpoint               VARCHAR(64) NOT NULL,
    trusted_certificate_id VARCHAR(32) NOT NULL,
    created_at             BIGINT      NOT NULL
);
CREATE INDEX enrollment_denial_page ON enrollment_denial (trusted_certificate_id, created_at, id);
