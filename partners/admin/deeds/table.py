"""The deeds of a case, each with its words, its form and its action."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from partners.actions import case as case_deeds
from partners.actions import query as query_deeds
from partners.actions import referee as referee_deeds
from partners.actions import review as review_deeds
from partners.actions import signature as signature_deeds
from partners.admin.actions import sections_to_ask
from partners.admin.case import section_rows
from partners.admin.deeds.page import Deed
from partners.admin.hints import about_people
from partners.forms import desk as forms_
from partners.forms.referee import AskOutsideForm
from partners.models import Application
from partners.queries.application import read_sections
from partners.queries.case import Case
from partners.queries.workload import workload
from portal.accounts.models import User
from portal.core.actors import Actor


def _suggestion(case: Case, actor: Actor) -> dict[str, Any]:
    labels = dict(Application.Tier.choices)
    return {"suggestion": case.suggested, "suggested_label": labels[case.suggested.tier]}


def _tier_form(case: Case, data: Any) -> forms.Form:
    start = case.application.tier or case.suggested.tier
    return forms_.TierForm(data, rules=case.rules, initial={"tier": start})


def _reviewers(case: Case, actor: Actor) -> dict[str, Any]:
    return {
        "reviewers": list(User.objects.filter(pk__in=case.hands.assigned).order_by("name")),
        "hints": about_people(case.application, _possible(case), case.revision),
        "loads": workload(case.application.authority_id, case.reviewers),
    }


def _reviewer_form(case: Case, data: Any) -> forms.Form:
    return forms_.ReviewerForm(data, people=_possible(case))


def _possible(case: Case) -> list[User]:
    """Reviewers who may still be assigned."""
    hands = case.hands
    barred = hands.assigned | hands.authors | hands.screeners | hands.conflicted
    return [user for user in case.reviewers if user.pk not in barred]


def _sections(case: Case, actor: Actor) -> dict[str, Any]:
    return {"section_rows": section_rows(case, actor)}


def _dossier(case: Case, actor: Actor) -> dict[str, Any]:
    start, until = case.validity()
    return {
        "section_rows": section_rows(case, actor),
        "sections": read_sections(case.application, case.revision.answers) if case.revision else [],
        "recommendations": case.current_recommendations,
        "quorum": case.quorum_state,
        "valid_from": start,
        "valid_until": until,
        "digest": case.dossier_digest,
    }


DEEDS = {
    "screen": Deed(
        "screen",
        gettext_lazy("Screen the application"),
        gettext_lazy("Accept for review with this tier"),
        gettext_lazy("Screened. Next: assign a reviewer."),
        _tier_form,
        lambda case, data, actor: case_deeds.screen_application(application=case.application, by=actor, **data),
        _suggestion,
        "admin/partners/deed_tier.html",
        gettext_lazy("Is it complete, and may the institution apply at all? Then set the tier."),
    ),
    "tier": Deed(
        "set_tier",
        gettext_lazy("Change the tier"),
        gettext_lazy("Set this tier"),
        gettext_lazy("The tier is changed."),
        _tier_form,
        lambda case, data, actor: case_deeds.set_tier(application=case.application, by=actor, **data),
        _suggestion,
        "admin/partners/deed_tier.html",
    ),
    "reviewers": Deed(
        "assign",
        gettext_lazy("Assign a reviewer"),
        gettext_lazy("Assign"),
        gettext_lazy("Assigned. They have been told."),
        _reviewer_form,
        lambda case, data, actor: case_deeds.assign_reviewer(application=case.application, by=actor, **data),
        _reviewers,
        "admin/partners/deed_reviewers.html",
    ),
    "ask": Deed(
        "ask",
        gettext_lazy("Ask the institution"),
        gettext_lazy("Send the question"),
        gettext_lazy("The question is sent. The clock stands still until it is answered."),
        lambda case, data: forms_.AskForm(data, sections=sections_to_ask(case)),
        lambda case, data, actor: query_deeds.ask_question(application=case.application, by=actor, **data),
    ),
    "outside": Deed(
        "ask_outside",
        gettext_lazy("Ask an independent assessor"),
        gettext_lazy("Send the link"),
        gettext_lazy("Sent. They have three weeks to answer, and are reminded once."),
        lambda case, data: AskOutsideForm(data),
        lambda case, data, actor: referee_deeds.ask_referee(application=case.application, by=actor, **data),
        lead=gettext_lazy("They get a link by e-mail and need no account. The institution does not see the answer."),
    ),
    "recommend": Deed(
        "recommend",
        gettext_lazy("Recommend"),
        gettext_lazy("File the recommendation"),
        gettext_lazy("Your recommendation is filed."),
        lambda case, data: forms_.RecommendForm(data),
        lambda case, data, actor: review_deeds.recommend_decision(application=case.application, by=actor, **data),
        _sections,
        "admin/partners/deed_recommend.html",
    ),
    "send": Deed(
        "send_to_signatories",
        gettext_lazy("Send to the signatories"),
        gettext_lazy("Send to the signatories"),
        gettext_lazy("Sent. The signatories of all authorities have been told."),
        lambda case, data: forms_.ConfirmForm(data),
        lambda case, data, actor: case_deeds.send_to_signatories(application=case.application, by=actor),
        _dossier,
        "admin/partners/deed_send.html",
    ),
    "return": Deed(
        "return_to_review",
        gettext_lazy("Take back for review"),
        gettext_lazy("Take back, and void the signatures"),
        gettext_lazy("The case is back in review."),
        lambda case, data: forms_.ReasonForm(data),
        lambda case, data, actor: case_deeds.return_to_review(application=case.application, by=actor, **data),
        lead=gettext_lazy("Signatures given so far no longer count. Their rows stay."),
        dangerous=True,
    ),
    "sign": Deed(
        "sign",
        gettext_lazy("Read and sign"),
        gettext_lazy("Sign"),
        gettext_lazy("Signed."),
        lambda case, data: forms_.SignForm(data, initial={"seen": case.dossier_digest}),
        lambda case, data, actor: signature_deeds.sign_application(
            application=case.application, seen=data["seen"], note=data["note"], by=actor
        ),
        _dossier,
        "admin/partners/deed_sign.html",
        binding=True,
    ),
    "refuse": Deed(
        "refuse",
        gettext_lazy("Refuse"),
        gettext_lazy("Refuse, and decline the application"),
        gettext_lazy("Refused. The application is declined, and the institution has its letter."),
        lambda case, data: forms_.RefuseForm(data, rules=case.rules, initial={"seen": case.dossier_digest}),
        lambda case, data, actor: signature_deeds.refuse_application(application=case.application, by=actor, **data),
        _dossier,
        "admin/partners/deed_sign.html",
        gettext_lazy("One refusal declines the application. The institution can appeal."),
        dangerous=True,
        binding=True,
    ),
}
