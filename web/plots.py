"""Plots: drawn by pygal away from the event loop, put into the page as bare shapes that our own style sheet colours.

Of what pygal draws only shapes and words are kept (`_KEPT`): its style sheets and scripts are neither needed nor let
through by our Content-Security-Policy, and a plot in the page's own colours is readable in the dark as well. The same
numbers stand under each plot as a table. docs/decisions/0018-pygal.md says why pygal.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, partial
from typing import Any, cast
from xml.etree import ElementTree as Xml

from aiohttp import web
from babel.numbers import format_compact_decimal
from markupsafe import Markup, escape

from web.language import say_to

WIDTH, HEIGHT = 560, 220
LABELS_MOST = 7
POINTS_MOST = 400

_KEPT: Mapping[str, frozenset[str]] = {
    "svg": frozenset({"viewBox"}),
    "g": frozenset({"class", "transform"}),
    "rect": frozenset({"class", "x", "y", "width", "height", "rx", "ry"}),
    "path": frozenset({"class", "d"}),
    "circle": frozenset({"class", "cx", "cy", "r"}),
    "text": frozenset({"class", "x", "y"}),
    "title": frozenset(),
}
_VALUE = "value"
_LONG = 10_000


class PlotKind(StrEnum):
    """How numbers are drawn."""

    LINES = "lines"
    BARS = "bars"
    STACKS = "stacks"
    """Bars on top of each other: parts of a whole."""


@cache
def _charts() -> Mapping[PlotKind, Any]:
    """The library, fetched when the first plot is drawn: most processes never draw one."""
    import pygal

    # It puts itself into Python's imports, for plug-ins of its own that are not installed here, in a way that Python
    # has not known since 3.4 and warns of at every import that follows.
    sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__name__ != "PluginImportFixer"]
    return {PlotKind.LINES: pygal.Line, PlotKind.BARS: pygal.Bar, PlotKind.STACKS: pygal.StackedBar}


@dataclass(frozen=True, slots=True)
class Scale:
    """A scale of whole steps, such as 1 to 5. Where a value is missing, lines on it break off.

    `dotted` names the series that are dots without a line.
    """

    least: int
    most: int
    dotted: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Plot:
    """A drawing, and its numbers as rows: the label, then a value for each of `names`."""

    title: str
    over: str
    svg: Markup
    names: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


async def draw(
    request: web.Request,
    kind: PlotKind,
    title: str,
    over: str,
    labels: Sequence[str],
    series: Mapping[str, Sequence[float | None]],
    *,
    scale: Scale | None = None,
) -> Plot:
    """A plot of one or more series over the same labels. `over` names what the labels are (Day, Model, …).

    `scale` is for values of a scale with ends; without one the plot finds its own. Raises ValueError where a
    series has not one value for each label.
    """
    if any(len(values) != len(labels) for values in series.values()):
        raise ValueError("a plot needs one value of each series for each label")
    if len(labels) > POINTS_MOST:
        raise ValueError(f"a plot of more than {POINTS_MOST} points shows nothing")
    language = say_to(request).language
    svg = await asyncio.to_thread(_drawn, kind, title, tuple(labels), dict(series), language, scale)
    rows = tuple((label, *(values[place] for values in series.values())) for place, label in enumerate(labels))
    return Plot(title, over, svg, tuple(series), rows)


def _drawn(
    kind: PlotKind,
    title: str,
    labels: tuple[str, ...],
    series: Mapping[str, Sequence[float | None]],
    language: str,
    scale: Scale | None = None,
) -> Markup:
    written = "en" if language == "qps" else language.replace("-", "_")
    chart = _charts()[kind](
        js=[],
        width=WIDTH,
        height=HEIGHT,
        show_legend=False,
        show_minor_x_labels=False,
        x_labels_major_count=LABELS_MOST,
        truncate_label=-1,
        # No half persons: where every value is whole, so are the steps.
        order_min=0 if all(value is None or float(value).is_integer() for value in _all(series)) else None,
        min_scale=2,
        max_scale=5,
        margin=8,
        margin_left=14,
        margin_right=18,
        include_x_axis=True,
        no_data_text="",
        formatter=partial(_written, written),
        value_formatter=partial(_on_axis, written),
        **({} if scale is None else {"range": (scale.least, scale.most), "allow_interruptions": True}),
    )
    chart.x_labels = labels
    if scale is not None:
        chart.y_labels = list(range(scale.least, scale.most + 1))
    for name, values in series.items():
        chart.add(name, values, stroke=scale is None or name not in scale.dotted)
    return Markup(_bare(chart.render_tree(), title))  # noqa: S704 - put together by `_bare`, which escapes all words


def _all(series: Mapping[str, Sequence[float | None]]) -> list[float | None]:
    return [value for values in series.values() for value in values]


def _written(locale: str, value: float) -> str:
    return format_compact_decimal(value, locale=locale, fraction_digits=1)


def _on_axis(locale: str, value: float) -> str:
    """Beside a line of the plot: long numbers short, for a phone; parts of one in full."""
    return _written(locale, value) if abs(value) >= _LONG else f"{value:.10g}"


def _bare(element: Xml.Element, title: str) -> str:
    inner = "".join(_kept(child) for child in element)
    view = escape(element.get("viewBox", f"0 0 {WIDTH} {HEIGHT}"))
    return f'<svg viewBox="{view}" role="img" aria-label="{escape(title)}">{inner}</svg>'


def _kept(element: Xml.Element) -> str:
    """The element as markup, if it is a shape or a word; whatever is inside one that is not goes with it."""
    # What is no element (a comment) has a function where others have their name.
    tag = cast("object", element.tag)
    if not isinstance(tag, str):
        return ""
    words = element.text or ""
    if tag == "desc" and element.get("class") == _VALUE:
        # What a pointer that rests on a value is told.
        return f"<title>{escape(words)}</title>"
    if tag not in _KEPT or (tag == "title" and words == "Pygal"):
        return ""
    given = "".join(
        f' {name}="{escape(value)}"' for name, value in element.attrib.items() if name in _KEPT[tag] and value
    )
    return f"<{tag}{given}>{escape(words.strip())}{''.join(_kept(child) for child in element)}</{tag}>"
