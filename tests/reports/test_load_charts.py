"""The charts as Bokeh gets them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from reports.load import Series, Span
from reports.load_charts import draw
from reports.load_panels import panels_of
from tests.reports.load_makers import SPANS, TIMES_S, make_load

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reports.load import Load


def drawn(load: Load) -> list[dict[str, Any]]:
    """Every object in the document."""
    return list(_objects(json.loads(draw(panels_of(load), [load]).document)))


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if value.get("type") == "object":
            yield value
        for inside in value.values():
            yield from _objects(inside)
    elif isinstance(value, list):
        for inside in value:
            yield from _objects(inside)


def named(objects: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    return [one for one in objects if one["name"] == name]


def test_every_panel_shares_one_time_axis() -> None:
    """To zoom one is to zoom all: the first panel brings the range, the others point to it."""
    plots = named(drawn(make_load()), "Figure")
    ranges = [one["attributes"]["x_range"]["id"] for one in plots]

    assert len(plots) == 1 + 6
    assert len(set(ranges)) == 1


def test_phases_are_bands_in_every_panel() -> None:
    """With a strip of names above them all."""
    objects = drawn(make_load())

    assert len(named(objects, "BoxAnnotation")) >= 6 * len(SPANS)
    assert len(named(objects, "Quad")) >= 1


def test_a_reader_can_zoom_hover_and_go_back() -> None:
    """The wheel alone scrolls the page, with Ctrl it zooms."""
    objects = drawn(make_load())

    assert {"HoverTool", "BoxZoomTool", "ResetTool", "PanTool"} <= {one["name"] for one in objects}
    zooms = named(objects, "BoxZoomTool")
    assert {one["attributes"]["dimensions"] for one in zooms} == {"width"}
    wheels = named(objects, "WheelZoomTool")
    assert wheels
    assert all(one["attributes"]["modifiers"] for one in wheels)


def test_names_of_a_client_are_no_markup() -> None:
    """The document is data inside a page: no sign in it ends the script that it stands in."""
    spans = [Span("</script><b>", "fault", 0, 60)]
    series = [Series("error.</script>", "</script>\x1b", "x", "client", [1.0] * len(TIMES_S))]
    load = make_load(spans=spans, series=series)
    charts = draw(panels_of(load), [load])

    assert "<" not in charts.document
    assert "\\u001b" not in charts.document


def test_bokeh_is_inlined_and_reaches_for_nothing() -> None:
    """The script is the library's own; the document has no address in it."""
    charts = draw(panels_of(make_load()), [make_load()])

    assert "Bokeh" in charts.script
    assert "</script" not in charts.script
    assert "://" not in charts.document


def test_a_run_of_nothing_has_the_phases_alone() -> None:
    """Cut short before the first call."""
    plots = named(drawn(make_load(series=[], times_s=[])), "Figure")

    assert len(plots) == 1
