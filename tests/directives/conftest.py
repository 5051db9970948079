"""What the tests of this service share."""

import pytest

from tests.directives.world import World


@pytest.fixture
def world() -> World:
    """An empty log and nobody who has acted yet."""
    return World()
