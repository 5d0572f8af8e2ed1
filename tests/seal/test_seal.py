"""The seal: valid for other programs, over every byte, without loss of tags; and worth nothing after any change."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pikepdf
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from portal.seal import checks
from portal.seal.cms import check_detached, seal_detached
from portal.seal.keys import SealError, own_roots, peer_roots, seal_key
from portal.seal.pdf import FIELD, SIGNED, seal_pdf, seals_of
from portal.ui.documents import render_pdf

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
DATA: dict[str, Any] = {"institution": "Nordfjord Institute", "date": "2026-03-01", "paragraphs": ["Read this."]}
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def document() -> bytes:
    return render_pdf("evidence.typ", DATA, title="A letter", at=AT)


def sealed(content: bytes | None = None) -> bytes:
    return seal_pdf(content or document(), at=AT, reason="A letter", tooltip="Seal of the portal")


def pem(key: Key) -> str:
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


def certificate(key: Key, *, name: str = "Another portal", **other: Any) -> str:
    """A self-made certificate, valid around the day of these tests."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    usage = x509.KeyUsage(
        other.get("signs", True), other.get("signs", True), False, False, False, True, True, False, False
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(other.get("start", datetime(2020, 1, 1, tzinfo=UTC)))
        .not_valid_after(other.get("end", datetime(2050, 1, 1, tzinfo=UTC)))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM).decode()


def another(settings: Any, key: Key | None = None, **more: Any) -> None:
    """Let the portal have another key."""
    made = key or ec.generate_private_key(ec.SECP256R1())
    settings.SEAL_KEY, settings.SEAL_CHAIN = pem(made), certificate(made, **more)


# --- what other programs make of it ---------------------------------------------------------------


@pytest.mark.parametrize("kind", ["as set up", "ECDSA", "RSA"])
def test_pyhanko_reads_the_seal_as_pades_over_the_whole_file(settings: Any, kind: str) -> None:
    from asn1crypto import x509 as asn1
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    if kind != "as set up":
        another(settings, rsa.generate_private_key(65537, 2048) if kind == "RSA" else None)
    found = PdfFileReader(io.BytesIO(sealed())).embedded_signatures[0]
    roots = [asn1.Certificate.load(root.public_bytes(serialization.Encoding.DER)) for root in own_roots()]
    status = validate_pdf_signature(found, ValidationContext(trust_roots=roots, moment=AT, best_signature_time=AT))
    assert status.bottom_line, status.pretty_print_details()
    assert status.coverage.name == "ENTIRE_FILE"
    assert found.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    assert found.self_reported_timestamp == AT
    attributes = {item["type"].native for item in found.signer_info["signed_attrs"]}
    assert attributes == {"content_type", "message_digest", "signing_certificate_v2"}


def test_a_sealed_document_keeps_its_tags() -> None:
    content = document()
    with pikepdf.open(io.BytesIO(content)) as before, pikepdf.open(io.BytesIO(sealed(content))) as after:
        assert after.Root.MarkInfo.Marked
        assert str(after.Root.Lang) == str(before.Root.Lang)
        assert after.Root.StructTreeRoot.K.unparse() == before.Root.StructTreeRoot.K.unparse()
        with after.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"


def test_the_field_is_hidden_named_and_out_of_the_way_of_tabs() -> None:
    with pikepdf.open(io.BytesIO(sealed())) as pdf:
        (field,) = pdf.Root.AcroForm.Fields
        assert (str(field.T), str(field.TU)) == (FIELD, "Seal of the portal")
        assert int(field.F) & 2
        assert [float(side) for side in field.Rect] == [0, 0, 0, 0]
        assert all(str(page.Tabs) == "/S" for page in pdf.pages if "/Annots" in page)
        assert int(field.V.Reference[0].TransformParams.P) == 1  # no change is allowed afterwards


# --- changes --------------------------------------------------------------------------------------


def seals(content: bytes) -> Any:
    return seals_of(content, roots=own_roots(), at=AT)


def test_a_seal_is_found_by_the_bytes_alone() -> None:
    (found,) = seals(sealed())
    assert found.whole
    assert found.checked.intact
    assert found.checked.trusted


def test_an_update_after_the_seal_is_seen() -> None:
    content = sealed()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert len(pdf.pages) == 1
    (found,) = seals(content + b"\n1 0 obj\n<< >>\nendobj\n%%EOF\n")
    assert found.checked.intact
    assert not found.whole


def test_no_single_changed_byte_passes() -> None:
    content = bytearray(sealed())
    found = SIGNED.search(content)
    assert found
    before, after = int(found[1]), int(found[2])
    for place in range(100, len(content), 611):
        changed = bytearray(content)
        changed[place] ^= 1
        if before < place < after:  # the signature is not signed itself: letters are held by their digest besides
            continue
        assert not [one for one in seals(bytes(changed)) if one.checked.trusted and one.whole], place


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"%PDF-1.7",
        b"/ByteRange [0 1 2 3]" * 1000,
        b"/ByteRange [0 9999999999 9999999999 1]",
        b"/ByteRange [0 5 30 0]<3080000000000000000000000>",
        b"/ByteRange [0 1 90 1]<" + b"3084ffffffff" * 10 + b">",
    ],
)
def test_rubbish_is_no_seal(content: bytes) -> None:
    assert not any(one.checked.intact for one in seals(content))


def test_somebody_elses_seal_is_intact_and_not_trusted(settings: Any) -> None:
    ours = own_roots()
    another(settings)
    (found,) = seals_of(sealed(), roots=ours, at=AT)
    assert found.checked.intact
    assert not found.checked.trusted
    assert found.checked.name == "Another portal"


def test_letters_of_a_former_key_stay_ours(settings: Any) -> None:
    before, content = settings.SEAL_CHAIN, sealed()
    another(settings)
    assert not seals(content)[0].checked.trusted
    settings.SEAL_EARLIER = before
    assert seals(content)[0].checked.trusted


# --- detached -------------------------------------------------------------------------------------


def test_a_detached_seal_is_over_these_bytes_only() -> None:
    made = seal_detached(b"manifest", at=AT)
    assert check_detached(b"manifest", made, roots=own_roots(), at=AT).trusted
    assert not check_detached(b"manifesto", made, roots=own_roots(), at=AT).intact
    assert not check_detached(b"manifest", made, roots=(), at=AT).trusted


@pytest.mark.parametrize("made", [b"", b"\x30\x80", b"x" * 300_000, b"\x30\x03\x02\x01\x00", bytes(5000)])
def test_a_broken_detached_seal_is_worth_nothing(made: bytes) -> None:
    assert not check_detached(b"manifest", made, roots=own_roots(), at=AT).intact


def test_another_portal_is_trusted_only_where_it_is_named(settings: Any) -> None:
    ours = (settings.SEAL_KEY, settings.SEAL_CHAIN)
    another(settings)
    theirs, made = settings.SEAL_CHAIN, seal_detached(b"manifest", at=AT)
    settings.SEAL_KEY, settings.SEAL_CHAIN = ours
    assert not check_detached(b"manifest", made, roots=peer_roots(), at=AT).trusted
    settings.SEAL_PEERS = theirs
    assert check_detached(b"manifest", made, roots=peer_roots(), at=AT).trusted
    assert not check_detached(b"manifest", made, roots=own_roots(), at=AT).trusted


# --- the key --------------------------------------------------------------------------------------


def test_the_key_must_be_the_certificates_own(settings: Any) -> None:
    settings.SEAL_KEY = pem(ec.generate_private_key(ec.SECP256R1()))
    with pytest.raises(SealError, match="does not belong"):
        seal_key()


def ids(found: Any) -> list[str]:
    return [message.id for message in found]


def test_a_deployment_has_a_key_of_its_own(settings: Any) -> None:
    assert ids(checks.seal(None)) == ["portal.E014"]  # the one that the demonstration made for itself
    another(settings)
    assert ids(checks.seal(None)) == []
    settings.SEAL_KEY = ""
    assert ids(checks.seal(None)) == ["portal.E013"]
    settings.SEAL_BACKEND = "portal.seal.nowhere.Key"
    assert ids(checks.seal(None)) == ["portal.E013"]


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"end": datetime(2021, 1, 1, tzinfo=UTC)}, ["portal.E014"]),
        ({"signs": False}, ["portal.E014"]),
        ({"end": datetime.now(UTC) + timedelta(days=20)}, ["portal.W004"]),
    ],
)
def test_a_certificate_that_cannot_serve_is_told(settings: Any, more: dict[str, Any], told: list[str]) -> None:
    another(settings, **more)
    assert ids(checks.seal(None)) == told
