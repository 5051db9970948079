"""What the verbs do that need nothing running."""

import gc
from collections.abc import Iterator

import pytest

from services.operate import YOUNG_OBJECTS_MAX, settle_memory


@pytest.fixture
def unsettled() -> Iterator[None]:
    """Afterwards this process looks for garbage as it did before."""
    threshold = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*threshold)


@pytest.mark.usefixtures("unsettled")
def test_what_is_there_at_the_start_is_never_again_looked_through_for_garbage():
    there = [[each] for each in range(1_000)]

    settle_memory()

    held = {id(each) for each in gc.get_objects()}
    assert not any(id(each) in held for each in there)
    assert gc.get_threshold()[0] == YOUNG_OBJECTS_MAX
    assert gc.isenabled()
