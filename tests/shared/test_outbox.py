from dataclasses import replace

import pytest

from shared.errors import Broken
from shared.outbox import bus_subject
from tests.shared.bus_examples import POLICE, entry


def test_a_subject_has_the_area_of_the_agency_that_acted():
    central = replace(POLICE, agency="BCA-VN")
    old_district = replace(POLICE, agency="CA_HUYEN-P63-01-276")
    of = entry(1)

    assert bus_subject(of) == "ln.ledger.P34-40.entry_made.v1"
    for actor, area in ((central, "VN"), (old_district, "P63-01-276")):
        moved = replace(of, metadata=replace(of.metadata, actor=actor))
        assert bus_subject(moved) == f"ln.ledger.{area}.entry_made.v1"


@pytest.mark.parametrize("agency", ["NOBODY", "CA-a.b", "CA->", "CA-*", "CA-a b"])
def test_an_area_that_is_no_token_has_no_subject(agency: str):
    of = entry(1)
    moved = replace(of, metadata=replace(of.metadata, actor=replace(POLICE, agency=agency)))

    with pytest.raises(Broken, match="no subject"):
        bus_subject(moved)
