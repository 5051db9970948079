-- Runs once, when the database is made: a role that owns its own database and nothing else.
-- `liennganh` makes the tables at each start, so it owns them; triggers keep it from changing a log.
\getenv password DATABASE_PASSWORD
CREATE ROLE liennganh LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD :'password';
CREATE DATABASE liennganh OWNER liennganh TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8';
REVOKE ALL ON DATABASE liennganh FROM PUBLIC;
