"""What someone can do with an object, for `<c-actions>`: every deed in one place, each with the reason when not yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from portal.core.actors import Actor


def actions_for(
    subject: Any,
    actor: Actor,
    urls: Mapping[str, str],
    *,
    primary: Iterable[str] = (),
    posts: Iterable[str] = (),
    hints: Mapping[str, Any] | None = None,
) -> list[dict[str, Any]]:
    """Items for `<c-actions>` from the object's state table.

    `urls` maps verbs to the pages that ask (or, for verbs in `posts`, to what the button posts to), in the
    order wanted. Verbs that the actor's roles or the present state leave out are not shown; those that a
    guard refuses are shown with its reason. The first verb of `primary` that is allowed is the primary action.
    """
    verdicts = {move.verb: (move, verdict) for move, verdict in subject.TABLE.available(subject, actor, among=urls)}
    shown = [(verb, *verdicts[verb]) for verb in urls if verb in verdicts]
    first = next((verb for verb in primary if verb in verdicts and verdicts[verb][1]), None)
    return [
        {
            "label": move.label,
            "url": urls[verb],
            "primary": verb == first,
            "post": verb in set(posts),
            "hint": (hints or {}).get(verb, ""),
            "reason": "" if verdict else verdict.reason,
        }
        for verb, move, verdict in shown
    ]
