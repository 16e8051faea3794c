"""Writes what the mock answers to the examples of its OpenAPI document.

``python -m scripts.answers`` writes ``mockserver/openapi/answers.json``; a test asks the examples
again and compares.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from mockserver.openapi import recording

ANSWERS = Path(recording.__file__).with_name("answers.json")


def main() -> None:
    """Ask every example, and write the answers."""
    answers = asyncio.run(recording.record())
    ANSWERS.write_text(json.dumps(answers, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
