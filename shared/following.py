"""Of the processes of a service one follows; the others stand by, and hear when it has moved.

Two who read one durable consumer would each get a part of the messages, find holes everywhere, and
wait for one another's transactions. So a follower runs where its lock is held. What keeps two
leaders from doing harm is the checkpoint, which moves in the transaction that has the effects.
"""

from collections.abc import Callable

from shared.follow import Follower
from shared.leadership import leadership


class Following:
    """The followers of one read model in this process; for the wake-ups, something that moves."""

    def __init__(self, schema: str, database_url: str, followers: list[Follower]) -> None:
        self.name = schema
        self.tell: Callable[[int], None] = _to_nobody
        self._database_url = database_url
        self._followers = followers

    def add(self, follower: Follower) -> None:
        """One more source; what it takes, other processes hear of."""
        follower.tell = self._moved
        self._followers.append(follower)

    def heard(self, position: int) -> None:
        """Wake who waits here for what another process has taken."""
        del position  # Of which source is not said; who is woken looks into the tables.
        for each in self._followers:
            each.heard()

    async def run(self, follower: Follower) -> None:
        """Follow whenever we lead. Raises `Retry` when the lock is lost, and what `run` raises."""
        async with leadership(f"{self.name} {follower.source.name}", self._database_url):
            await follower.run()

    def _moved(self, position: int) -> None:
        self.tell(position)


def _to_nobody(position: int) -> None:
    """Until the wake-ups are joined."""
