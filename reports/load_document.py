"""How a load test's own part of ``results.json`` is written and read (key ``load``)."""

from __future__ import annotations

from functools import partial

from reports.load import BETTER, Figure, Load, Series, Span
from reports.shape import Key, Shape, by_name, flag, many, number, one_of, or_null, text, whole

SPAN = Shape(
    Span,
    Key("name", "name", text),
    Key("role", "role", text),
    Key("start_s", "start_s", number),
    Key("end_s", "end_s", number),
    Key("note", "note", text),
)
SERIES = Shape(
    Series,
    Key("name", "name", text),
    Key("label", "label", text),
    Key("unit", "unit", text),
    Key("lane", "lane", text),
    Key("values", "values", many(or_null(number))),
)
FIGURE = Shape(
    Figure,
    Key("name", "name", text),
    Key("label", "label", text),
    Key("lane", "lane", text),
    Key("value", "value", or_null(number)),
    Key("unit", "unit", text),
    Key("better", "better", partial(one_of, BETTER)),
    Key("low", "low", or_null(number)),
    Key("high", "high", or_null(number)),
    Key("n", "n", whole),
    Key("detail", "detail", text),
)
LOAD = Shape(
    Load,
    Key("profile", "profile", text),
    Key("note", "note", text),
    Key("quick", "quick", flag),
    Key("step_s", "step_s", number),
    Key("times_s", "times_s", many(number)),
    Key("spans", "spans", many(SPAN.read)),
    Key("series", "series", many(SERIES.read)),
    Key("figures", "figures", many(FIGURE.read)),
    Key("counts", "counts", by_name(whole)),
    Key("files", "files", by_name(text)),
)
