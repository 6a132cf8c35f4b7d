"""nbgrader's own converters for several exercises, in one process.

python -m course_lib.authoring.release ROOT FOLDER SLUG...     to a folder, no gradebook
python -m course_lib.authoring.release ROOT exchange SLUG...   to the exchange
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path

from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import ExchangeReleaseAssignment
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader


def to_folder(config: Config, folder: Path, slugs: list[str]) -> None:
    """Write student versions to ``folder/<slug>/``."""
    config.SaveCells.enabled = False
    config.GenerateAssignment.no_database = True
    config.CourseDirectory.release_directory = str(folder)
    for slug in slugs:
        directory = CourseDirectory(config=config, assignment_id=slug)
        GenerateAssignment(coursedir=directory, config=config, force=True).start()


def to_exchange(config: Config, slugs: list[str]) -> None:
    """Enter exercises in the gradebook and release them to students."""
    for slug in slugs:
        directory = CourseDirectory(config=config, assignment_id=slug)
        GenerateAssignment(coursedir=directory, config=config, force=True).start()
        ExchangeReleaseAssignment(coursedir=directory, config=config, force=True).start()


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    settings = PyFileConfigLoader("nbgrader_config.py", path=sys.argv[1]).load_config()
    if sys.argv[2] == "exchange":
        to_exchange(settings, sys.argv[3:])
    else:
        to_folder(settings, Path(sys.argv[2]), sys.argv[3:])
