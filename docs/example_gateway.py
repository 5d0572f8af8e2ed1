"""An example gateway: checks portable credentials by itself, and asks the portal only when it must.

One file, to be read and taken apart. It needs Python 3.11 and one package, joserfc. Run it with

    PORTAL=https://portal.example AUDIENCE=https://gateway.example ACCESS_TOKEN=… python example_gateway.py 8080

    GET  /nonce  gives a nonce to whoever wants to present a credential
    POST /use    {"presentation": "…", "release": "…", "use_case": "…", "environment": "…", "data_class": "…"}

What it leaves out: TLS, several processes (nonces and counts are in memory), getting a new access token, and the model.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
import sys
import threading
import time
import urllib.error
import urllib.request
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

PORTAL = os.environ["PORTAL"].rstrip("/")
AUDIENCE = os.environ["AUDIENCE"]
TOKEN = os.environ.get("ACCESS_TOKEN", "")
MOST_CACHED = float(os.environ.get("MOST_CACHED", "300"))
"""Seconds after which to look again, even where the portal lets caches keep something longer."""
NONCE_LIFE = 300
LEEWAY = 30
NEAR_THE_END = 3600
"""Seconds before the end of a line from which on the portal is asked: it may have been made longer or shorter."""
SHARE = 0.8
"""Of a day's limit: below it this gateway counts alone; beyond it the portal is asked, which knows all gateways."""
VALID, SUSPENDED = 0, 2


class Refused(Exception):
    """No. The text is a code for whoever asked."""


class Away(Exception):
    """The portal does not answer."""


# --- strict reading -----------------------------------------------------------------------------------
def unb64(text):
    data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if base64.urlsafe_b64encode(data).rstrip(b"=").decode() != text:
        raise ValueError("two texts for the same bytes")
    return data


def once(pairs):
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member occurs twice")
    return found


def read_json(data):
    return json.loads(data, object_pairs_hook=once)


def digest(text):
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


def verified(token, key, typ, headers):
    """The claims of a JWS by this ES256 key and of this type. The header may hold nothing but `headers`."""
    try:
        header, claims = (read_json(unb64(part)) for part in token.split(".")[:2])
        if set(header) - headers or header.get("alg") != "ES256" or header.get("typ") != typ:
            raise Refused("wrong_header")
        if key.get("use", "sig") != "sig" or key.get("alg", "ES256") != "ES256":
            raise Refused("wrong_key")
        public = ECKey.import_key({name: key[name] for name in ("kty", "crv", "x", "y")})
        jws.deserialize_compact(token, public, algorithms=["ES256"])  # one algorithm, whatever the token says
    except (JoseError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refused("bad_signature") from error
    if not isinstance(claims, dict):
        raise Refused("malformed")
    return claims


def in_time(claims, *needed):
    """Libraries are known to skip these: a missing, past or future claim is refused here."""
    now = time.time()
    for name in needed:
        if isinstance(claims.get(name), bool) or not isinstance(claims.get(name), int | float):
            raise Refused(f"no_{name}")
    if claims.get("exp", now + 1) <= now - LEEWAY:
        raise Refused("expired")
    if claims.get("nbf", now) > now + LEEWAY or claims.get("iat", now) > now + LEEWAY:
        raise Refused("not_yet_valid")


# --- what is fetched, and kept as long as it may be ---------------------------------------------------
kept = {}
"""Address → (content, when to look again)."""
locked = threading.Lock()


def fetch(url, *, anew=False):
    """The content of an address, from memory while it may be kept; when the portal is away, the last that was seen."""
    content, again = kept.get(url, (None, 0.0))
    if content is not None and time.time() < again and not anew:
        return content
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            content = response.read()
            control = response.headers.get("Cache-Control", "")
    except urllib.error.HTTPError as error:
        raise Refused("not_published") from error
    except OSError as error:
        if content is None:
            raise Away(url) from error
        return content
    ages = [part.split("=")[1] for part in control.replace(" ", "").split(",") if part.startswith("max-age=")]
    age = float(ages[0]) if ages else 0.0
    with locked:
        kept[url] = content, time.time() + min(age, MOST_CACHED)
    return content


def key_of(purpose, token):
    """The portal's key that the token names, among those of that purpose. An unknown one is looked for once more."""
    try:
        kid = read_json(unb64(token.split(".")[0]))["kid"]
    except (ValueError, KeyError, TypeError) as error:
        raise Refused("no_kid") from error
    url = f"{PORTAL}/.well-known/jwks/{purpose}.json"
    for anew in (False, True):
        found = [key for key in json.loads(fetch(url, anew=anew))["keys"] if key["kid"] == kid]
        if len(found) == 1:
            return found[0]
    raise Refused("unknown_key")


def status(reference):
    """What the status list says: 0 valid, 1 invalid, 2 suspended. Raises Away where no list that counts is at hand."""
    place = reference["status_list"]
    uri, index = place["uri"], place["idx"]
    if not uri.startswith(f"{PORTAL}/credentials/status/"):
        raise Refused("foreign_status_list")
    token = fetch(uri).decode()
    claims = verified(token, key_of("status", token), "statuslist+jwt", {"alg", "typ", "kid"})
    if claims.get("sub") != uri:
        raise Refused("other_status_list")
    try:
        in_time(claims, "iat", "exp")
    except Refused as error:  # what is kept has grown too old to be trusted
        raise Away(uri) from error
    bits, data = claims["status_list"]["bits"], zlib.decompress(unb64(claims["status_list"]["lst"]))
    per_byte = 8 // bits
    if not 0 <= index < len(data) * per_byte:
        raise Refused("no_such_status")
    return data[index // per_byte] >> (index % per_byte * bits) & (1 << bits) - 1


# --- a presentation -----------------------------------------------------------------------------------
nonces = {}
"""Nonce → until when it can be answered."""


def new_nonce():
    now = time.time()
    with locked:
        for old in [nonce for nonce, until in nonces.items() if until < now]:
            del nonces[old]
        nonce = secrets.token_urlsafe(24)
        nonces[nonce] = now + NONCE_LIFE
    return nonce


def opened(presentation):
    """The credential's claims and what was disclosed, if it is the portal's and its holder presents it here and now."""
    token, *disclosures, binding = presentation.split("~")
    if not binding:
        raise Refused("not_bound")
    claims = verified(token, key_of("credentials", token), "dc+sd-jwt", {"alg", "typ", "kid"})
    in_time(claims, "iat", "nbf", "exp")
    if claims.get("iss") != PORTAL or claims.get("vct") != f"{PORTAL}/credentials/types/access-grant":
        raise Refused("other_issuer")
    bound = verified(binding, claims["cnf"]["jwk"], "kb+jwt", {"alg", "typ"})
    in_time(bound, "iat")
    if bound["iat"] < time.time() - NONCE_LIFE - LEEWAY:
        raise Refused("expired")
    if bound.get("aud") != AUDIENCE:
        raise Refused("other_audience")
    shown = presentation[: len(presentation) - len(binding)]
    if not hmac.compare_digest(str(bound.get("sd_hash")), digest(shown)):
        raise Refused("other_disclosures")
    with locked:
        until = nonces.pop(str(bound.get("nonce")), 0)  # answered once: a replay finds nothing
    if until < time.time():
        raise Refused("unknown_nonce")
    return claims, disclosed(claims, disclosures)


def disclosed(claims, disclosures):
    """Members by name, and the lines: each disclosure's digest must be among those signed, and be there once."""
    if claims.get("_sd_alg") != "sha-256" or len(set(disclosures)) != len(disclosures):
        raise Refused("malformed")
    members, lines = {}, []
    for text in disclosures:
        try:
            parts = read_json(unb64(text))
        except ValueError as error:
            raise Refused("malformed") from error
        if len(parts) == 3 and digest(text) in claims["_sd"] and parts[1] not in claims:
            members[parts[1]] = parts[2]
        elif len(parts) == 2 and {"...": digest(text)} in claims["lines"]:
            lines.append(parts[1])
        else:
            raise Refused("tampered_disclosure")
    return members, lines


# --- the decision -------------------------------------------------------------------------------------
counted = {}
"""(day, status place of the line) → requests that this gateway let through."""


def decide(asked):
    """{"decision": …, "by": "credential" or "portal", "reason": code}."""
    try:
        claims, (members, lines) = opened(asked["presentation"])
        line = covering(lines, asked)
        if claims_status(claims, line) is None:
            return ask_portal(members, asked)
        if why_to_ask(line, asked):
            return ask_portal(members, asked)
    except Refused as error:
        return {"decision": False, "by": "credential", "reason": str(error)}
    except Away:
        return {"decision": False, "by": "credential", "reason": "portal_away"}
    except (ValueError, KeyError, TypeError, IndexError, AttributeError):  # whatever else a hostile text leads to
        return {"decision": False, "by": "credential", "reason": "malformed"}
    count(line, asked)
    return {"decision": True, "by": "credential", "reason": "", "obligations": line["obligations"]}


def covering(lines, asked):
    names = ("release", "use_case", "environment", "data_class")
    found = [line for line in lines if all(line[name] == asked.get(name) for name in names)]
    if not found:
        raise Refused("not_disclosed_or_not_granted")
    in_time({"nbf": found[0]["nbf"], "exp": found[0]["exp"] + LEEWAY})  # days end on time
    return found[0]


def claims_status(claims, line):
    """Valid, or refused; None where no list that counts is at hand, so that the portal has to say it."""
    try:
        told = [status(claims["status"]), status(line["status"])]
    except Away:
        return None
    if told != [VALID, VALID]:
        raise Refused("suspended" if set(told) <= {VALID, SUSPENDED} else "revoked")
    return VALID


def why_to_ask(line, asked):
    """Why the credential alone is not enough, or nothing."""
    if line["names_people"] and asked.get("person"):
        return "people"
    if line["exp"] - time.time() < NEAR_THE_END:
        return "near_the_end"
    if counted.get(place_of(line), 0) + asked.get("requests", 1) > SHARE * line["limits"]["requests_per_day"]:
        return "limit"
    return ""


def place_of(line):
    place = line["status"]["status_list"]
    return time.strftime("%Y-%m-%d", time.gmtime()), place["uri"], place["idx"]


def count(line, asked):
    with locked:
        counted[place_of(line)] = counted.get(place_of(line), 0) + asked.get("requests", 1)


def ask_portal(members, asked):
    """The question of OpenID AuthZEN Authorization API 1.0. Without the portal's answer it is no."""
    if "organisation" not in members:
        raise Refused("disclose_the_organisation")
    person = asked.get("person")
    question = {
        "subject": {"type": "person", "id": person}
        if person
        else {"type": "partner", "id": members["organisation"]["id"]},
        "action": {"name": asked["use_case"]},
        "resource": {"type": "model_release", "id": asked["release"]},
        "context": {
            "environment": asked["environment"],
            "data_class": asked["data_class"],
            "requests": asked.get("requests", 1),
        },
    }
    request = urllib.request.Request(
        f"{PORTAL}/access/v1/evaluation",
        data=json.dumps(question).encode(),
        headers={"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=5) as response:
            answer = json.load(response)
    except urllib.error.HTTPError as error:
        raise Refused(f"portal_answers_{error.code}") from error
    except OSError as error:
        raise Away(str(error)) from error
    context = answer.get("context", {})
    return {
        "decision": answer["decision"] is True,
        "by": "portal",
        "reason": context.get("reason_code", ""),
        "context": context,
    }


# --- over HTTP ----------------------------------------------------------------------------------------
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.say(200, {"nonce": new_nonce()}) if self.path == "/nonce" else self.say(404, {})

    def do_POST(self):
        try:
            asked = read_json(self.rfile.read(min(int(self.headers["Content-Length"]), 200_000)))
            wanted = ("presentation", "release", "use_case", "environment", "data_class")
            whole = all(isinstance(asked[name], str) for name in wanted) and type(asked.get("requests", 1)) is int
        except (ValueError, KeyError, TypeError):
            whole = False
        self.say(200, decide(asked)) if whole and asked.get("requests", 1) > 0 else self.say(
            400, {"reason": "malformed"}
        )

    def say(self, code, content):
        body = json.dumps(content).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Quiet: what is presented does not belong into a log."""


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 8080), Handler)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()
