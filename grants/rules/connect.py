"""What a gateway asks on an institution's behalf, written out: as JSON, for curl, and as a Python program."""

from __future__ import annotations

import json
from typing import Any

PATH = "/access/v1/evaluation"
"""The endpoint of OpenID AuthZEN Authorization API 1.0, section 6."""

_PYTHON = '''\
import json
import os
import urllib.request

question = json.loads("""
{question}
""")
request = urllib.request.Request(
    "{url}",
    data=json.dumps(question).encode(),
    headers={{
        "Authorization": "Bearer " + os.environ["ACCESS_TOKEN"],
        "Content-Type": "application/json",
    }},
)
with urllib.request.urlopen(request, timeout=10) as response:
    answer = json.load(response)
print("permitted" if answer["decision"] else "denied", json.dumps(answer.get("context", {{}})))
'''
_CURL = """\
curl --silent --show-error '{url}' \\
  --header "Authorization: Bearer $ACCESS_TOKEN" \\
  --header 'Content-Type: application/json' \\
  --data '{question}'
"""


def question_of(line: Any) -> dict[str, Any]:
    """The question about one request under a line, by the identifiers that gateways use."""
    return {
        "subject": {"type": "partner", "id": str(line.institution_id)},
        "action": {"name": line.use_case},
        "resource": {"type": "model_release", "id": line.release.key},
        "context": {
            "environment": line.environment.key,
            "data_class": line.data_class,
            "access_route": line.access_route,
            "requests": 1,
        },
    }


def snippets(line: Any, base: str) -> dict[str, str]:
    """The question as `json`, and programs that ask it: `curl` and `python`. `base` is the portal's address.

    None of the identifiers can hold a quotation mark: keys are slugs, the rest are ids and words of the rulebook.
    """
    question = json.dumps(question_of(line), indent=2)
    url = f"{base.rstrip('/')}{PATH}"
    return {
        "json": question,
        "curl": _CURL.format(url=url, question=question),
        "python": _PYTHON.format(url=url, question=question),
    }
