-- Firmware images, manifests, and the campaigns that bring them to devices.

CREATE TABLE firmware_image (
    id          VARCHAR(32)   PRIMARY KEY,
    name        VARCHAR(128)  NOT NULL,
    description VARCHAR(2000) NOT NULL,
    content     BYTEA         NOT NULL,
    checksum    VARCHAR(64)   NOT NULL, -- SHA-256
    size        BIGINT        NOT NULL,
    created_at  BIGINT        NOT NULL
);
CREATE INDEX firmware_image_checksum ON firmware_image (checksum);

-- An image that is uploaded in pieces.
CREATE TABLE firmware_upload_job (
    id          VARCHAR(32)   PRIMARY KEY,
    name        VARCHAR(128)  NOT NULL,
    description VARCHAR(2000) NOT NULL,
    image_id    VARCHAR(32), -- when it is complete
    created_at  BIGINT        NOT NULL,
    updated_at  BIGINT        NOT NULL
);

CREATE TABLE firmware_upload_chunk (
    id         VARCHAR(32) PRIMARY KEY,
    job_id     VARCHAR(32) NOT NULL,
    hash       VARCHAR(64) NOT NULL, -- SHA-256
    size       BIGINT      NOT NULL,
    content    BYTEA       NOT NULL,
    created_at BIGINT      NOT NULL
);
CREATE INDEX firmware_upload_chunk_job ON firmware_upload_chunk (job_id);

CREATE TABLE firmware_manifest (
    id           VARCHAR(32)   PRIMARY KEY,
    name         VARCHAR(128)  NOT NULL,
    description  VARCHAR(2000) NOT NULL,
    content      BYTEA         NOT NULL,
    size         BIGINT        NOT NULL,
    image_digest VARCHAR(64)   NOT NULL,
    image_size   BIGINT        NOT NULL,
    has_image    BOOLEAN       NOT NULL,
    version      VARCHAR(128)  NOT NULL,
    sequence     BIGINT        NOT NULL,
    vendor       VARCHAR(36)   NOT NULL,
    device_class VARCHAR(36)   NOT NULL,
    created_at   BIGINT        NOT NULL
);

CREATE TABLE update_campaign (
    id                VARCHAR(32)      PRIMARY KEY,
    name              VARCHAR(128)     NOT NULL,
    description       VARCHAR(2000)    NOT NULL,
    manifest_id       VARCHAR(32),
    device_filter     VARCHAR(2000)    NOT NULL,
    delivery          VARCHAR(8)       NOT NULL,
    strategy          VARCHAR(16)      NOT NULL,
    approval_required BOOLEAN          NOT NULL,
    autostop          BOOLEAN          NOT NULL,
    autostop_percent  DOUBLE PRECISION NOT NULL,
    autostop_reason   VARCHAR(2000)    NOT NULL,
    phase             VARCHAR(32)      NOT NULL,
    ending            VARCHAR(32)      NOT NULL, -- the older state of a campaign that has stopped
    when_at           BIGINT,
    starting_at       BIGINT,
    active_at         BIGINT,
    stopping_at       BIGINT,
    stopped_at        BIGINT,
    archived_at       BIGINT,
    revision          BIGINT           NOT NULL,
    created_at        BIGINT           NOT NULL,
    updated_at        BIGINT           NOT NULL
);

CREATE TABLE campaign_device (
    id          VARCHAR(32)   PRIMARY KEY,
    campaign_id VARCHAR(32)   NOT NULL,
    device_id   VARCHAR(32)   NOT NULL,
    endpoint    VARCHAR(255)  NOT NULL,
    state       VARCHAR(40)   NOT NULL,
    result      INTEGER       NOT NULL, -- of the device's Firmware Update object
    reason      VARCHAR(2000) NOT NULL,
    created_at  BIGINT        NOT NULL,
    updated_at  BIGINT        NOT NULL,
    UNIQUE (campaign_id, device_id)
);
