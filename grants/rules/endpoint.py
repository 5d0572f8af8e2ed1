"""Where signals may be pushed to. An address is looked at when it is given, and its host again at every connection."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from portal.core.verdicts import ALLOWED, Verdict, refused

LOOPBACK = ("localhost", "127.0.0.1", "::1")
MOST_URL, MOST_HEADER = 1000, 4000
"""Characters."""
NAT64 = ("64:ff9b::", "64:ff9b:1::")
Address = IPv4Address | IPv6Address


def is_public(address: Address) -> bool:
    """Whether the address is one of the public internet, and leads to none that is not."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo and address.teredo[1])
        if inner or any(str(address).startswith(prefix) for prefix in NAT64):
            return False
    return address.is_global and not address.is_multicast


def may_connect(address: str, *, private: bool) -> bool:
    """Whether a connection to that address may be made. `private`: private and loopback ones too (a setting)."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if private:
        return not (found.is_multicast or found.is_unspecified or found.is_link_local)
    return is_public(found)


def endpoint_verdict(url: str, *, private: bool, plain: bool) -> Verdict:
    """Whether signals may be pushed to the address. `plain`: over http on this machine too (local settings)."""
    wrong = refused(_("Give an https address of your receiver."), code="invalid_endpoint", rule="stream.endpoint")
    if not url or len(url) > MOST_URL or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        return wrong
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return wrong
    if not host or port == 0 or parts.username is not None or parts.password is not None or parts.fragment:
        return wrong
    if parts.scheme != "https" and not (parts.scheme == "http" and plain and host in LOOPBACK):
        return wrong
    if not private and not _may_be_public(host):
        text = _("This address is inside a private network. Give one that is reachable from outside.")
        return refused(text, code="private_endpoint", rule="stream.endpoint")
    return ALLOWED


def _may_be_public(host: str) -> bool:
    name = host.rstrip(".").lower()
    try:
        return is_public(ip_address(name))
    except ValueError:
        inside = name == "localhost" or name.endswith((".localhost", ".local", ".internal", ".home.arpa"))
        # a last label of digits is read by some resolvers as a number of an address (WHATWG URL, ends in a number)
        last = name.rpartition(".")[2]
        return "." in name and not inside and not last.isdigit() and not last.startswith("0x")


def header_verdict(value: str) -> Verdict:
    """Whether this may be sent as an Authorization header: printable ASCII in one line."""
    if value and len(value) <= MOST_HEADER and value.isascii() and value.isprintable() and value == value.strip():
        return ALLOWED
    text = _("Give the authorization header as one line of printable characters.")
    return refused(text, code="invalid_header", rule="stream.authorization")
