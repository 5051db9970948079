"""What the role that serves may do in the database, and what it is refused."""

import uuid
from collections.abc import AsyncIterator

import asyncpg
import pytest

from shared.errors import Broken
from shared.store.access import Access
from shared.store.guards import SERVING_ROLE, refuse_powerful, role_of
from shared.store.postgres import PostgresLog
from shared.supervisor import Supervisor
from tests.databases import empty_database
from tests.shared.log_promises import command, new_event, versions

REASON = "Decision 12/QD-TTg, retention period ended"
EVENTS = "directives.directives_events"
ROW = "gen_random_uuid(), 1, 'x', '{}'"
OWN_DATABASE = (
    "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I OWNER TO {}', current_database()); END $$"
)


@pytest.fixture(scope="module")
async def database_url(postgres_url: str) -> AsyncIterator[str]:
    async with empty_database(postgres_url) as url:
        yield url


@pytest.fixture(scope="module")
async def access(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Access:
    return await Access.made(database_url, tmp_path_factory.mktemp("secrets"))


@pytest.fixture(scope="module")
async def serving(access: Access) -> AsyncIterator[asyncpg.Pool]:
    async with asyncpg.create_pool(access.serving_url, min_size=1, max_size=4) as pool:
        yield pool


@pytest.fixture(scope="module")
async def log(access: Access, serving: asyncpg.Pool) -> AsyncIterator[PostgresLog]:
    """A log as the running product has it: made by its owner, used by the role that serves."""
    opened = await access.open("directives", serving)
    supervisor = Supervisor()
    supervisor.start("writer", opened.writer.run)
    yield opened
    await supervisor.stop()


async def test_the_role_that_serves_appends_reads_and_moves_the_relays_cursor(log: PostgresLog):
    stream = uuid.uuid4()
    recorded = command(new_event(stream, 1))

    verdict = await log.append(recorded)
    again = await log.append(recorded)
    stale = await log.append(command(new_event(stream, 1)))
    await log.set(verdict.last_position)

    assert [verdict.status, again.status, stale.status] == ["appended", "duplicate", "conflict"]
    assert await versions(log, stream) == [1]
    assert await log.settled(recorded.command_id) is not None
    assert await log.get() == verdict.last_position == await log.head()


@pytest.mark.parametrize(
    "attempt",
    [
        f"UPDATE {EVENTS} SET topic = 'x'",
        f"DELETE FROM {EVENTS}",
        f"TRUNCATE {EVENTS}",
        f"INSERT INTO {EVENTS} (originator_id, originator_version, topic, state) VALUES ({ROW})",
        "INSERT INTO directives.directives_commands VALUES (gen_random_uuid(), 1, 1, '', 'null')",
        "DELETE FROM directives.directives_commands",
        "INSERT INTO directives.directives_removals (operation) VALUES ('DELETE')",
        f"SET liennganh.retention = '{REASON}'; DELETE FROM {EVENTS}",
        f"SET liennganh.retention = '{REASON}'; DELETE FROM directives.directives_removals",
        "SET session_replication_role = replica",
        f"ALTER TABLE {EVENTS} DISABLE TRIGGER ALL",
        f"ALTER TABLE {EVENTS} DISABLE TRIGGER append_only_rows",
        f"DROP TRIGGER append_only_rows ON {EVENTS}",
        f"CREATE TRIGGER mine BEFORE INSERT ON {EVENTS} FOR EACH ROW "
        "EXECUTE FUNCTION directives.refuse_change()",
        f"CREATE RULE mine AS ON INSERT TO {EVENTS} DO INSTEAD NOTHING",
        f"ALTER TABLE {EVENTS} ALTER COLUMN topic SET DEFAULT 'x'",
        f"ALTER TABLE {EVENTS} OWNER TO {SERVING_ROLE}",
        f"GRANT ALL ON {EVENTS} TO {SERVING_ROLE}; DELETE FROM {EVENTS}",
        f"BEGIN; LOCK TABLE {EVENTS} IN ACCESS EXCLUSIVE MODE",
        "SELECT setval('directives.directives_events_notification_id_seq', 1)",
        "SELECT nextval('directives.directives_events_notification_id_seq')",
        "UPDATE directives.directives_store SET epoch = gen_random_uuid()",
        "DELETE FROM directives.directives_relay",
        "CREATE TABLE directives.mine (n int)",
        "CREATE OR REPLACE FUNCTION directives.refuse_change() RETURNS trigger LANGUAGE plpgsql "
        "AS $$ BEGIN RETURN OLD; END $$",
        "ALTER FUNCTION directives.append RESET ALL",
        "DROP SCHEMA directives CASCADE",
        "ALTER SCHEMA directives RENAME TO mine",
        "SET ROLE postgres",
        f"ALTER ROLE {SERVING_ROLE} SUPERUSER",
        "ALTER SYSTEM SET fsync = off",
        f"COPY {EVENTS} TO PROGRAM 'cat'",
        "COPY (SELECT 1) TO '/nowhere/at/all'",
        "SELECT rolpassword FROM pg_authid",
    ],
)
async def test_the_role_that_serves_is_refused(
    log: PostgresLog, serving: asyncpg.Pool, attempt: str
):
    stream = uuid.uuid4()
    await log.append(command(new_event(stream, 1)))

    async with serving.acquire() as connection:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(attempt)
        await connection.execute("ROLLBACK")

    assert await versions(log, stream) == [1]


async def test_tables_of_the_same_name_in_a_session_do_not_mislead_the_append(
    log: PostgresLog, serving: asyncpg.Pool
):
    stream = uuid.uuid4()
    append = command(new_event(stream, 1))
    event = append.events[0]

    async with serving.acquire() as connection:
        await connection.execute(
            f"CREATE TEMPORARY TABLE directives_events (LIKE {EVENTS});"
            "CREATE DOMAIN pg_temp.regclass AS text; SET search_path = pg_temp, pg_catalog"
        )
        rows = await connection.fetch(
            log._sql["append"],
            *([append.command_id], [b""], ["null"], [1], [event.event_id], [stream], [1], [0]),
            *([event.topic], [event.state], [event.metadata]),
        )

        await connection.execute(
            "DROP TABLE pg_temp.directives_events; DROP DOMAIN pg_temp.regclass"
        )

    assert [row["status"] for row in rows] == ["appended"]
    assert await versions(log, stream) == [1]


async def test_the_role_that_serves_makes_and_replaces_its_own_read_models(
    log: PostgresLog, serving: asyncpg.Pool
):
    await serving.execute("CREATE SCHEMA mine_v1; CREATE TABLE mine_v1.seen (n int)")

    await serving.execute("ALTER SCHEMA mine_v1 RENAME TO mine_v2")
    await serving.execute("DROP SCHEMA mine_v2 CASCADE")

    assert await serving.fetchval("SELECT to_regnamespace('mine_v2')") is None


async def test_retention_without_a_reason_is_refused_with_the_way_to_give_one(
    log: PostgresLog, pool: asyncpg.Pool
):
    await log.append(command(new_event(uuid.uuid4(), 1)))

    for short in ("on", "true", " yes      "):
        async with pool.acquire() as owner, owner.transaction():
            await owner.execute("SELECT set_config('liennganh.retention', $1, true)", short)
            with pytest.raises(asyncpg.IntegrityConstraintViolationError) as refused:
                async with owner.transaction():
                    await owner.execute(f"DELETE FROM {EVENTS}")

        assert "without a reason" in str(refused.value)
        assert "SET LOCAL liennganh.retention" in (refused.value.hint or "")


async def test_what_retention_removes_is_noted_with_its_reason(
    log: PostgresLog, pool: asyncpg.Pool
):
    stream = uuid.uuid4()
    append = command(new_event(stream, 1), new_event(stream, 2))
    await log.append(append)
    first, second = await log.load(stream)

    async with pool.acquire() as owner, owner.transaction():
        await owner.execute("SELECT set_config('liennganh.retention', $1, true)", REASON)
        await owner.execute(f"DELETE FROM {EVENTS} WHERE event_id = $1", first.event_id)
        await owner.execute(
            f"UPDATE {EVENTS} SET state = '{{}}' WHERE event_id = $1", second.event_id
        )
        await owner.execute(
            "DELETE FROM directives.directives_commands WHERE command_id = $1", append.command_id
        )

    noted = await pool.fetch(
        "SELECT *, sha256($3) AS first_hash, sha256($4) AS second_hash, now() AS seen "
        "FROM directives.directives_removals WHERE stream = $1 OR command_id = $2 ORDER BY removal",
        *(stream, append.command_id, first.state, second.state),
    )
    assert [(row["operation"], row["table_name"]) for row in noted] == [
        ("DELETE", "directives_events"),
        ("UPDATE", "directives_events"),
        ("DELETE", "directives_commands"),
    ]
    assert [row["position"] for row in noted] == [first.position, second.position, first.position]
    assert [row["event_id"] for row in noted[:2]] == [first.event_id, second.event_id]
    assert [row["version"] for row in noted[:2]] == [1, 2]
    assert noted[0]["state_hash"] == noted[0]["first_hash"]
    assert noted[1]["state_hash"] == noted[1]["second_hash"]
    assert {row["reason"] for row in noted} == {REASON}
    assert {row["session_role"] for row in noted} == {"postgres"}
    assert all(row["removed_at"] <= row["seen"] for row in noted)


async def test_what_retention_did_is_undone_with_its_note_when_it_is_rolled_back(
    log: PostgresLog, pool: asyncpg.Pool
):
    stream = uuid.uuid4()
    await log.append(command(new_event(stream, 1)))

    async with pool.acquire() as owner:
        transaction = owner.transaction()
        await transaction.start()
        await owner.execute("SELECT set_config('liennganh.retention', $1, true)", REASON)
        await owner.execute(f"DELETE FROM {EVENTS} WHERE originator_id = $1", stream)
        await transaction.rollback()

    noted = "SELECT count(*) FROM directives.directives_removals WHERE stream = $1"
    assert await pool.fetchval(noted, stream) == 0
    assert await versions(log, stream) == [1]


@pytest.mark.parametrize(
    "statement",
    [
        f"TRUNCATE {EVENTS}",
        "TRUNCATE directives.directives_commands",
        "TRUNCATE directives.directives_removals",
        "DELETE FROM directives.directives_removals",
        "UPDATE directives.directives_removals SET reason = 'another'",
    ],
)
async def test_no_reason_is_good_enough_for(log: PostgresLog, pool: asyncpg.Pool, statement: str):
    stream = uuid.uuid4()
    await log.append(command(new_event(stream, 1)))
    async with pool.acquire() as owner:
        await owner.execute("SELECT set_config('liennganh.retention', $1, false)", REASON)
        await owner.execute(f"DELETE FROM {EVENTS} WHERE originator_id = $1", stream)

        with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="append-only"):
            await owner.execute(statement)

        await owner.execute("RESET liennganh.retention")
    kept = "SELECT reason FROM directives.directives_removals WHERE stream = $1"
    assert await pool.fetchval(kept, stream) == REASON


async def test_a_role_that_only_appends_is_not_refused(log: PostgresLog, serving: asyncpg.Pool):
    await refuse_powerful(serving, ["directives"])


async def test_the_superuser_is_refused(log: PostgresLog, pool: asyncpg.Pool):
    with pytest.raises(Broken, match=r"postgres is a superuser .*LIENNGANH_OWNER_DATABASE_URL"):
        await refuse_powerful(pool, ["directives"])


@pytest.mark.parametrize(
    ("given", "taken", "says"),
    [
        *(
            (
                f"GRANT {privilege} ON directives.directives_{table} TO {SERVING_ROLE}",
                f"REVOKE {privilege} ON directives.directives_{table} FROM {SERVING_ROLE}",
                f"has {privilege} on directives.directives_{table}",
            )
            for privilege in ("INSERT", "UPDATE", "DELETE", "TRUNCATE", "TRIGGER")
            for table in ("events", "commands", "removals", "store")
        ),
        (
            f"GRANT UPDATE (state) ON {EVENTS} TO {SERVING_ROLE}",
            f"REVOKE UPDATE (state) ON {EVENTS} FROM {SERVING_ROLE}",
            f"has UPDATE on {EVENTS}",
        ),
        (
            f"GRANT UPDATE ON ALL SEQUENCES IN SCHEMA directives TO {SERVING_ROLE}",
            f"REVOKE UPDATE ON ALL SEQUENCES IN SCHEMA directives FROM {SERVING_ROLE}",
            "has UPDATE on directives.directives_events_notification_id_seq",
        ),
        (
            f"ALTER SCHEMA directives OWNER TO {SERVING_ROLE}",
            "ALTER SCHEMA directives OWNER TO postgres",
            "owns schema directives",
        ),
        (
            f"ALTER TABLE {EVENTS} OWNER TO {SERVING_ROLE}",
            f"ALTER TABLE {EVENTS} OWNER TO postgres",
            f"owns {EVENTS}",
        ),
        (
            f"ALTER FUNCTION directives.append OWNER TO {SERVING_ROLE}",
            "ALTER FUNCTION directives.append OWNER TO postgres",
            "owns directives.append",
        ),
        (
            f"GRANT pg_write_all_data TO {SERVING_ROLE}",
            f"REVOKE pg_write_all_data FROM {SERVING_ROLE}",
            "has DELETE on directives.directives_commands",
        ),
        (
            f"GRANT SET ON PARAMETER session_replication_role TO {SERVING_ROLE}",
            f"REVOKE SET ON PARAMETER session_replication_role FROM {SERVING_ROLE}",
            "may set session_replication_role",
        ),
        (
            f"GRANT pg_execute_server_program TO {SERVING_ROLE}",
            f"REVOKE pg_execute_server_program FROM {SERVING_ROLE}",
            "may run programs",
        ),
        (
            OWN_DATABASE.format(SERVING_ROLE),
            OWN_DATABASE.format("postgres"),
            "owns this database",
        ),
        (
            f"GRANT postgres TO {SERVING_ROLE} WITH INHERIT FALSE",
            f"REVOKE postgres FROM {SERVING_ROLE}",
            "may become a superuser",
        ),
    ],
    ids=lambda value: value if value.startswith(("has", "owns", "may")) else "",
)
async def test_a_role_that_could_change_the_log_is_refused(
    access: Access,
    log: PostgresLog,
    serving: asyncpg.Pool,
    pool: asyncpg.Pool,
    given: str,
    taken: str,
    says: str,
):
    await pool.execute(given)

    try:
        with pytest.raises(Broken) as refused:
            await refuse_powerful(serving, ["directives"])
    finally:
        await pool.execute(taken)
        await access.open("directives", serving)  # A change of owners takes grants along.

    assert f"the role {SERVING_ROLE} {says}" in str(refused.value)
    await refuse_powerful(serving, ["directives"])


@pytest.mark.parametrize(
    ("url", "role"),
    [
        ("postgresql://a:b@host/db", "a"),
        ("postgresql://a%40b@host/db", "a@b"),
        ("postgresql:///db?user=c&host=x", "c"),
    ],
)
def test_an_address_names_its_role(url: str, role: str):
    assert role_of(url) == role


def test_an_address_without_a_role_is_refused():
    with pytest.raises(Broken, match="LIENNGANH_DATABASE_URL names no role"):
        role_of("postgresql://host/db")
