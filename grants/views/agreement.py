"""The agreement on a grant: its text, signing it, and its sealed pack in each version."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from grants.access import get_own_grant
from grants.actions.grant import accept_agreement
from grants.forms.fields import refuse_into
from grants.forms.request import AgreementForm
from grants.models import Agreement, AgreementPack
from grants.queries.pack import addenda_of
from partners.files import attachment
from partners.views.signing import signing_on
from portal.accounts.guards import signed_in
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.core.verdicts import Conflict, Refused, require
from portal.rulebook.queries import rules
from portal.workflow import can


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def agreement(request: PortalRequest, pk: UUID) -> HttpResponse:
    """The agreement's text, and accepting it. Everybody of the institution may read it."""
    actor: Actor = request.actor
    found = get_own_grant(actor=actor, pk=pk)
    verdict = can(found, "accept", actor)
    if request.method == "POST":
        require(verdict)
    signing = signing_on(request, found.institution_id, rules())
    paper = Agreement.objects.select_related("accepted_by").get(grant=found)
    declarations = rules(found.rulebook).declarations_on("agreement")
    begins = {"seen": paper.digest, "capacity": signing.capacity}
    status = 200
    form = AgreementForm(request.POST or None, declarations=declarations, initial=begins)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            accept_agreement(
                grant=found, seen=data["seen"], capacity=data["capacity"], declared=form.declared, by=actor
            )
        except Refused as error:
            refuse_into(form, error)
            if isinstance(error, Conflict):
                paper, status = Agreement.objects.select_related("accepted_by").get(grant=found), 409
                form.data = {**request.POST.dict(), "seen": paper.digest}
        else:
            messages.success(request, _("Grant %(reference)s is in force.") % {"reference": found.reference})
            return redirect("grants:grant", pk=found.pk)
    shown = {
        "grant": found,
        "agreement": paper,
        "paragraphs": paper.text.split("\n\n"),
        "form": form,
        "signing": signing,
        "verdict": verdict,
        "packs": AgreementPack.objects.filter(grant=found).select_related("measure__line").order_by("-id"),
        "addenda": addenda_of(found),
    }
    return render(request, "grants/agreement.html", shown, status=status)


@require_safe
@signed_in
def pack(request: PortalRequest, pk: UUID, pack: UUID) -> HttpResponse:
    """The agreement as a sealed PDF, as it was put before the institution or as it was signed."""
    found = get_own_grant(actor=request.actor, pk=pk)
    kept = AgreementPack.objects.filter(grant=found, pk=pack).first()
    if kept is None:
        raise Http404
    name = f"{slugify(found.reference)}-agreement-{kept.version}-{kept.kind}.pdf"
    return cast(HttpResponse, attachment(kept.stored_name, name=name, content_type="application/pdf"))
