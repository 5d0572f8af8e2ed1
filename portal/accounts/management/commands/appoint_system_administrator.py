"""`manage.py appoint_system_administrator EMAIL`: the first one, from the machine's own console."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from allauth.account.models import EmailAddress
from django.core.management.base import BaseCommand, CommandError

from portal.accounts.actions.appointment import appoint_system_administrator
from portal.core.actors import SYSTEM
from portal.core.verdicts import Refused


class Command(BaseCommand):
    help = "Appoints the account with this verified e-mail address as system administrator."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        address = EmailAddress.objects.filter(email__iexact=email, verified=True).select_related("user").first()
        if address is None:
            raise CommandError(f"No account has the verified address {email}. Sign up with it first.")
        try:
            appoint_system_administrator(user=address.user, by=SYSTEM)
        except Refused as error:
            raise CommandError(str(error.verdict.reason)) from error
        self.stdout.write(f"{address.user} is system administrator. They need a second factor to act.")
