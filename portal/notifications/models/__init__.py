"""The inbox, the outbox, the demonstration's mailbox, and what the sweeps did last."""

from portal.notifications.models.message import Mail, Message
from portal.notifications.models.notice import Notice
from portal.notifications.models.sweep import SweepRun

__all__ = ["Mail", "Message", "Notice", "SweepRun"]
