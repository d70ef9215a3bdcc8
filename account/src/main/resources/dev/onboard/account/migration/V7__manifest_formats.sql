-- Manifests in other formats than SUIT, and those that say where their image is.

ALTER TABLE firmware_manifest ADD COLUMN format VARCHAR(16) DEFAULT 'SUIT' NOT NULL;
ALTER TABLE firmware_manifest ADD COLUMN uri VARCHAR(2000) DEFAULT '' NOT NULL;
ALTER TABLE firmware_manifest ADD COLUMN patch BOOLEAN DEFAULT FALSE NOT NULL;
