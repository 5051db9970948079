-- Runs once, when the databases are made. Three roles, none a superuser: `liennganh` owns the database
-- and the tables of the logs and is used by `liennganh migrate` only; `liennganh_services` serves. It
-- reads the logs, appends to them by calling a function, and owns the read models; it cannot change
-- what was recorded. The owner is a member of the other, so that it can hand read models over.
-- `liennganh_vault` owns a database of its own with nothing but the keys of personal data, so that
-- neither of the others can read them, no backup of the logs holds them, and theirs can be thrown away
-- after days: an old one would bring erased keys back.
\getenv owner_password DATABASE_PASSWORD
\getenv services_password SERVICES_DATABASE_PASSWORD
\getenv vault_password VAULT_DATABASE_PASSWORD
CREATE ROLE liennganh LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION
  PASSWORD :'owner_password';
CREATE ROLE liennganh_services LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION
  PASSWORD :'services_password';
GRANT liennganh_services TO liennganh;
CREATE DATABASE liennganh OWNER liennganh TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8';
REVOKE ALL ON DATABASE liennganh FROM PUBLIC;
CREATE ROLE liennganh_vault LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION
  PASSWORD :'vault_password';
CREATE DATABASE liennganh_keys OWNER liennganh_vault TEMPLATE template0 ENCODING 'UTF8'
  LOCALE 'C.UTF-8';
REVOKE ALL ON DATABASE liennganh_keys FROM PUBLIC;
-- Everything else is granted by `liennganh migrate`.
