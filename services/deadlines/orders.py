"""What is ordered, and whom nobody orders: what is asked of procuracies, courts and the Fatherland
Front is a request, and being late with it is never critical."""

from collections.abc import Sequence

from shared.reference import Register

ORDERED = frozenset({"task", "report", "document"})
"""Tracks whose periods a body is given by another; all others are given by the law itself."""
BRANCHES = frozenset({"procuracy", "court"})
FATHERLAND_FRONT = ("MTTQ_", "UBTW_MTTQ")


def not_ordered(bodies: Sequence[str], register: Register) -> tuple[str, ...]:
    """Those of several bodies that nobody orders, by the type that their ids name."""
    return tuple(each for each in bodies if _is_free(each, register))


def _is_free(body: str, register: Register) -> bool:
    code = body.partition("-")[0]
    kind = register.kind(code)
    return body.startswith(FATHERLAND_FRONT) or (kind is not None and kind.branch in BRANCHES)
