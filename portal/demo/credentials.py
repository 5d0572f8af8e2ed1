"""Chapter: partners that carry their grant with them, as a credential bound to a key of their own."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from joserfc import jwt
from joserfc.jwk import ECKey

from grants.actions.credential import hand_out, register_key
from grants.models import Grant
from grants.rules.credential import PROOF_TYP
from grants.rules.proof import new_challenge
from portal.accounts.actor import confirmed
from portal.core import clock
from portal.demo.stage import Partner, Stage
from portal.demo.timeline import Story

SINCE = 21
"""Days before the present on which the first keys are registered."""
NAMES = ("Evaluation cluster", "Batch runner", "Secure enclave")


def holding(stage: Stage) -> Story:
    """Every third partner with a grant in force registers a key, one a day."""
    for partner in list(stage.partners.values()):
        grant = Grant.objects.filter(institution=partner.institution, state="in_force").order_by("reference").last()
        if grant is None or stage.chance(f"credential {partner.body.domain}").random() > 0.35:
            continue
        register(partner, grant, partner.rng.choice(NAMES))
        yield clock.now() + timedelta(days=1)


def register(partner: Partner, grant: Grant, name: str) -> None:
    """Answer a challenge by a new key, and take the credential. The private half is in nobody's hands afterwards."""
    by = confirmed(partner.administrator)
    assert by.person_id is not None  # machines register no keys
    challenge = new_challenge(grant.pk, by.person_id)
    key = ECKey.generate_key("P-256", private=True)
    claims = {"aud": settings.BASE_URL, "nonce": challenge.nonce, "iat": int(clock.now().timestamp())}
    header = {"alg": "ES256", "typ": PROOF_TYP, "jwk": key.as_dict(private=False)}
    proof = jwt.encode(header, claims, key, algorithms=["ES256"])
    made = register_key(grant=grant, name=name, proof=proof, challenge=challenge, by=by)
    hand_out(credential=made, by=by)
