"""Lifecycle of a stream of signals to a provider's machine (OpenID Shared Signals Framework 1.0)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from grants.states_places import own_provider
from portal.core.states import Move, State, StateTable, roles

KEEPERS = roles("signal_receiver", "provider_staff", "administrator")
"""The machine that has the stream, and the people of its provider who look after machines."""
KEPT = ("enabled", "paused", "disabled")
"""States of a stream that was not deleted."""
COLLECTING = ("enabled", "paused")
"""States in which signals are put on the stream: a paused one holds them until it goes on."""

STREAM = StateTable(
    noun="stream",
    title="Stream of signals",
    states=(
        State("enabled", _("Enabled"), "Signals are delivered until they are acknowledged."),
        State("paused", _("Paused"), "Signals are held, and delivered in their order once the stream goes on."),
        State("disabled", _("Disabled"), "Nothing is delivered, and nothing is held for later."),
        State("deleted", _("Deleted"), "Ended by its receiver. Another stream is a new one.", final=True),
    ),
    moves=(
        Move(
            "create", (), "enabled", roles("signal_receiver"), _("Create a stream"), _("Stream of signals created"),
            own_provider,
        ),
        Move("change", KEPT, None, roles("signal_receiver"), _("Change it"), _("Stream changed"), own_provider),
        Move("enable", ("paused", "disabled"), "enabled", KEEPERS, _("Go on"), _("Stream enabled"), own_provider),
        Move(
            "pause", ("enabled", "disabled"), "paused", KEEPERS | roles("system"), _("Pause"), _("Stream paused"),
            own_provider,
        ),
        Move(
            "disable", ("enabled", "paused"), "disabled", KEEPERS | roles("system"), _("Disable"),
            _("Stream disabled"), own_provider,
        ),
        Move(
            "verify", ("enabled", "paused"), None, KEEPERS, _("Send a test"), _("Verification asked for"), own_provider,
        ),
        Move(
            "delete", KEPT, "deleted", roles("signal_receiver", "system"), _("Delete"), _("Stream deleted"),
            own_provider,
        ),
    ),
)  # fmt: skip
