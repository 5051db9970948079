"""The services of this product, in the order in which they start."""

from services.cases.service import SERVICE as CASES
from services.console.service import SERVICE as CONSOLE
from services.deadlines.service import SERVICE as DEADLINES
from services.directives.service import SERVICE as DIRECTIVES
from services.gateway.service import SERVICE as GATEWAY
from services.timeline.service import SERVICE as TIMELINE
from services.vault.service import SERVICE as VAULT
from shared.errors import LiennganhError
from shared.service import Service

SERVICES: tuple[Service, ...] = (DIRECTIVES, CASES, DEADLINES, TIMELINE, GATEWAY, CONSOLE, VAULT)


def chosen(names: str) -> tuple[Service, ...]:
    """The services named, separated by commas; all when nothing is named."""
    if not names:
        return SERVICES
    known = {each.name: each for each in SERVICES}
    wanted = [name.strip() for name in names.split(",")]
    if unknown := [name for name in wanted if name not in known]:
        raise LiennganhError(f"no service named {', '.join(unknown)}; there are {', '.join(known)}")
    return tuple(each for each in SERVICES if each.name in wanted)
