"""The preprocessors that make nbgrader's own grading safer; ``nbgrader_config.py`` wires them.

They are not a sandbox: student code still runs as the user who grades.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import nbformat
from nbclient.exceptions import DeadKernelError
from nbformat.notebooknode import from_dict
from nbgrader.api import Gradebook
from nbgrader.preprocessors import Execute, NbGraderPreprocessor
from nbgrader.utils import is_grade
from traitlets import Integer, Unicode

from course_lib.grading.rebuild import rebuild
from course_lib.project import ProjectError

_PRINTS = ("stream", "display_data", "execute_result")


class Rebuild(NbGraderPreprocessor):  # type: ignore[misc]
    """Puts the student's answers into the instructor's notebook, and grades that."""

    source = Unicode(help="Folder of the instructor's notebooks, <slug>/<slug>.ipynb").tag(
        config=True
    )

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Return the notebook to grade in place of the one handed in."""
        slug, assignment = resources["nbgrader"]["notebook"], resources["nbgrader"]["assignment"]
        path = Path(self.source) / assignment / f"{slug}.ipynb"
        ours = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
        with Gradebook(resources["nbgrader"]["db_url"]) as gradebook:
            cells = gradebook.find_notebook(slug, assignment).source_cells
            stubs = {cell.name: cell.source for cell in cells}
        return rebuild(ours, nb, stubs), resources


class BoundedExecute(Execute):  # type: ignore[misc]
    """Runs a notebook within a budget of time and output, however often it takes Python down."""

    budget = Integer(240, help="Seconds for a whole notebook").tag(config=True)
    max_output = Integer(200_000, help="Characters of output kept of a cell").tag(config=True)

    def preprocess(self, nb: Any, resources: Any = None, km: Any = None) -> tuple[Any, Any]:
        """Execute every code cell."""
        self._began = time.monotonic()
        self._printed: dict[int, int] = {}
        self._deadly: set[int] = set()
        nb, resources = super().preprocess(nb, resources, km=km)
        return nb, resources

    def _left(self) -> float:
        return self.budget - (time.monotonic() - self._began)

    def _get_timeout(self, _cell: Any) -> int:
        """Halve what is left of the budget, so that endless loops never use all of it."""
        return int(max(2, min(self.timeout or self.budget, self._left() / 2)))

    def preprocess_cell(self, cell: Any, resources: Any, index: int) -> tuple[Any, Any]:
        """Execute one cell; where it takes Python down, start again for those that follow."""
        if cell.cell_type != "code" or not cell.source.strip():
            return cell, resources
        if self._left() < 0:
            _fail(cell, "CellTimeoutError", "the notebook ran out of time")
            return cell, resources
        try:
            cell, resources = super().preprocess_cell(cell, resources, index)
        except DeadKernelError:
            _fail(cell, "DeadKernelError", "it took Python down: does something exit there?")
            self._deadly.add(index)
            self._revive(index)
        return cell, resources

    def _revive(self, index: int) -> None:
        """Start Python and replay what came before, less the checks and what took it down."""
        self._cleanup_kernel()
        self.create_kernel_manager()
        self.start_new_kernel()
        self.start_new_kernel_client()
        for number, cell in enumerate(self.nb.cells[:index]):
            if cell.cell_type != "code" or is_grade(cell) or number in self._deadly:
                continue
            try:
                self.execute_cell(cell, number)
            except DeadKernelError:
                self._deadly.add(number)
                self._revive(index)
                return

    def process_message(self, msg: Any, cell: Any, cell_index: int) -> Any:
        """Drop output beyond the limit as it arrives; errors are kept."""
        if msg["msg_type"] in _PRINTS:
            content = msg["content"]
            parts = content["data"].values() if "data" in content else [content.get("text")]
            before = self._printed.get(cell_index, 0)
            self._printed[cell_index] = before + sum(len(str(part)) for part in parts)
            if self._printed[cell_index] > self.max_output:
                if before <= self.max_output:
                    _append(
                        cell,
                        output_type="stream",
                        name="stdout",
                        text="\n[more output was dropped]\n",
                    )
                return None
        return super().process_message(msg, cell, cell_index)


def _append(cell: Any, **output: Any) -> None:
    cell.outputs.append(from_dict(output))  # type: ignore[no-untyped-call]


def _fail(cell: Any, kind: str, text: str) -> None:
    _append(cell, output_type="error", ename=kind, evalue=text, traceback=[f"{kind}: {text}"])


class NoFeedback(NbGraderPreprocessor):  # type: ignore[misc]
    """Stands in for nbgrader's feedback, whose pages would show the hidden checks."""

    def preprocess(self, _nb: Any, _resources: Any) -> tuple[Any, Any]:
        """Refuse."""
        raise ProjectError("no feedback pages yet: nbgrader's would show the hidden checks")


class ErrorsDecide(NbGraderPreprocessor):  # type: ignore[misc]
    """Leaves nbgrader nothing but errors to grade by.

    nbgrader takes marks for any text on stderr, a warning's too, and reads the value of a cell's
    last line as its score.
    """

    def preprocess_cell(self, cell: Any, resources: Any, _index: int) -> tuple[Any, Any]:
        """Make a graded cell's other outputs harmless."""
        if is_grade(cell) and cell.cell_type == "code":
            for output in cell.outputs:
                if output.output_type == "stream":
                    output.name = "stdout"
                elif output.output_type == "execute_result":
                    output.output_type = "display_data"
                    del output["execution_count"]
        return cell, resources
