"""nbgrader reads its configuration anew in the folder that exercises are submitted from."""

from pathlib import Path

load_subconfig("nbgrader_config.py", path=str(Path(__file__).resolve().parents[1]))  # noqa: F821
