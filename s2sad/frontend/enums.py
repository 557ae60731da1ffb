"""Members of enumerations: known objects whose attributes and methods are the user's."""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Any

from s2sad.frontend.lower import Lowering
from s2sad.frontend.objects import class_lookup, class_member, raise_attribute
from s2sad.frontend.values import Abstract, Known


def member_attribute(low: Lowering, base: Known, name: str) -> Abstract:
    """Return an attribute of a member."""
    member = base.value
    cls = type(member)
    origin = base.origin if base.origin is not None else low.session.hold(member, f"{cls.__name__}_{member.name}")
    if name in ("value", "name") or name in vars(member):
        return low.live(getattr(member, name), origin.attribute(name))
    found = class_lookup(cls, name)
    if found is None:
        raise_attribute(low, cls.__name__, name)
    if found[0].__module__ == "enum":
        low.refuse("unknown attribute", name=name, what=f"a member of {cls.__name__}")
    return class_member(low, base, cls, found[0], name, found[1])


def members(value: Any) -> list[Any] | None:
    """Return the members of an enumeration, None for everything else."""
    return list(value) if isinstance(value, enum.EnumMeta) else None


def with_members(python: Callable[[Any, Any], Any], left: Any, right: Any) -> Known | None:
    """Combine two known things of which one is a member that is no number; None where Python does not."""
    if not any(isinstance(side, enum.Enum) and not isinstance(side, (int, float)) for side in (left, right)):
        return None
    try:
        return Known(python(left, right))
    except TypeError:
        return None
