"""The door of operators' switches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from premium.bootstrap import Platform
from premium.jobs.state import State
from premium.storage.marks import DATABASE, mark_changed
from premium.subjects import Subject
from premium.switches.store import Kind, Switch, SwitchStore

__all__ = ["Kind", "Switch", "Switches", "forget", "states"]


@dataclass(frozen=True, kw_only=True)
class Switches:
    """Switch users, rules and destinations off and on.

    A user who is off is refused at the door from his next request on; none of his rules fires. A rule that is off
    makes no alert. What would go to a user, a rule or a destination that is off ends as failed, and can be sent again.
    """

    store: SwitchStore
    changed: Callable[[UUID], object]
    """Tells every process that a user's standing changed."""

    @classmethod
    def of(cls, platform: Platform) -> Switches:
        """Return the use cases over the stores of a worker."""
        return cls(
            store=SwitchStore(platform.worker_database),
            changed=lambda user_id: mark_changed(platform.redis(DATABASE), user_id),
        )

    def all(self, kind: Kind | None = None) -> list[Switch]:
        """Return what is off, the newest last."""
        return self.store.all(kind)

    def turn(self, kind: Kind, target: str, *, on: bool, why: str) -> bool:
        """Switch; return whether that changed anything."""
        changed = self.store.on(kind, target) if on else self.store.off(kind, target, why)
        if kind == "user":
            self.changed(UUID(target))
        return changed


def states(platform: Platform) -> list[State]:
    """Return a line for each kind of which something is off.

    It is somebody's wish and no problem.
    """
    off = Switches.of(platform).all()
    found = []
    for kind in dict.fromkeys(each.kind for each in off):
        ours = [each for each in off if each.kind == kind]
        said = f"off: premium {kind}s list"
        found.append(State(what="switches", name=f"{kind}s", count=len(ours), oldest=ours[0].created_at, said=said))
    return found


def forget(platform: Platform, subject: Subject) -> int:
    """Take away the switches of a user, his rules and destinations."""
    store = SwitchStore(platform.worker_database)
    named: list[tuple[Kind, str]] = [("user", str(subject.user_id))]
    named += [("rule", str(each)) for each in subject.rules]
    named += [("destination", each) for each in subject.addresses]
    return sum(store.on(kind, target) for kind, target in named)
