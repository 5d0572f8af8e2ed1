"""Chapter: what people tell an authority without an account, and often without a name."""

from __future__ import annotations

from datetime import timedelta

from audits.actions.public_report import answer_as_reporter, ask_reporter, receive_report, set_report_aside
from audits.models import PublicReport
from portal.core import clock
from portal.demo.stage import Stage
from portal.demo.timeline import Story


def asked(stage: Stage) -> Story:
    """Somebody tells of keys in a folder, is asked which, and answers by the code."""
    home = stage.authorities[0]
    report, _code = receive_report(
        authority=home.organisation,
        about="A laboratory by the river",
        happened="Since the beginning of the month",
        text="Keys for a model lie in a folder that everybody in the building can open, guests of the canteen included. "
        "I said so to my superior twice. I do not want my name to be known.",
    )
    yield clock.now() + timedelta(hours=20)
    ask_reporter(report=report, text="Thank you. Which folder is it, and is it still open today?", by=home.officers[0])
    yield clock.now() + timedelta(hours=9)
    answer_as_reporter(
        report=report,
        text="It is the exchange folder of the night shift. It was still open this morning at seven.",
    )


def waiting(stage: Stage) -> Story:
    """Something that came in yesterday, and that nobody has looked at."""
    receive_report(
        authority=stage.authorities[0].organisation,
        about="",
        happened="Last Friday evening",
        text="A recruiter offered me paid work with “a model that others do not get yet”, on a private computer, with the "
        "account of somebody who has access. I have kept the messages.",
    )
    yield from ()


def aside(stage: Stage) -> Story:
    """Something that is no matter of the scheme. The reporter reads so under the code."""
    home = stage.authorities[0]
    report, _code = receive_report(
        authority=home.organisation,
        about="A shop",
        text="The assistant on the website of a shop gave me a wrong price.",
    )
    yield clock.now() + timedelta(days=1)
    set_report_aside(
        report=PublicReport.objects.get(pk=report.pk),
        outcome="The shop takes no part in the scheme and uses no model under it. The office for consumers can help.",
        by=home.officers[-1],
    )
