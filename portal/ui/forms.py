"""How forms are rendered: USWDS fields with hints, errors that are linked to, and nothing that needs a script.

`UswdsRenderer` is the project's FORM_RENDERER, so that every form (ours and allauth's) looks the same by
`{{ form }}` or `{% field form.name %}`. Widgets of the desk (Unfold, Django's admin) keep their own look.
Required fields are not marked; optional ones are. Browsers' own bubbles are off, because they can't be
read again: the server answers with a summary on top and the message at the field.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.utils.translation import gettext_lazy as _

from portal.core.verdicts import Verdict

CLASSES: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.CheckboxInput, "usa-checkbox__input"),
    (forms.RadioSelect, "usa-radio__input"),
    (forms.CheckboxSelectMultiple, "usa-checkbox__input"),
    (forms.Textarea, "usa-textarea"),
    (forms.Select, "usa-select"),
    (forms.FileInput, "usa-file-input"),
    (forms.widgets.Input, "usa-input"),
)
"""Widget to USWDS class; the first that fits wins, so narrower kinds come before wider ones."""
FOREIGN = ("unfold.", "django.contrib.admin.", "crispy_forms.")


_MISSING = _("Fill in “%(label)s”.")
_MISSING_CHOICE = _("Choose an answer to “%(label)s”.")
_MISSING_FILE = _("Choose a file for “%(label)s”.")
_MISSING_TICK = _("Tick “%(label)s” to go on.")


class Described(str):
    """A choice's label with a second line: `("low", Described("Tier 1", "No weights leave the provider"))`."""

    __slots__ = ("hint",)
    hint: str

    def __new__(cls, label: str, hint: str = "") -> Described:
        made = super().__new__(cls, label)
        made.hint = hint
        return made


class MemorableDate(forms.MultiWidget):
    """A date that people know by heart, as three short boxes: day, month, year."""

    template_name = "django/forms/widgets/memorable_date.html"
    use_fieldset = True

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        boxes: dict[str, forms.Widget | type[forms.Widget]] = {
            name: forms.TextInput(attrs=attrs) for name in ("day", "month", "year")
        }
        super().__init__(boxes, attrs)

    def decompress(self, value: date | str | None) -> list[str | None]:
        if isinstance(value, date):
            return [str(value.day), str(value.month), str(value.year)]
        if value:
            year, month, day = [*str(value).split("-", 2), "", ""][:3]
            return [day, month, year]
        return [None, None, None]

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> str | None:  # type: ignore[override]
        """The three boxes as an ISO date, or as it was typed where it is none: the field then says so."""
        if name in data:
            return str(data[name])
        day, month, year = (str(data.get(f"{name}_{part}", "")).strip() for part in ("day", "month", "year"))
        if not (day or month or year):
            return None
        return f"{year.zfill(4)}-{month.zfill(2)}-{day.zfill(2)}" if year and month and day else f"{year}-{month}-{day}"

    def id_for_label(self, id_: str, index: str | None = None) -> str:
        return f"{id_}_0" if id_ else id_


class MemorableDateField(forms.DateField):
    """A date asked in three boxes."""

    widget = MemorableDate
    default_error_messages: ClassVar[dict[str, Any]] = {
        "invalid": _("Enter a real date: day, month and year, for example 3 5 2027."),
        "required": _("Enter a date."),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%d"], **kwargs)

    def to_python(self, value: Any) -> date | None:
        try:
            return super().to_python(value)
        except ValueError as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error


class UswdsBoundField(BoundField):
    """A field that knows its USWDS class, and where its error summary must lead."""

    @property
    def is_foreign(self) -> bool:
        """Whether the widget belongs to the desk and keeps its own look."""
        return any(f"{kind.__module__}.".startswith(FOREIGN) for kind in type(self.field.widget).__mro__[:2])

    @property
    def kind(self) -> str:
        """What the template needs to know of the widget: `checkbox`, `choices`, `date`, `file`, `text` or `other`."""
        widget = self.field.widget
        if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
            return "choices"
        if isinstance(widget, forms.CheckboxInput):
            return "checkbox"
        if isinstance(widget, MemorableDate):
            return "date"
        if isinstance(widget, forms.FileInput):
            return "file"
        return "text" if isinstance(widget, forms.Textarea) else "other"

    @property
    def first_id(self) -> str:
        """The id of the first control, for links from the error summary."""
        return f"{self.auto_id}_0" if self.kind == "choices" else self.id_for_label or self.auto_id

    @property
    def optional(self) -> bool:
        """Whether to mark the field: a lone checkbox that may stay empty needs no mark."""
        return not self.field.required and not self.field.disabled and self.kind != "checkbox"

    @property
    def messages(self) -> list[str]:
        """The field's errors; a missing answer names the question, so that the summary can be read by itself."""
        wanted = _MISSING_FILE if self.kind == "file" else _MISSING_CHOICE if self._is_choice else _MISSING
        wanted = _MISSING_TICK if self.kind == "checkbox" else wanted
        stock = str(forms.Field.default_error_messages["required"])
        return [str(wanted) % {"label": self.label} if str(error) == stock else str(error) for error in self.errors]

    @property
    def _is_choice(self) -> bool:
        return self.kind == "choices" or isinstance(self.field.widget, forms.Select)

    @property
    def counted(self) -> int | None:
        """The limit that a counter shows beneath a long answer."""
        limit: int | None = getattr(self.field, "max_length", None)
        return limit if self.kind == "text" else None

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        built: dict[str, Any] = super().build_widget_attrs(attrs, widget)
        used = widget or self.field.widget
        if self.is_foreign or used.is_hidden:
            return built
        if built.pop("required", False) and self.kind not in ("choices", "date"):
            built["aria-required"] = "true"
        classes = [
            next((name for kind, name in CLASSES if isinstance(used, kind)), "usa-input" if self.kind == "date" else "")
        ]
        if self.errors and self.kind not in ("checkbox", "choices"):
            classes.append("usa-input--error")
        if self.counted:
            classes.append("usa-character-count__field")
        classes.append(str(used.attrs.get("class", "")))
        built["class"] = " ".join(filter(None, classes))
        if self.kind == "text" and str(used.attrs.get("rows", "")) in ("", "10"):
            built["rows"] = 5
        if type(used) is forms.DateInput:
            used.input_type, used.format = "date", "%Y-%m-%d"
        return built

    def as_field_group(self) -> Any:
        return self.render()

    def get_context(self) -> dict[str, Any]:
        return {"field": self, **getattr(self, "options", {})}


class UswdsRenderer(TemplatesSetting):
    """Forms from templates/django/forms, through the project's template engine."""

    form_template_name = "django/forms/form.html"
    field_template_name = "django/forms/field.html"
    bound_field_class = UswdsBoundField


def summary_of(form: forms.BaseForm) -> list[tuple[str, str]]:
    """Every error of the form as (id of the field or "", message), those of the whole form first."""
    found = [("", str(message)) for message in form.non_field_errors()]
    for name in form.fields:
        bound = form[name]
        anchor = getattr(bound, "first_id", bound.id_for_label) if not bound.is_hidden else ""
        found += [(anchor, str(message)) for message in getattr(bound, "messages", bound.errors)]
    return found


def refuse(form: forms.BaseForm, verdict: Verdict) -> None:
    """Put a refusal that the view caught into the form's error summary, with the rule that it rests on."""
    words = str(verdict.reason)
    form.add_error(None, f"{words} ({verdict.rule})" if verdict.rule else words)


def offer(form: forms.BaseForm, name: str, choices: Sequence[tuple[Any, Any]]) -> None:
    """Set the choices of a field where they are known only once the form is made."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices


def offer_rows(form: forms.BaseForm, name: str, rows: QuerySet[Any]) -> None:
    """Set the rows that a field lets choose from, where they are known only once the form is made."""
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset = rows


def hide_labels(form: forms.BaseForm, names: tuple[str, ...]) -> None:
    """Keep labels for those who listen, and hide them from those who see (filters, search)."""
    for name in names:
        form.fields[name].hide_label = True  # type: ignore[attr-defined]
