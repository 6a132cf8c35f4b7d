"""The book's view of the benchmarks' record: ``{course-benchmarks} part``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from statistics import median, quantiles
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from course_lib.authoring.bench_grading import grading
from course_lib.authoring.bench_record import read_record, record_path
from course_lib.authoring.sphinx_ext import CourseDirective, badge
from course_lib.authoring.status import describe
from course_lib.project import ProjectError

Record = dict[str, Any]
CSS = "course-status"
NONE = "–"


class Benchmarks(CourseDirective):
    """``{course-benchmarks} part``: what the last whole run of ``make bench`` measured.

    The parts: ``machine`` (on what, with what, and who was missing), ``ratios``, ``goals``,
    ``cases`` (what is trained, and how long the hand-written loop takes), ``results`` (what the
    trained networks are worth), ``accuracy`` (seconds to an accuracy), ``startup`` (of notebooks),
    ``grading`` (submissions a second, by grader).
    """

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return one part of the record, or fail where there is none."""
        part = PARTS.get(self.arguments[0])
        if part is None:
            raise self.error(f"no part {self.arguments[0]!r}: take {', '.join(PARTS)}")
        name = self.arguments[0]
        name = name if name in ("startup", "grading") else "training"
        self.env.note_dependency(str(record_path(self.course, name)))
        try:
            return part(self, read_record(self.course, name))
        except ProjectError as error:
            raise self.error(str(error)) from error

    def machine(self, record: Record) -> list[nodes.Node]:
        """Return date, machine and versions, and which opponents could not take part."""
        versions = ", ".join(f"{name} {number}" for name, number in record["versions"].items())
        threads = "one thread" if record["threads"] == 1 else f"{record['threads']} threads"
        told = [
            f"Measured on {record['date']}: {describe(record['hardware'])}; {threads}, "
            f"{record['rounds']} rounds.",
            f"Versions: {versions}.",
        ]
        labels = record["opponents"]
        told += [f"Missing: {labels[name]} ({why})." for name, why in record["missing"].items()]
        return [nodes.paragraph("", text) for text in told]

    def ratios(self, record: Record) -> list[nodes.Node]:
        """Return the table of CPU times over the hand-written loop's."""
        caption = f"CPU time of a training step; {self.base(record)} takes 1"
        return [self.opponents(record, caption, lambda run: f"{run['cpu']['ratio']:.2f}")]

    def results(self, record: Record) -> list[nodes.Node]:
        """Return the table of what the trained networks are worth on their training rows."""
        kinds = {case["metric"] for case in record["cases"].values()}
        caption = "After training: accuracy on the training rows"
        if "error" in kinds:
            caption += (
                "; of the autoencoder, the root of the mean squared error (smaller is better)"
            )
        return [self.opponents(record, caption, lambda run: f"{run['metric']:.3f}")]

    def opponents(
        self, record: Record, caption: str, show: Callable[[Mapping[str, Any]], str]
    ) -> nodes.Node:
        """Return a table with an opponent a row and a case a column."""

        def cell(case: Mapping[str, Any], name: str) -> str:
            if name in case["opponents"]:
                return show(case["opponents"][name])
            return "failed" if name in case["failed"] else NONE

        cases = list(record["cases"].values())
        head = ("trained by", *(case["title"] for case in cases))
        rows = [
            (label, *(cell(case, name) for case in cases))
            for name, label in record["opponents"].items()
        ]
        return self.table(head, rows, CSS, caption)

    def cases(self, record: Record) -> list[nodes.Node]:
        """Return what is trained, the hand-written loop's times, and how fit's curve differs."""
        rows = []
        for case in record["cases"].values():
            base = case["opponents"].get(record["base"])
            cpu = base["cpu"] if base else None
            gaps = case["curve"] or {}
            rows.append(
                (
                    case["title"],
                    case["about"],
                    f"{cpu['median']:,.0f}" if cpu else NONE,
                    f"{cpu['low']:,.0f} to {cpu['high']:,.0f}" if cpu else NONE,
                    *(f"{gaps[kind]:.0e}" if kind in gaps else NONE
                      for kind in ("float32", "float64")),
                )
            )  # fmt: skip
        head = ("case", "what is trained", "µs a step", "quartiles",
                "curves differ by, float32", "float64")  # fmt: skip
        caption = (
            f"What is trained, CPU time of {self.base(record)}, and the largest relative "
            "difference between its loss curve and fit's"
        )
        return [self.table(head, rows, CSS, caption)]

    def goals(self, record: Record) -> list[nodes.Node]:
        """Return what fit is to reach, with a badge on what it does."""
        labels = record["opponents"]
        rows: list[tuple[nodes.Node | str, ...]] = []
        for goal in record["goals"]:
            of, over = (labels.get(goal[side], goal[side]) for side in ("of", "over"))
            kind = {True: "supported", False: "refuted", None: "planned"}[goal["met"]]
            word = {True: "met", False: "missed", None: "not measured"}[goal["met"]]
            rows.append(
                (
                    f"{of} over {over}",
                    record["cases"].get(goal["case"], {}).get("title", goal["case"]),
                    f"{goal['kind']} {goal['bound']:.2f}",
                    NONE if goal["measured"] is None else f"{goal['measured']:.2f}",
                    badge(word, kind),
                )
            )
        head = ("CPU time of", "case", "goal", "measured", "outcome")
        return [self.table(head, rows, CSS, "What fit is to reach")]

    def accuracy(self, record: Record) -> list[nodes.Node]:
        """Return the seconds to each accuracy, or a sentence that nobody measured them."""
        found = record["accuracy"]
        if not found:
            return [nodes.paragraph("", "The last run did not measure this.")]
        seeds = len(found["seeds"])
        levels = list(next(iter(found["contenders"].values()))["seconds"])
        rows = []
        for told in found["contenders"].values():
            setting = told["setting"]
            rows.append(
                (
                    told["label"],
                    f"{setting['width']} {setting['unit']}, rate {setting['learning_rate']:g}, "
                    f"at most {told['epochs']} epochs",
                    *(seconds(told["seconds"][level], seeds) for level in levels),
                    f"{100 * min(told['best']):.1f} to {100 * max(told['best']):.1f} %",
                )
            )
        head = (
            "learner",
            "setting",
            *(f"seconds to {100 * float(level):g} %" for level in levels),
            "best accuracy",
        )
        rates = ", ".join(f"{rate:g}" for rate in found["tried"]["rates"])
        caption = (
            f"Digits: seconds until the accuracy on {found['rows']['validation']} validation rows "
            f"is reached, median and range of {seeds} seeds"
        )
        how = (
            f"Each learner trains on {found['rows']['train']} rows in batches of "
            f"{found['batch_size']}. Its width and its rate (of {rates}) were chosen on "
            f"{found['tried']['splits']} other splits: the pair that was quickest to the higher "
            "accuracy, or else to the lower."
        )
        return [self.table(head, rows, CSS, caption), nodes.paragraph("", how)]

    def startup(self, record: Record) -> list[nodes.Node]:
        """Return how long notebooks take, from starting Python to their end, and the goal."""
        rows, medians = [], {}
        for name, rounds in record["notebooks"].items():
            low, medians[name], high = quantiles(
                [taken["seconds"] for taken in rounds], n=4, method="inclusive"
            )
            cpu = median(taken["cpu"] for taken in rounds)
            rows.append((name, f"{medians[name]:.2f}", f"{low:.2f} to {high:.2f}", f"{cpu:.2f}"))
        head = ("a notebook that …", "seconds", "quartiles", "CPU seconds")
        caption = "Seconds from starting a notebook's Python until its last cell has run"
        took = medians[record["fits"]]
        outcome = "met" if took <= record["goal"] else "missed"
        told = (
            f"For the one that {record['fits']}, {record['goal']:g} seconds were allowed; "
            f"it took {took:.2f}: {outcome}."
        )
        return [self.table(head, rows, CSS, caption), nodes.paragraph("", told)]

    def grading(self, record: Record) -> list[nodes.Node]:
        """Return how fast graders are, where the course's takes its time, and its memory."""
        return grading(record, self.table, CSS)

    @staticmethod
    def base(record: Record) -> str:
        """Return what everything is measured by, in words."""
        return f"the {record['opponents'][record['base']]}"


def seconds(spread: Mapping[str, Any], seeds: int) -> str:
    """Return a median with its range, or how many seeds got there at all."""
    if not spread["reached"]:
        return "never"
    if spread["reached"] == seeds:
        return f"{spread['median']:.2f} ({spread['low']:.2f} to {spread['high']:.2f})"
    middle = f"{spread['median']:.2f}; " if spread["median"] is not None else ""
    return f"{middle}{spread['low']:.2f} at best, {spread['reached']} of {seeds} seeds"


PARTS: dict[str, Callable[[Benchmarks, Record], list[nodes.Node]]] = {
    "machine": Benchmarks.machine,
    "ratios": Benchmarks.ratios,
    "goals": Benchmarks.goals,
    "cases": Benchmarks.cases,
    "results": Benchmarks.results,
    "accuracy": Benchmarks.accuracy,
    "startup": Benchmarks.startup,
    "grading": Benchmarks.grading,
}


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("course-benchmarks", Benchmarks)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
