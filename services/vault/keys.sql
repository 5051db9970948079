-- Data keys, wrapped; nobody but the vault's role reads this schema. `:schema` is vault_keys.
-- `liennganh.vault_role` names the role, for the length of a transaction.

-- name: make_role
DO $$
DECLARE
  vault text := current_setting('liennganh.vault_role');
BEGIN
  PERFORM pg_advisory_xact_lock(138, 1);
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = vault) THEN
    EXECUTE format('CREATE ROLE %I', vault);
  END IF;
  EXECUTE format('ALTER ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION '
                 'NOBYPASSRLS PASSWORD %L', vault, current_setting('liennganh.vault_password'));
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), vault);
  IF to_regnamespace(':schema') IS NULL THEN
    EXECUTE format('CREATE SCHEMA :schema AUTHORIZATION %I', vault);
  END IF;
END $$;

-- name: create
DO $create$
BEGIN
PERFORM pg_advisory_xact_lock(138, 1);
IF to_regclass(':schema.subject_keys') IS NOT NULL THEN
  RETURN;
END IF;
IF to_regnamespace(':schema') IS NULL THEN
  CREATE SCHEMA :schema;
END IF;

CREATE TABLE :schema.subject_keys (
  pseudonym   uuid NOT NULL,
  key_version integer NOT NULL CHECK (key_version > 0),
  wrapped_dek bytea,
  state       text NOT NULL CHECK (state IN ('active', 'erased', 'held')),
  controller  text NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
  erased_at   timestamptz,
  erased_by   text,
  reason      text,
  PRIMARY KEY (pseudonym, key_version),
  CHECK ((state = 'erased') = (wrapped_dek IS NULL)),
  CHECK ((state = 'erased') = (erased_at IS NOT NULL))
);
COMMENT ON TABLE :schema.subject_keys IS
  'One row per key. An erased row is a tombstone: it never changes and no key follows it.';

-- How far the vault''s log has been carried into this table. It lies here so that a restored copy of
-- the table knows how old it is.
CREATE TABLE :schema.carried (
  one      boolean PRIMARY KEY DEFAULT true CHECK (one),
  epoch    uuid NOT NULL,
  position bigint NOT NULL
);

CREATE FUNCTION :schema.keep() RETURNS trigger LANGUAGE plpgsql AS $keep$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF EXISTS (SELECT FROM :schema.subject_keys
               WHERE pseudonym = NEW.pseudonym AND state = 'erased') THEN
      RAISE EXCEPTION 'the keys of % were erased and are never made again', NEW.pseudonym
        USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF TG_OP IN ('DELETE', 'TRUNCATE') THEN
    RAISE EXCEPTION 'a key is never deleted: erasing leaves a tombstone'
      USING ERRCODE = 'restrict_violation';
  END IF;
  IF OLD.state = 'erased' THEN
    RAISE EXCEPTION 'the key % of % was erased for ever', OLD.key_version, OLD.pseudonym
      USING ERRCODE = 'restrict_violation';
  END IF;
  IF OLD.state = 'held' AND NEW.state = 'erased' THEN
    RAISE EXCEPTION 'the keys of % are under a legal hold', OLD.pseudonym
      USING ERRCODE = 'restrict_violation';
  END IF;
  IF (NEW.pseudonym, NEW.key_version, NEW.controller, NEW.created_at)
     IS DISTINCT FROM (OLD.pseudonym, OLD.key_version, OLD.controller, OLD.created_at) THEN
    RAISE EXCEPTION 'a key does not change hands' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $keep$;

CREATE TRIGGER keep_rows BEFORE INSERT OR UPDATE OR DELETE ON :schema.subject_keys
  FOR EACH ROW EXECUTE FUNCTION :schema.keep();
CREATE TRIGGER keep_table BEFORE TRUNCATE ON :schema.subject_keys
  FOR EACH STATEMENT EXECUTE FUNCTION :schema.keep();
END $create$;

-- name: newest
SELECT DISTINCT ON (pseudonym) pseudonym, key_version, wrapped_dek, state, erased_at
FROM :schema.subject_keys WHERE pseudonym = ANY($1)
ORDER BY pseudonym, key_version DESC

-- name: add
-- Takes a turn per person with `erase`, so that a key is not made while its tombstone is.
WITH turn AS (SELECT pg_advisory_xact_lock(hashtextextended($1::uuid::text, 138)))
INSERT INTO :schema.subject_keys (pseudonym, key_version, wrapped_dek, state, controller)
SELECT $1, 1, $2, 'active', $3 FROM turn
ON CONFLICT (pseudonym, key_version) DO NOTHING

-- name: keys_of
SELECT key_version, wrapped_dek, state, controller, created_at, erased_at
FROM :schema.subject_keys WHERE pseudonym = $1 ORDER BY key_version

-- name: any_wrapped
SELECT wrapped_dek FROM :schema.subject_keys
WHERE wrapped_dek IS NOT NULL ORDER BY created_at DESC LIMIT 1

-- name: turn
SELECT pg_advisory_xact_lock(hashtextextended($1::uuid::text, 138))

-- name: release
UPDATE :schema.subject_keys SET state = 'active' WHERE pseudonym = $1 AND state = 'held'

-- name: hold
UPDATE :schema.subject_keys SET state = 'held' WHERE pseudonym = $1 AND state = 'active'

-- name: erase
UPDATE :schema.subject_keys
SET wrapped_dek = NULL, state = 'erased', erased_at = $2, erased_by = $3, reason = $4
WHERE pseudonym = $1 AND state <> 'erased'

-- name: bury
-- A tombstone for a person of whom this table, perhaps an old copy, knows no key.
INSERT INTO :schema.subject_keys
  (pseudonym, key_version, state, controller, erased_at, erased_by, reason)
SELECT $1, 1, 'erased', $3, $2, $3, $4
WHERE NOT EXISTS (SELECT FROM :schema.subject_keys WHERE pseudonym = $1)

-- name: carried
SELECT epoch, position FROM :schema.carried

-- name: carry
INSERT INTO :schema.carried (epoch, position) VALUES ($1, $2)
ON CONFLICT (one) DO UPDATE SET epoch = EXCLUDED.epoch, position = EXCLUDED.position
