"""Connections that a client means to use again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from mockserver.answer import Ending
from mockserver.delivery import Extras, lay_out
from mockserver.faults.pooling import CloseOnNextRequest, ConnectionClose, ExtraBytes

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.answer import Answer

    Fault = ExtraBytes | CloseOnNextRequest | ConnectionClose


@pytest.mark.parametrize(
    ("fault", "extras"),
    [
        (ExtraBytes(data="ab"), Extras(surplus=b"ab")),
        (CloseOnNextRequest(how="rst"), Extras(next_request="rst")),
        (ConnectionClose(), Extras(closing="announced")),
        (ConnectionClose(announced=False), Extras(closing="silent")),
    ],
)
def test_the_reply_is_whole_and_the_connection_is_not_what_it_seems(
    make_answer: Callable[..., Answer], fault: Fault, extras: Extras
) -> None:
    """Nothing but the extras differs; a reply that is cut has nothing behind its end."""
    reply = lay_out(make_answer())
    cut = replace(reply, ending=Ending.RST)

    assert fault.shape_delivery(reply) == replace(reply, extras=extras)
    assert fault.shape_delivery(cut) is cut


def test_surplus_adds_up(make_answer: Callable[..., Answer]) -> None:
    """In the order of the rule."""
    once = ExtraBytes(data="a").shape_delivery(lay_out(make_answer()))

    assert ExtraBytes(data="b").shape_delivery(once).extras == Extras(surplus=b"ab")
