"""Sentences of the rules on environments."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as lazy

NOTICES = lazy("Notices before an accreditation ends")
