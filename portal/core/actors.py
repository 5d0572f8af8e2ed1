"""Who does a deed: a person in one body with the roles in effect now, a machine client, or the system itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Actor:
    """The doer of a deed.

    `roles` are in effect now; `dormant` roles are held but wait for a second factor. `body_id` is the
    organisation in whose name the person acts. `user` is the account, for guardian's checks. `confirmed_at` is
    when the person last showed a second factor in this session (None: not yet, or no person). `stands_for` is the
    signatory whom the person covers for, where they have that role from nothing else.
    """

    kind: Literal["person", "client", "system", "anonymous"]
    body_id: UUID | None = None
    body_kind: str = ""
    body_name: str = ""
    roles: frozenset[str] = frozenset()
    dormant: frozenset[str] = frozenset()
    user_id: UUID | None = None
    name: str = ""
    user: Any = field(default=None, compare=False, repr=False)
    confirmed_at: datetime | None = field(default=None, compare=False)
    stands_for: UUID | None = None

    def has(self, *roles: str) -> bool:
        """Whether any of the roles is in effect."""
        return not self.roles.isdisjoint(roles)

    @property
    def is_signed_in(self) -> bool:
        return self.kind in ("person", "client")

    @property
    def person_id(self) -> UUID:
        """The account's id, where only a person can act. TypeError for machines, the portal itself and visitors."""
        if self.user_id is None:
            raise TypeError(f"{self.name or self.kind} is no person.")
        return self.user_id

    @property
    def organisation_id(self) -> UUID:
        """The body's id, where only somebody of a body can act. TypeError for who acts for none."""
        if self.body_id is None:
            raise TypeError(f"{self.name or self.kind} acts for no organisation.")
        return self.body_id

    @property
    def role_for_record(self) -> str:
        """The role slug written to the ledger when a deed's table does not narrow it: the first by name."""
        return min(self.roles, default=self.kind)


SYSTEM = Actor(kind="system", roles=frozenset({"system"}), name="The portal")
ANONYMOUS = Actor(kind="anonymous")
