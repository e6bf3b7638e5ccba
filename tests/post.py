"""A post office for tests: it takes letters as the real ones do, and fails in the ways that the real ones fail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from fordran.ports.post import Parcel, Receipt


@dataclass
class PostOffice:
    """`fails`: raises or does what it likes before a letter is taken. `knows`: whether it can tell what it took."""

    name: str = "folder"
    assumes_posted_same_day: bool = True
    knows: bool = True
    fails: Callable[[Parcel, str], None] | None = None
    fails_after: Callable[[Parcel, str], None] | None = None
    taken: dict[str, Parcel] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def send(self, parcel: Parcel, key: str) -> Receipt:
        self.asked.append(key)
        if self.fails:
            self.fails(parcel, key)
        if key not in self.taken or not self.knows:
            self.taken[key] = parcel
        if self.fails_after:
            self.fails_after(parcel, key)
        return Receipt("sent", f"post {key}")

    def look_up(self, key: str) -> Receipt | None:
        return Receipt("sent", f"post {key}") if self.knows and key in self.taken else None
