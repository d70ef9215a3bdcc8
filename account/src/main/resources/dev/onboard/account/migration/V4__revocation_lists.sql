-- Revocation lists kept for trusted certificates, and what becomes of a certificate without a usable one.

ALTER TABLE account ADD COLUMN revocation VARCHAR(16) NOT NULL DEFAULT 'soft-fail';

CREATE TABLE revocation_list (
    id                     VARCHAR(32) PRIMARY KEY,
    trusted_certificate_id VARCHAR(32) NOT NULL,
    source                 TEXT, -- where it is fetched from; null: it was uploaded
    list                   BYTEA       NOT NULL, -- DER
    issuer                 TEXT        NOT NULL,
    number                 TEXT        NOT NULL, -- decimal; empty when it has none
    this_update            BIGINT      NOT NULL,
    next_update            BIGINT,
    revoked                INTEGER     NOT NULL,
    updated_at             BIGINT      NOT NULL,
    created_at             BIGINT      NOT NULL
);
CREATE INDEX revocation_list_of ON revocation_list (trusted_certificate_id, created_at, id);
