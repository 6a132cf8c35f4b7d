"""Every row of submissions.yml as bytes to hand in, in several variants each.

Rows that the table does not name are marked ``extra``: what else a clever or an unlucky student
might hand in, of the same kinds.
"""

from __future__ import annotations

from submissions import (
    damage,
    editors,
    exhaust,
    files,
    forge,
    habits,
    honest,
    leaves,
    lies,
    malformed,
    metadata,
    read,
    shows,
    sly,
    unreadable,
    untidy,
)
from submissions.course import SECRETS, SLUG, Everyday
from submissions.variant import CHECKS, POINTS, Variant

__all__ = ["CHECKS", "POINTS", "SECRETS", "SLUG", "VARIANTS", "Everyday", "Variant"]

_ATTACKS = (forge, lies, leaves, read, shows, damage, files, exhaust, sly)
_ACCIDENTS = (unreadable, malformed, metadata, untidy, editors, honest, habits)
VARIANTS: tuple[Variant, ...] = tuple(
    one for module in _ATTACKS + _ACCIDENTS for one in module.VARIANTS
)
