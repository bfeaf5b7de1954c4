"""What each part of the pages is called, when it is the right one, and the line that draws it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    name: str
    when: str
    line: str


@dataclass(frozen=True)
class Token:
    name: str
    use: str


# Name of the token, what it is for. A test holds them against tokens.css.
COLOURS: dict[str, list[Token]] = {
    "Grounds": [
        Token("bg", "the page"),
        Token("surface", "cards, tables, the header"),
        Token("raised", "what floats: dialogs, menus"),
        Token("sunk", "hover, tracks, chips"),
    ],
    "Ink and lines": [
        Token("text", "what is read"),
        Token("muted", "hints and labels, 6 to 1"),
        Token("line", "between things"),
        Token("control", "around what one fills in"),
    ],
    "Blue: links, focus, the one main action": [
        Token("blue", "links, the main button"),
        Token("blue-strong", "the same, hovered"),
        Token("on-blue", "words on blue"),
        Token("blue-soft", "what is chosen"),
    ],
    "States: never alone, a word or an icon goes with them": [
        Token("ok", "good"),
        Token("ok-soft", "its ground"),
        Token("attention", "soon a person is needed"),
        Token("attention-soft", "its ground"),
        Token("bad", "wrong or refused"),
        Token("bad-soft", "its ground"),
        Token("on-bad", "words on bad"),
    ],
    "What floats": [
        Token("toast", "a toast"),
        Token("on-toast", "words on it"),
        Token("toast-link", "Undo on it"),
        Token("veil", "behind a dialog"),
    ],
    "Heat: from worst to best, the number stands in the cell": [
        Token(f"heat-{step}", f"step {step}") for step in range(7)
    ],
}
TYPE = [
    Token("size-title", "20, page title, 650"),
    Token("size-section", "16, section, 650"),
    Token("size-body", "14, body"),
    Token("size-label", "13, labels and tables"),
    Token("size-hint", "12, hints"),
]
SPACES = [
    Token("space-1", "4, inside a chip"),
    Token("space-2", "8, between neighbours"),
    Token("space-3", "12, inside a row"),
    Token("space-4", "16, between cards, inside them"),
    Token("space-5", "24, around an empty state"),
    Token("control-height", "32, what one presses; never below 24"),
    Token("row-height", "36, a row of a table"),
    Token("header-height", "52, the header"),
    Token("tile", "168, a picture among pictures"),
]
ROUND = [Token("radius", "6, controls"), Token("radius-card", "10, cards and dialogs")]


def _include(name: str, arguments: str = "") -> str:
    return f'{{% include "workspace/parts/{name}.html"{arguments} %}}'


PARTS: dict[str, Part] = {
    # What one presses and fills in
    "button": Part(
        "Button",
        "For what changes something; a link goes somewhere. One main button a screen; red only for what takes away.",
        '<button class="btn btn-primary">{% icon "check" %}Confirm</button>',
    ),
    "key": Part(
        "Key",
        "Where a hand stays on the keyboard. The sheet of keys (?) lists it by its label.",
        '<button class="btn" data-key="c">Confirm <kbd>C</kbd></button>',
    ),
    "field": Part(
        "Field",
        "Label above, hint below. What is missing has a red edge and says what it is required for.",
        '<div class="field field-missing"><label for="…">…</label><input class="input" id="…">…',
    ),
    "check": Part(
        "Check",
        "For one of several that add up, with what a click would find.",
        '<label class="check"><input type="checkbox">…</label>',
    ),
    "switch": Part("Segments", "One of two or three, where all fit on a line.", _include("theme_switch")),
    "toggle": Part(
        "Switch, on or off",
        "What takes effect at once. Its knob tells by place, not by colour alone.",
        '<button class="switch" role="switch" aria-checked="true"><span class="switch-track"></span>On',
    ),
    "copy": Part(
        "Copy line",
        "A text that goes elsewhere: a link, a key.",
        '<copy-text class="copy-line"><input class="input mono" readonly value="…"><button class="btn" hidden>Copy',
    ),
    "pickers": Part(
        "Pickers",
        "To find one product, or some assets, among many.",
        _include("product_picker", ' with id="…" label="Product" only') + " " + _include("asset_picker"),
    ),
    "facets": Part(
        "Facets",
        "Filters beside a list. They apply themselves and stand in the address.",
        _include("facets", ' with target="#results" placeholder="SKU"'),
    ),
    "saved_views": Part(
        "Saved views", "Above the facets of a list: names for filters, with what each finds.", _include("saved_views")
    ),
    "tabs": Part(
        "Tabs",
        "Views of the same thing, by address. With completeness or a count.",
        _include("tabs", ' with label="Locale" tabs=tabs only'),
    ),
    # What says how things stand
    "chip": Part("Chip", "The state of a thing in one or two words.", _include("state_chip", " with state=state only")),
    "rights": Part(
        "Rights badge",
        "Whether an asset may be shown, and until when.",
        _include("rights_badge", " with rights=tile.rights only"),
    ),
    "badge": Part("Badge", "A count beside a name.", '<span class="badge badge-bad">3</span>'),
    "ring": Part(
        "Ring", "Completeness of one thing. Rounded down: 100 means whole.", '{% ring percent "Web shop" 48 %}'
    ),
    "progress": Part(
        "Progress",
        "How far a long run is; without a value while nobody knows.",
        '<progress class="progress" value="64" max="100" aria-label="…">',
    ),
    "heat": Part(
        "Heat table", "Completeness of many things: a table of links.", _include("heat_table", " with heat=heat only")
    ),
    # What holds other things
    "card": Part(
        "Card",
        "One subject of a page, under its heading.",
        '<section class="card"><div class="card-head"><h2>…</h2></div><div class="card-body">',
    ),
    "notice": Part(
        "Notice",
        "What somebody must know about this page, and what to do.",
        '<div class="notice notice-attention">{% icon "clock" %}<p>…</p></div>',
    ),
    "empty": Part(
        "Empty state",
        "Instead of nothing: what is missing here, and the next step.",
        _include("empty", ' with icon="asset" heading="…" words="…" label="…" url=url only'),
    ),
    "figure": Part(
        "Figure",
        "A number that leads to what it counts.",
        '<a class="figure" href="…"><span class="figure-label">…</span><span class="figure-value">…</span>',
    ),
    "dialog": Part(
        "Dialog",
        "For what needs an answer first, or a few fields. Escape closes it.",
        '<button data-opens="example-dialog">…</button> <dialog class="dialog" id="example-dialog">',
    ),
    "toast": Part(
        "Toast", "What was done, with Undo; from the server by `toast(response, text, undo_url=…)`.", _include("toasts")
    ),
    # Rows of things
    "table": Part(
        "Table",
        "Facts to compare. On a telephone `when-wide` columns rest.",
        '<div class="table-wrap" tabindex="0" role="region" aria-label="…"><table class="table">',
    ),
    "lines": Part(
        "List",
        "Things to go through one after another.",
        '<ul class="list-lines"><li>{% icon "file" %}<div class="list-main">…',
    ),
    "tile": Part("Picture tile", "A picture among pictures.", _include("picture_tile", " with tile=tile only")),
    "thumb": Part("Thumb", "A small picture before a name.", _include("thumb", " with url=product.picture_url only")),
    "facts": Part("Facts", "Label and value side by side.", '<dl class="facts"><dt>…</dt><dd>…</dd></dl>'),
    "readings": Part(
        "Read off a file",
        "What a file says of itself, and which product that leads to.",
        _include("readings", " with readings=readings only"),
    ),
    "timeline": Part(
        "Timeline",
        "What happened, newest first, with what it was before.",
        _include("timeline", " with entries=history only"),
    ),
    "more": Part(
        "Show more",
        "The end of a list that goes on: loads by itself when seen, a link for the keyboard and without scripts.",
        _include("more_item") + " " + _include("more_row", " with columns=7"),
    ),
    # What stands on every page
    "icons": Part("Icon", "Beside a word, never instead of one. Names are ours, in icons.json.", '{% icon "upload" %}'),
    "search": Part(
        "Search or jump",
        'Opens by its button, Ctrl or ⌘ + K; `data-opens="palette"` opens it from anywhere.',
        '<a href="{% url \'search\' %}" data-opens="palette">',
    ),
    "tray": Part(
        "Job tray",
        "Anything over two seconds is a job. A response that starts one asks for the tray by `HX-Trigger: jobs`.",
        _include("job_tray"),
    ),
}
