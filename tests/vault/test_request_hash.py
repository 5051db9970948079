"""What the ledger keeps of a request must not confirm a guess after an erasure."""

from services.cases.tips.http import ROUTES
from shared.http import door

RECEIVE = next(each for each in ROUTES if each.path == "/v1/tips")
TOLD = {"kind": "to_giac", "informant": {"name": "Nguyễn Thị A"}}


def hashed(**changes: object) -> bytes:
    return door._hash(RECEIVE, RECEIVE.path, TOLD | changes)


def test_what_is_sealed_leaves_no_trace_in_the_hash_of_its_request():
    assert hashed() == hashed(informant={"name": "Trần Văn B"})


def test_a_request_with_and_one_without_a_sealed_field_are_two():
    assert hashed() != door._hash(RECEIVE, RECEIVE.path, {"kind": "to_giac"})


def test_everything_else_still_tells_requests_apart():
    assert hashed() != hashed(kind="tin_bao")
