"""What the tests of this service share."""

import pytest

from tests.cases.world import World


@pytest.fixture
def office() -> World:
    """An empty log and nobody who has acted yet; the whole system is the fixture `world`."""
    return World()
