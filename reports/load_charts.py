"""Draws the panels of a load test with Bokeh: one time axis for all, no network.

The only module that imports Bokeh, and nothing imports it before a chart is wanted
(:func:`reports.load_page.drawn_charts`). Made for Bokeh 3.9: a page gets Bokeh's own script inlined
and a JSON document that this script draws.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import TYPE_CHECKING, Any

from bokeh.embed import json_item
from bokeh.layouts import gridplot
from bokeh.models import (
    ColumnDataSource,
    HoverTool,
    LinearAxis,
    Range1d,
    VStrip,
    WheelZoomTool,
)
from bokeh.models.annotations import BoxAnnotation, Title
from bokeh.models.ranges import DataRange1d
from bokeh.plotting import figure
from bokeh.resources import Resources
from bokeh.transform import stack as stacked

from reports.load_figures import amount
from reports.load_panels import end_of, phase_at
from reports.text import seconds, visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reports.load import Load
    from reports.load_panels import Line, Panel

ROLE_COLOURS = {
    "warm": "#8a929e",
    "steady": "#3f7fd0",
    "fault": "#d2493a",
    "recovery": "#16976f",
}
"""Of the bands behind the lines, by what judgement took a phase for."""

INK = "#828a96"
"""Of axes and words: read on white and on black."""

HEIGHT = 250
STRIP_HEIGHT = 34
LEFT, RIGHT = 62, 62
"""Pixels at both sides of every panel, so that moments stand above each other."""


@dataclass(frozen=True, slots=True)
class Charts:
    """What a page inlines: Bokeh's script, and the document that it draws."""

    script: str
    document: str


def draw(panels: Sequence[Panel], loads: Sequence[Load]) -> Charts:
    """The panels below each other; the phases are those of the first load test."""
    end_s = end_of(loads)
    axis = Range1d(start=0, end=end_s, bounds=(0, end_s))
    rows: list[list[Any]] = [
        [_strip(loads[0], axis)],
        *([_panel(panel, loads[0], axis, end_s)] for panel in panels),
    ]
    layout = gridplot(rows, sizing_mode="stretch_width", toolbar_location="right", merge_tools=True)
    return Charts(
        "\n".join(Resources(mode="inline", components=["bokeh"]).js_raw),
        json.dumps(json_item(layout)).replace("<", "\\u003c"),
    )


def _figure(axis: Range1d, **more: Any) -> figure:
    plot = figure(
        x_range=axis,
        tools="xpan,xbox_zoom,reset,save",
        active_drag="xbox_zoom",
        background_fill_color=None,
        border_fill_color=None,
        outline_line_color=None,
        min_border_left=LEFT,
        min_border_right=RIGHT,
        **more,
    )
    # A page is scrolled with the wheel; with Ctrl it zooms.
    plot.add_tools(WheelZoomTool(dimensions="width", modifiers="ctrl"))
    plot.toolbar.logo = None
    return plot


def _strip(load: Load, axis: Range1d) -> figure:
    """The names of the phases, each over its time."""
    plot = _figure(axis, height=STRIP_HEIGHT, y_range=Range1d(start=0, end=1), min_border_bottom=0)
    plot.axis.visible = False
    plot.grid.visible = False
    spans = load.spans
    source = ColumnDataSource(
        {
            "left": [span.start_s for span in spans],
            "right": [span.end_s for span in spans],
            "middle": [(span.start_s + span.end_s) / 2 for span in spans],
            "name": [visible(span.name) for span in spans],
            "told": [visible(f"{span.name} ({span.role})") for span in spans],
            "note": [visible(span.note) or "as before" for span in spans],
            "time": [f"{seconds(span.start_s)} to {seconds(span.end_s)}" for span in spans],
            "colour": [ROLE_COLOURS.get(span.role, INK) for span in spans],
        }
    )
    bands = plot.quad(
        left="left",
        right="right",
        bottom=0,
        top=1,
        fill_color="colour",
        fill_alpha=0.28,
        line_color=INK,
        line_alpha=0.5,
        source=source,
    )
    plot.text(
        x="middle",
        y=0.5,
        text="name",
        text_align="center",
        text_baseline="middle",
        text_color=INK,
        text_font_size="12px",
        text_font_style="bold",
        source=source,
    )
    tooltips = [("phase", "@told"), ("time", "@time"), ("", "@note")]
    plot.add_tools(HoverTool(renderers=[bands], tooltips=tooltips, point_policy="follow_mouse"))
    return plot


def _panel(panel: Panel, load: Load, axis: Range1d, end_s: float) -> figure:
    plot = _figure(
        axis,
        height=HEIGHT,
        title=Title(text=panel.title, text_color=INK),
        y_axis_type="log" if panel.log else "linear",
        y_range=_decades(panel) if panel.log else DataRange1d(start=0),
        y_axis_label=panel.unit,
    )
    _put_on_right_axis(plot, panel)
    for span in load.spans:
        colour = ROLE_COLOURS.get(span.role, INK)
        plot.add_layout(
            BoxAnnotation(
                left=span.start_s,
                right=span.end_s,
                fill_color=colour,
                fill_alpha=0.07,
                line_color=colour,
                line_alpha=0.25,
                level="underlay",
            )
        )
    _draw_stack(plot, panel)
    # The control lies behind the client.
    for line in sorted(panel.lines, key=lambda line: not line.dashed):
        _draw_line(plot, line)
    _add_hover(plot, panel, load, end_s)
    _style(plot, panel)
    return plot


def _decades(panel: Panel) -> Range1d:
    """Whole powers of ten around all that is drawn: what hardly moves looks as if it did not."""
    every = [value for line in panel.every for value in line.values]
    seen = [value for value in every if value is not None and value > 0]
    low, high = floor(log10(min(seen, default=1))), floor(log10(max(seen, default=1))) + 1
    # Two at least: within one the axis writes every ninth part of it.
    return Range1d(start=10.0**low, end=10.0 ** max(high, low + 2))


def _put_on_right_axis(plot: figure, panel: Panel) -> None:
    """A second axis where a line needs one, in that line's colour."""
    for line in panel.lines:
        if line.right and not plot.extra_y_ranges:
            plot.extra_y_ranges = {"right": DataRange1d(start=0)}
            plot.add_layout(LinearAxis(y_range_name="right", axis_label=line.unit), "right")


def _draw_stack(plot: figure, panel: Panel) -> None:
    """Kinds of errors as bars on each other, a bar for each piece of time."""
    if not panel.stack:
        return
    names = [f"kind{number}" for number in range(len(panel.stack))]
    source = ColumnDataSource(
        {
            "x": panel.stack[0].points()[0],
            **{
                name: [value or 0.0 for value in line.values]
                for name, line in zip(names, panel.stack, strict=True)
            },
        }
    )
    for number, line in enumerate(panel.stack):
        plot.vbar(
            x="x",
            width=line.step_s,
            bottom=stacked(*names[:number]),
            top=stacked(*names[: number + 1]),
            fill_color=line.colour,
            fill_alpha=0.75,
            line_color=None,
            legend_label=visible(line.label),
            source=source,
        )


def _draw_line(plot: figure, line: Line) -> None:
    x, y = line.points()
    more: dict[str, Any] = {"y_range_name": "right"} if line.right else {}
    plot.line(
        x,
        y,
        line_color=line.colour,
        line_width=1.6 if line.dashed else 2,
        line_dash=[5, 4] if line.dashed else "solid",
        line_alpha=0.8 if line.dashed else 1,
        legend_label=visible(line.label),
        **more,
    )
    alone = [place for place in range(len(y)) if _stands_alone(y, place)]
    if alone:
        # A line of one point has no length.
        plot.scatter(
            [x[place] for place in alone],
            [y[place] for place in alone],
            size=3,
            color=line.colour,
            legend_label=visible(line.label),
            **more,
        )


def _stands_alone(y: Sequence[float], place: int) -> bool:
    """Whether a point has neither a neighbour before nor one after it."""
    beside = (*y[max(0, place - 1) : place], *y[place + 1 : place + 2])
    return y[place] == y[place] and all(value != value for value in beside)  # noqa: PLR0124 - NaN


def _add_hover(plot: figure, panel: Panel, load: Load, end_s: float) -> None:
    """All values of a moment, wherever in the panel the pointer is."""
    step_s = min([load.step_s, *(line.step_s for line in panel.every)])
    count = max(1, ceil(end_s / step_s))
    middles = [(number + 0.5) * step_s for number in range(count)]
    names = [f"value{number}" for number in range(len(panel.every))]
    source = ColumnDataSource(
        {
            "x0": [number * step_s for number in range(count)],
            "x1": [(number + 1) * step_s for number in range(count)],
            "time": [f"{number * step_s:.4g} s" for number in range(count)],
            "phase": [visible(phase_at(load, at_s)) for at_s in middles],
            **{
                name: [amount(line.at(at_s), line.unit) for at_s in middles]
                for name, line in zip(names, panel.every, strict=True)
            },
        }
    )
    strips = plot.add_glyph(source, VStrip(x0="x0", x1="x1", fill_alpha=0, line_alpha=0))
    strips.hover_glyph = VStrip(x0="x0", x1="x1", fill_color=INK, fill_alpha=0.2, line_alpha=0)
    told = [
        (visible(line.label), f"@{name}") for name, line in zip(names, panel.every, strict=True)
    ]
    tooltips = [("from", "@time"), ("phase", "@phase"), *told]
    plot.add_tools(HoverTool(renderers=[strips], tooltips=tooltips, point_policy="follow_mouse"))


def _style(plot: figure, panel: Panel) -> None:
    for axis in plot.axis:
        axis.axis_line_color = axis.major_tick_line_color = axis.minor_tick_line_color = INK
        axis.axis_label_text_color = axis.major_label_text_color = INK
        axis.axis_label_text_font_style = "normal"
    plot.grid.grid_line_color = INK
    plot.grid.grid_line_alpha = 0.2
    if plot.legend:
        legend = plot.legend[0]
        plot.add_layout(legend, "below")
        legend.orientation = "horizontal"
        legend.ncols = 4
        legend.click_policy = "hide"
        legend.label_text_color = INK
        legend.label_text_font_size = "12px"
        legend.background_fill_alpha = 0
        legend.border_line_color = None
        legend.update(padding=0)
        legend.location = "top_left"
        legend.items = _client_first(legend.items, panel)
        plot.height = HEIGHT + 24 * (1 + (len(panel.every) - 1) // 4)


def _client_first(items: Sequence[Any], panel: Panel) -> list[Any]:
    """The names below a panel: the control is drawn first, and told last."""
    kinds = len(panel.stack)
    behind = kinds + sum(line.dashed for line in panel.lines)
    return [*items[:kinds], *items[behind:], *items[kinds:behind]]
