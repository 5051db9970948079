from uuid import UUID

from services.directives.events import DirectiveDispatched, Dispatch
from services.directives.identity import directive_id, line_id
from shared.domain import repeats
from tests.directives.examples import PROVINCE, dispatched


def test_the_id_of_a_numbered_directive_never_changes():
    id = directive_id(PROVINCE, 2025, "UBND-NC", 6325)

    assert id == UUID("02438207-5b49-53a4-9516-ed2ea871ae88")


def test_another_issuer_year_series_or_number_is_another_directive():
    ids = {
        directive_id(PROVINCE, 2025, "UBND-NC", 6325),
        directive_id("UBND_TINH-P34-22", 2025, "UBND-NC", 6325),
        directive_id(PROVINCE, 2026, "UBND-NC", 6325),
        directive_id(PROVINCE, 2025, "UBND-VX", 6325),
        directive_id(PROVINCE, 2025, None, 6325),
        directive_id(PROVINCE, 2025, "UBND-NC", 6326),
    }

    assert len(ids) == 6


def test_lines_of_one_directive_differ_by_key_and_lines_of_two_by_directive():
    one, other = UUID(int=1), UUID(int=2)

    assert line_id(one, "T01") == line_id(one, "T01")
    assert len({line_id(one, "T01"), line_id(one, "T02"), line_id(other, "T01")}) == 3


def test_saying_what_was_recorded_is_a_repetition_and_saying_more_is_not():
    directive = dispatched()
    said = Dispatch(channel="post")
    recorded = DirectiveDispatched(
        originator_id=directive.id,
        originator_version=2,
        timestamp="2025-07-01T09:00:00+07:00",
        channel="post",
        recipient="CA_TINH-P34-40",
    )

    assert repeats(said, recorded)
    assert not repeats(Dispatch(channel="hand"), recorded)
