"""What became of a defect, and which are hunted."""

from __future__ import annotations

import pytest

from reports.results import Check, Verdict
from scenarios.catches import Hunted, all_defects, catch_of, choose
from scenarios.errors import InputError

ZOO = {name: all_defects()[name] for name in ("M01", "M94", "NULL-A")}
ELSEWHERE = {"M94": "is hunted elsewhere"}


@pytest.mark.parametrize(
    ("only", "expected"),
    [((), ["M01", "NULL-A"]), (("m01",), ["M01"]), (("NULL-A,M01",), ["NULL-A", "M01"])],
)
def test_defects_are_chosen_by_id(only: tuple[str, ...], expected: list[str]) -> None:
    """In any case, with commas; without a word, all that are hunted here."""
    assert [defect.id for defect in choose(ZOO, only, elsewhere=ELSEWHERE)] == expected


@pytest.mark.parametrize(
    ("only", "told"),
    [
        (["M1"], "unknown defect 'M1'; nearest: M01"),
        (["m94"], "defect 'm94' is hunted elsewhere"),
        ([""], "--only is empty"),
    ],
)
def test_a_wrong_choice_is_told_with_the_mend(only: list[str], told: str) -> None:
    """Exit 2 of the command; a variable that a script forgot to set is not the whole zoo."""
    with pytest.raises(InputError, match=told):
        choose(ZOO, only, elsewhere=ELSEWHERE)


def test_a_catch_needs_a_failure_by_a_named_check() -> None:
    """Anything else has escaped, and says what was found instead."""
    defect = ZOO["M94"]
    named = Check("expired calls", 3, 0, "", Verdict.FAIL)
    other = Check("something else", 3, 0, "", Verdict.FAIL)

    right = catch_of(defect, "LOAD-012", Verdict.FAIL, [named, other], "r")
    wrong = catch_of(defect, "LOAD-012", Verdict.FAIL, [other], "r")
    passed = catch_of(defect, "LOAD-012", Verdict.PASS, [], "kept")

    assert (right.right, right.told) == (True, "expired calls")
    assert (wrong.right, wrong.told[:24]) == (False, "failed by another check ")
    assert (passed.right, passed.told) == (False, "kept")
    assert Hunted(defect, (right,)).caught
    assert not Hunted(defect, (right, passed)).caught
