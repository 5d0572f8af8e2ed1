"""Kombu's Redis transport with one repair, so that a worker outlives its broker.

When a broker goes away while a task is not acknowledged, Kombu 5.7 closes the connection twice, and the second
time tries to put the task back over a connection that it has already forgotten: AttributeError, and the worker
ends. Nothing can be put back over no connection, and nothing need be: what is due is in the database.
"""

from __future__ import annotations

from typing import Any

from kombu.transport import TRANSPORT_ALIASES, redis


class QoS(redis.QoS):
    """Keeps track of tasks that are not acknowledged yet."""

    def restore_unacked(self, client: Any = None) -> Any:
        if client is None and self.channel.connection.client is None:
            if self._delivered:
                self._delivered.clear()
            return None
        return super().restore_unacked(client)


class Channel(redis.Channel):
    QoS = QoS


class Transport(redis.Transport):
    Channel = Channel


def install() -> None:
    """Have addresses that begin with redis:// and rediss:// use it."""
    TRANSPORT_ALIASES.update(redis=f"{__name__}:Transport", rediss=f"{__name__}:Transport")
