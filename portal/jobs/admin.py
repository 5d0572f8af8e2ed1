"""The system administrator's pages on the desk: the outbox, the runs of the sweeps, and how often each runs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.utils.translation import gettext_lazy as _
from django_celery_beat.models import PeriodicTask
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldBooleanSwitchWidget

from portal.core.requests import PortalRequest
from portal.desk import DeskAdmin
from portal.jobs import keys
from portal.jobs.schedule import set_interval
from portal.notifications.models import Message, SweepRun

__all__ = ["keys"]
ADMINISTRATOR = frozenset({"system_administrator"})


@admin.register(Message)
class MessageAdmin(DeskAdmin):
    """The outbox. Text is not shown: mail may carry what is not the administrator's to read."""

    roles_view = ADMINISTRATOR
    list_display = ("subject", "to", "status", "attempts", "created_at", "next_attempt_at", "sent_at")
    list_filter = ("status", "kind", "created_at")
    search_fields = ("to", "subject")
    ordering = ("-created_at",)
    fields = (
        "to",
        "subject",
        "kind",
        "status",
        "attempts",
        "created_at",
        "next_attempt_at",
        "sent_at",
        "last_error",
        "cleared_at",
    )


@admin.register(SweepRun)
class SweepRunAdmin(DeskAdmin):
    """The last run of each sweep."""

    roles_view = ADMINISTRATOR
    list_display = ("task", "started_at", "finished_at", "done", "failed", "left", "error")
    fields = ("task", "started_at", "finished_at", "done", "failed", "left", "failed_at", "error")


class IntervalForm(forms.ModelForm):
    """How often, in seconds, and whether at all."""

    every = forms.IntegerField(
        label=_("Every (seconds)"),
        min_value=10,
        max_value=7 * 24 * 3600,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("Between 10 seconds and a week. What is due is found by the next run, however late it is."),
    )
    enabled = forms.BooleanField(
        label=_("Runs"),
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        help_text=_(
            "A sweep that is paused does nothing: what lapses, expires or is due goes unnoticed until it runs again."
        ),
    )

    class Meta:
        model = PeriodicTask
        fields: ClassVar = ["enabled"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        schedule = self.instance.interval
        if schedule is not None:
            seconds = timedelta(**{schedule.period: schedule.every}).total_seconds()
            self.fields["every"].initial = int(seconds)

    def clean(self) -> dict[str, Any]:
        """Beat's own model checks are for schedules made by hand; here only the interval changes."""
        return self.cleaned_data

    def _post_clean(self) -> None:
        """Nothing of the instance is set by the form: `set_interval` does it."""


@admin.register(PeriodicTask)
class ScheduleAdmin(DeskAdmin):
    """How often each sweep runs. Sweeps are neither added nor removed here: portal/sweeps.py names them."""

    roles_view = ADMINISTRATOR
    form = IntervalForm
    list_display = ("description", "interval", "enabled", "last_run_at")
    fields = ("name", "description", "every", "enabled", "last_run_at")
    readonly_fields = ("name", "description", "last_run_at")
    list_select_related = ("interval",)
    ordering = ("name",)

    def has_change_permission(self, request: PortalRequest, obj: Model | None = None) -> bool:
        return self.has_view_permission(request)

    def save_model(self, request: PortalRequest, obj: PeriodicTask, form: Any, change: bool) -> None:
        set_interval(obj, every=timedelta(seconds=form.cleaned_data["every"]), enabled=form.cleaned_data["enabled"])
