-- Several processes on one database: which version of what they keep in memory there is, and who has seen which.

CREATE TABLE account_version (
    one     INTEGER PRIMARY KEY,
    version BIGINT NOT NULL -- counts the changes of trusted certificates, API keys and policies
);
INSERT INTO account_version (one, version) VALUES (1, 0);

CREATE TABLE account_process (
    id           VARCHAR(32) PRIMARY KEY,
    version_seen BIGINT NOT NULL,
    alive_until  BIGINT NOT NULL -- by the clock of the database server
);

-- The CAs by which the processes sign LwM2M device certificates; each trusts the others'.
CREATE TABLE device_authority (
    fingerprint VARCHAR(64) PRIMARY KEY,
    chain       BYTEA  NOT NULL, -- DER certificates one after the other, the CA's own first
    created_at  BIGINT NOT NULL
);
