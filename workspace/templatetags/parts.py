"""Template tags of the shell. None writes a ``style`` attribute: the policy forbids it."""

from typing import Any

from django import template
from django.template import Context
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

# Radius at which the circumference of a circle is 100, so that a dash is a percentage.
RING_RADIUS = "15.9155"

# Lower bounds of the heat steps h1 to h6, in percent; below the first is h0.
HEAT_STEPS = (30, 50, 60, 70, 80, 90)


@register.simple_tag
def icon(name: str, classes: str = "") -> SafeString:
    """Draw an icon of the sprite. It is always decoration: words beside it carry the meaning."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true"><use href="{}#{}"/></svg>',
        classes,
        static("built/icons.svg"),
        name,
    )


@register.simple_tag
def ring(percent: float, label: str = "", size: int = 36) -> SafeString:
    """Draw completeness as a ring with its number inside."""
    shown = whole_percent(percent)
    return format_html(
        '<svg class="ring ring-{}" viewBox="0 0 36 36" width="{}" height="{}" role="img" aria-label="{}">'
        '<circle class="ring-track" cx="18" cy="18" r="{}"/>'
        '<circle class="ring-value" cx="18" cy="18" r="{}" pathLength="100" stroke-dasharray="{} 100"/>'
        '<text x="18" y="21.5">{}</text></svg>',
        level(percent),
        size,
        size,
        f"{label} {shown}% complete".strip(),
        RING_RADIUS,
        RING_RADIUS,
        shown,
        shown,
    )


@register.filter
def whole_percent(percent: float) -> int:
    """Round down, so that only what is whole is shown as 100."""
    return int(percent)


@register.filter
def grouped(number: object) -> str:
    """1234567 as 1,234,567; what is no number stays as it is."""
    return f"{number:,}" if isinstance(number, int) else str(number)


@register.filter
def level(percent: float) -> str:
    """Name the tone of a percentage: ok, attention or bad."""
    if percent >= 95:
        return "ok"
    return "attention" if percent >= 70 else "bad"


@register.filter
def heat(percent: float) -> str:
    """Name the class of a heat cell, h0 (worst) to h6 (best)."""
    return f"h{sum(percent >= bound for bound in HEAT_STEPS)}"


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: object) -> str:
    """Return the page's query string with some parameters set, or dropped where the value is empty."""
    parameters = context["request"].GET.copy()
    for name, value in changes.items():
        if value in (None, ""):
            parameters.pop(name, None)
        else:
            parameters[name] = str(value)
    return f"?{parameters.urlencode()}"


@register.filter
def measure(use: str) -> str:
    """The number that a token's words begin with."""
    return use.partition(",")[0]


@register.filter
def open_uids(jobs: Any) -> str:
    """Which of the jobs run, as an address names them."""
    return ",".join(str(job.uid) for job in jobs if job.is_open)


@register.filter
def initials(user: Any) -> str:
    """Shorten a person's name to one or two letters."""
    words = (user.get_full_name() or user.get_username()).replace("@", " ").replace(".", " ").split()
    picked = words if len(words) < 2 else [words[0], words[-1]]
    return "".join(word[0] for word in picked).upper() or "?"
