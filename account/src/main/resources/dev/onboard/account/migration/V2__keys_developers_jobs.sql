-- API keys, developer certificates, and the jobs that read lists of enrolment identities.

CREATE TABLE api_key (
    id         VARCHAR(32)  PRIMARY KEY,
    name       VARCHAR(100) NOT NULL,
    digest     VARCHAR(64)  NOT NULL UNIQUE, -- SHA-256 of the key; the key itself is nowhere
    access     VARCHAR(16)  NOT NULL,
    created_at BIGINT       NOT NULL
);

CREATE TABLE developer_certificate (
    id          VARCHAR(32) PRIMARY KEY, -- that of its trusted certificate
    certificate BYTEA       NOT NULL,
    private_key BYTEA       NOT NULL -- PKCS#8; the platform gives it out again, so it is kept
);

CREATE TABLE enrollment_job (
    id           VARCHAR(32) PRIMARY KEY,
    kind         VARCHAR(16) NOT NULL,
    total        INTEGER     NOT NULL,
    errors       INTEGER     NOT NULL,
    report       TEXT        NOT NULL, -- CSV, one line for each identity
    created_at   BIGINT      NOT NULL,
    completed_at BIGINT      NOT NULL
);
