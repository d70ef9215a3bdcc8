-- Third-party certificate issuers and which one signs what; renewals; what happened to devices.

CREATE TABLE certificate_issuer (
    id          VARCHAR(32)  PRIMARY KEY,
    name        VARCHAR(50)  NOT NULL UNIQUE,
    description VARCHAR(100) NOT NULL,
    type        VARCHAR(20)  NOT NULL,
    attributes  TEXT         NOT NULL, -- a JSON object
    credentials TEXT         NOT NULL, -- a JSON object; needed to connect, and given out to nobody
    revision    BIGINT       NOT NULL,
    created_at  BIGINT       NOT NULL,
    updated_at  BIGINT       NOT NULL
);
CREATE INDEX certificate_issuer_page ON certificate_issuer (created_at, id);

CREATE TABLE issuer_configuration (
    id         VARCHAR(32)  PRIMARY KEY,
    reference  VARCHAR(100) NOT NULL UNIQUE,
    issuer_id  VARCHAR(32),           -- null: the account's own CA
    revision   BIGINT       NOT NULL,
    created_at BIGINT       NOT NULL,
    updated_at BIGINT       NOT NULL
);
CREATE INDEX issuer_configuration_page ON issuer_configuration (created_at, id);
CREATE INDEX issuer_configuration_issuer ON issuer_configuration (issuer_id);

CREATE TABLE certificate_enrollment (
    id               VARCHAR(32) PRIMARY KEY,
    device_id        VARCHAR(32) NOT NULL,
    certificate_name VARCHAR(50) NOT NULL,
    status           VARCHAR(16) NOT NULL,
    result           VARCHAR(16),
    result_detail    TEXT        NOT NULL,
    revision         BIGINT      NOT NULL,
    created_at       BIGINT      NOT NULL,
    updated_at       BIGINT      NOT NULL
);
CREATE INDEX certificate_enrollment_page ON certificate_enrollment (created_at, id);
CREATE INDEX certificate_enrollment_device ON certificate_enrollment (device_id, created_at, id);

CREATE TABLE device_event (
    id           VARCHAR(32) PRIMARY KEY,
    device_id    VARCHAR(32) NOT NULL,
    endpoint     VARCHAR(64) NOT NULL,
    type         VARCHAR(32) NOT NULL,
    state_change BOOLEAN     NOT NULL,
    changes      TEXT        NOT NULL, -- a JSON object: the new values
    created_at   BIGINT      NOT NULL
);
CREATE INDEX device_event_page ON device_event (created_at, id);
CREATE INDEX device_event_device ON device_event (device_id, created_at, id);
