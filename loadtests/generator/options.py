"""The options of plain ``locust`` (docs/load.md); under ``pawa-load run`` the plan stands for them.

Locust has a ``--profile`` of its own, so ours have a prefix. Its web page shows those that only
choose among what is there. What names a program or a path of this machine (client, output,
targets) is taken from the command line alone, whatever the page sends.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loadtests.errors import InputError
from loadtests.profile_file import shipped
from scenarios.errors import nearest

if TYPE_CHECKING:
    from argparse import Namespace


@dataclass(frozen=True, slots=True)
class Options:
    """What a person asked plain Locust for; ``seed`` None: the world's own default."""

    profile: str
    client: str
    quick: bool = False
    seed: int | None = None
    out: Path | None = None
    control: bool = True
    targets: Path | None = None


def add_options(parser: Any) -> None:
    """Add ours to Locust's parser, whose arguments say whether the web page shows them."""
    profile = "load profile: a shipped one (pawa-load list), or a path that ends in .toml"
    client = "client under test, as of pawa-load run --client"
    shown = (
        ("--pawa-profile", {"default": "steady", "metavar": "NAME", "help": profile}),
        ("--pawa-quick", {"action": "store_true", "help": "the short form of the profile"}),
        ("--pawa-seed", {"type": int, "metavar": "N", "help": "seed of schedule and words"}),
        ("--pawa-no-control", {"action": "store_true", "help": "leave out the control"}),
    )
    hidden = (
        ("--pawa-client", {"default": "reference", "metavar": "SPEC", "help": client}),
        ("--pawa-out", {"metavar": "FOLDER", "help": "where results go"}),
        ("--pawa-targets", {"metavar": "FILE", "help": "your own targets"}),
    )
    for name, how in shown:
        parser.add_argument(name, include_in_web_ui=True, **how)
    for name, how in hidden:
        parser.add_argument(name, include_in_web_ui=False, **how)


def options_given(parsed: Namespace) -> Options:
    """What the command line said."""
    return Options(
        profile=parsed.pawa_profile,
        client=parsed.pawa_client,
        quick=parsed.pawa_quick,
        seed=parsed.pawa_seed,
        out=_path(parsed.pawa_out),
        control=not parsed.pawa_no_control,
        targets=_path(parsed.pawa_targets),
    )


def _path(given: str | None) -> Path | None:
    """Paths are text until here: Locust sends all options to its workers, and knows no paths."""
    return Path(given) if given else None


def options_of_test(given: Options, parsed: Namespace) -> Options:
    """The options of one test: the command line's with what the web page may change.

    Raises InputError for a profile that is neither shipped nor the command line's own, and for a
    seed that is no number.
    """
    profile = parsed.pawa_profile or given.profile
    if profile not in (given.profile, *shipped()):
        raise InputError(
            f"there is no profile {profile!r}{nearest(profile, shipped())}; the web page takes "
            f"the shipped ones ({', '.join(shipped())}), the command line a path as well"
        )
    return replace(
        given,
        profile=profile,
        quick=parsed.pawa_quick,
        seed=_seed(parsed.pawa_seed),
        control=not parsed.pawa_no_control,
    )


def attend_command(options: Options, folder: Path, test: int) -> list[str]:
    """What starts the world of one test; ``test`` counts those of this Locust, from 1."""
    told = ["--folder", str(folder), "--profile", options.profile, "--client", options.client]
    if options.quick:
        told.append("--quick")
    if options.seed is not None:
        told += ["--seed", str(options.seed)]
    if options.out is not None:
        told += ["--out", str(out_of_test(options.out, test))]
    if not options.control:
        told.append("--no-control")
    if options.targets is not None:
        told += ["--targets", str(options.targets)]
    return [sys.executable, "-m", "loadtests", "attend", *told]


def out_of_test(out: Path, test: int) -> Path:
    """A folder of its own for each test: out, out-2, out-3, …"""
    return out if test == 1 else out.with_name(f"{out.name}-{test}")


def _seed(told: int | str | None) -> int | None:
    if told is None or told == "":
        return None
    try:
        return int(told)
    except ValueError:
        raise InputError(f"seed: {told!r} is not a whole number") from None
