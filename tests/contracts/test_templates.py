"""Every template parses, is used, can be translated, and keeps to the content security policy."""

from __future__ import annotations

import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.template import TemplateDoesNotExist, engines
from django.template.backends.django import DjangoTemplates
from django.template.loader import get_template
from django.template.loaders.cached import Loader as CachedLoader

from tests.contracts.source import OURS, ROOT

FOLDER = ROOT / "templates"
TEMPLATES = sorted(str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*") if path.suffix in (".html", ".txt"))
PAGES = [name for name in TEMPLATES if name.endswith(".html")]
MAIL = re.compile(r"(^|/)emails?/|^documents/")
"""Mail needs styles in place: no mail client reads a style sheet."""
LIBRARIES = (
    "account/",
    "mfa/",
    "usersessions/",
    "socialaccount/",
    "allauth/",
    "idp/",
    "admin/",
    "unfold/",
    "django/",
    "registration/",
    "django_tables2/",
)
"""Templates that replace a library's own: used by the library, under its name."""
BY_DJANGO = {
    "errors/400.html",
    "errors/403.html",
    "errors/404.html",
    "errors/409.html",
    "errors/500.html",
    "errors/csrf.html",
}
COMMENT = re.compile(r"{#.*?#}|{%\s*comment.*?%}.*?{%\s*endcomment\s*%}", re.DOTALL)
TRANSLATED = re.compile(r"{%\s*blocktrans(?:late)?\b.*?%}.*?{%\s*endblocktrans(?:late)?\s*%}", re.DOTALL)
TAG = re.compile(r"{%.*?%}|{{.*?}}", re.DOTALL)
WORDS = re.compile(r"[^\W\d_]{2,}")
IN_ATTRIBUTES = re.compile(r"{%\s*block (?:main_class|body_attributes)\s*%}.*?{%\s*endblock\s*%}", re.DOTALL)
"""Blocks that stand inside an element's own tag."""
ICONS = re.compile(r"<span[^>]*material-symbols[^>]*>[^<]*</span>")
"""Names of the desk's icons."""
NOT_PROSE = re.compile(r"[A-Z0-9\W_]+|[a-z]+[._][a-z._]*")
"""Abbreviations that are the same everywhere (LEI, PDF, SHA-256), and keys of rules (quorum.initial)."""
UNTRANSLATED = {
    "gallery.html": "Shows the components to those who build pages, in the demonstration only.",
}
SPOKEN = (
    "alt",
    "title",
    "aria-label",
    "placeholder",
    "label",
    "caption",
    "text",
    "note",
    "action",
    "kicker",
    "heading",
    "here",
    "hint",
)
"""Attributes that people read or hear, of elements and of our components."""
UNSPOKEN_TAGS = {"script", "style", "code", "pre", "c-vars"}


def _read(name: str) -> str:
    return (FOLDER / name).read_text()


@pytest.mark.parametrize("name", TEMPLATES)
def test_template_parses(name: str) -> None:
    get_template(name)


class _Reader(HTMLParser):
    """Collects texts and attributes that a person reads, outside what is not for people."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        self.elements.append((tag, held))
        self._silent += tag in UNSPOKEN_TAGS and tag != "c-vars"
        if tag not in UNSPOKEN_TAGS:
            self.texts += [str(value) for key, value in held.items() if key in SPOKEN and value]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in UNSPOKEN_TAGS and tag != "c-vars":
            self._silent = max(0, self._silent - 1)

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.texts.append(data)


def _plain(source: str) -> str:
    """The template without comments, translated texts and tags: what is left to read is not translated."""
    return TAG.sub("", TRANSLATED.sub("", ICONS.sub("", IN_ATTRIBUTES.sub("", COMMENT.sub("", source)))))


def untranslated(source: str) -> list[str]:
    """Words that people read and translators never see."""
    reader = _Reader()
    reader.feed(_plain(source))
    return [text.strip() for text in reader.texts if WORDS.search(text) and not NOT_PROSE.fullmatch(text.strip())]


def _elements(source: str) -> list[tuple[str, dict[str, str | None]]]:
    reader = _Reader()
    reader.feed(TAG.sub("x", COMMENT.sub("", source)))
    return reader.elements


@pytest.mark.parametrize("name", [name for name in TEMPLATES if name not in UNTRANSLATED])
def test_every_text_can_be_translated(name: str) -> None:
    found = (
        untranslated(_read(name))
        if name.endswith(".html")
        else [text for text in [_plain(_read(name))] if WORDS.search(text)]
    )
    assert [text for text in found if text != "Trusted Partner Portal"] == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("<p>Hello</p>", ["Hello"]),
        ("<p>{% translate 'Hello' %}</p>", []),
        ("<p>{% blocktranslate %}Hello <b>you</b>{% endblocktranslate %}</p>", []),
        ('<img alt="A picture">', ["A picture"]),
        ("<c-button href=\"{% url 'home' %}\">Go home</c-button>", ["Go home"]),
        ("<code>SELECT</code>{# a note #}", []),
        ("<p>LEI, PDF 2</p><p>quorum.initial</p>", []),
    ],
)
def test_the_scanner_finds_what_it_should(source: str, found: list[str]) -> None:
    assert untranslated(source) == found


@pytest.mark.parametrize("name", [name for name in PAGES if not MAIL.search(name)])
def test_no_style_and_no_script_goes_round_the_policy(name: str) -> None:
    """Styles come from the style sheet; a script in a page carries the nonce; no attribute holds code."""
    source, wrong = _read(name), []
    for tag, held in _elements(source):
        if "style" in held and not name.startswith(("admin/", "unfold/")):
            wrong.append(f"<{tag} style>")
        wrong += [
            f"<{tag} {key}>"
            for key in held
            if key.startswith("on") or str(held[key] or "").lower().startswith("javascript:")
        ]
        if tag == "style":
            wrong.append("<style>")
        data = held.get("type") in ("application/json", "application/ld+json")
        if tag == "script" and not data and "src" not in held and "nonce" not in held:
            wrong.append("<script> without a nonce")
    assert wrong == []


@cache
def _mentions() -> str:
    """Everything that can name a template: our code, and the templates themselves."""
    code = [path.read_text() for room in OURS for path in (ROOT / room).rglob("*.py")]
    return "\n".join([*code, *(_read(name) for name in TEMPLATES)])


@cache
def _components() -> set[str]:
    return set(re.findall(r"<c-([\w.\-]+)", _mentions()))


@cache
def _patterns() -> list[re.Pattern[str]]:
    """Names that are put together: f"admin/partners/case_{tab}.html"."""
    put_together = re.findall(r"""f["']([\w/]*{[^"']*?}[\w/.{}]*\.(?:html|txt))["']""", _mentions())
    return [re.compile("[^/]+".join(map(re.escape, re.split(r"{[^}]*}", name)))) for name in put_together]


def _is_used(name: str) -> bool:
    if any(pattern.fullmatch(name) for pattern in _patterns()):
        return True
    if name in BY_DJANGO or f'"{name}"' in _mentions() or f"'{name}'" in _mentions():
        return True
    path = Path(name)
    if path.parts[0] == "components":
        return ".".join(path.with_suffix("").parts[1:]).replace("_", "-") in {
            one.replace("_", "-") for one in _components()
        }
    return False


@pytest.mark.parametrize("name", [name for name in TEMPLATES if not name.startswith(LIBRARIES)])
def test_template_is_used(name: str) -> None:
    assert _is_used(name), f"Nothing names {name}"


@pytest.mark.parametrize("name", [name for name in TEMPLATES if name.startswith(LIBRARIES)])
def test_replacement_has_something_to_replace(name: str) -> None:
    """A library's template that no longer exists there would be dead here. New parts of ours must be named."""
    django = engines["django"]
    assert isinstance(django, DjangoTemplates)
    (cached,) = django.engine.template_loaders
    assert isinstance(cached, CachedLoader)
    loaders = [loader for loader in cached.loaders if "app_directories" in type(loader).__module__]
    for loader in loaders:
        try:
            loader.get_template(name)
            return
        except TemplateDoesNotExist:
            continue
    assert _is_used(name), f"No library has {name}, and nothing names it"
