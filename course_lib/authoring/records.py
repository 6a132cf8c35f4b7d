"""The committed records: made by running pages for ten seeds, and held against each build."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from course_lib.authoring.execute import (
    Execution,
    Failure,
    Run,
    execute_runs,
)
from course_lib.authoring.experiment import experiment_hash, recorded, teaches
from course_lib.authoring.findings import TIMES, findings, make_record
from course_lib.authoring.pages import Page, book_pages, compares, record_path
from course_lib.files import write_whole
from course_lib.project import Project, ProjectError

SEEDS = range(1, 11)


def run_lessons(
    project: Project,
    slugs: Iterable[str] | None = None,
    seeds: Iterable[int] = SEEDS,
    *,
    force: bool = False,
    workers: int | None = None,
    progress: bool = True,
) -> str:
    """Run pages for every seed and write their records.

    Args:
        project: where the pages and records are.
        slugs: pages, by slug or its last part; none means all that teach something.
        seeds: two or more.
        force: also pages whose record is up to date.
        workers: how many pages run at a time; by default one a core.
        progress: show each run's seconds as it ends.

    Returns:
        What was done, a line a page.

    Raises:
        ProjectError: a lesson broke or a page failed for some seed; the others' records stand.
    """
    seeds = list(seeds)
    if len(seeds) < 2:
        raise ProjectError("a record needs two seeds or more: a spread cannot come from one")
    lines: list[str] = []
    due: dict[Page, str] = {}
    for page in _chosen(project, slugs):
        experiment = experiment_hash(page)
        if force or _load(project, page).get("hash") != experiment:
            due[page] = experiment
        else:
            lines.append(f"{page.slug}: record is up to date")
    problems: list[str] = []
    # A page that compares the others' records is run once these are made.
    for last in (False, True):
        pages = [page for page in due if compares(page) == last]
        with _without_records(project, pages):
            executions, failures = _run(project, pages, seeds, workers, progress, fresh=force)
        made, others = _write_records(project, {p: due[p] for p in pages}, seeds, executions)
        lines += made
        problems += failures + others
    if problems:
        raise ProjectError("\n\n".join([f"{len(problems)} runs failed", *problems, *lines]))
    return "\n".join(lines) or "no page teaches anything yet"


def _write_records(
    project: Project, due: dict[Page, str], seeds: list[int], executions: list[Execution]
) -> tuple[list[str], list[str]]:
    """Write the records of pages that ran for every seed; return what was done, and problems."""
    lines, problems = [], []
    for page in due:
        runs = [execution for execution in executions if execution.page == page]
        if len(runs) < len(seeds):
            continue
        if experiment_hash(page) != due[page]:
            problems.append(f"{page.slug}: its experiment changed while it ran: run again")
            continue
        try:
            record = make_record(page, runs)
        except ProjectError as error:
            problems.append(str(error))
            continue
        path = record_path(project, page)
        text = json.dumps(record, indent=1, sort_keys=True, ensure_ascii=False)
        write_whole(path, f"{text}\n")
        lines.append(f"{page.slug}: recorded over {len(seeds)} seeds")
    return lines, problems


def try_seeds(
    project: Project, seeds: Iterable[int], *, workers: int | None = None, progress: bool = True
) -> str:
    """Run every page that teaches for new seeds; its lessons and the record's verdicts must hold.

    Of many new runs a few leave a band of 99.9 % by chance: those are told, not held against it.

    Raises:
        ProjectError: a lesson broke, a page failed or a verdict came out otherwise.
    """
    pages, seeds = _chosen(project, None), list(seeds)
    executions, problems = _run(project, pages, seeds, workers, progress)
    outside = []
    for execution in executions:
        other, left = _compare(project, execution)
        problems += other
        outside += left
    if problems:
        raise ProjectError("\n\n".join([f"{len(problems)} runs disagree", *problems, *outside]))
    told = f"every lesson and verdict of {len(pages)} pages held for {len(seeds)} new seeds"
    return "\n".join([told, *outside])


def check_records(project: Project, executions: Iterable[Execution]) -> list[str]:
    """Hold pages as they ran against their records.

    Returns:
        One line for each thing wrong: a record missing or stale, a verdict that differs from
        what most of its seeds said, evidence outside the record's band. Empty if all is well.
    """
    problems = []
    for execution in executions:
        other, outside = _compare(project, execution)
        problems += other + outside
    return problems


def majority(outcomes: Sequence[str]) -> set[str]:
    """Return the outcome that most seeds gave; several where they tie."""
    counts = Counter(outcomes)
    return {outcome for outcome, count in counts.items() if count == max(counts.values())}


def _compare(project: Project, execution: Execution) -> tuple[list[str], list[str]]:
    """Return what is wrong with a run by its record, and which evidence is outside its band."""
    page, live = execution.page, findings(execution)
    if not recorded(page) or not (live.verdicts or live.lessons):
        return [], []
    cure = f"run `course lessons {page.name}`"
    record = _load(project, page)
    if not record:
        return [f"{page.slug}: no record of its verdicts and lessons: {cure}"], []
    if record.get("hash") != experiment_hash(page):
        return [f"{page.slug}: its record is stale, the experiment's code has changed: {cure}"], []
    here = str(Run(page, execution.seed, execution.device))
    problems, outside = [], []
    statements = {*record["verdicts"], *(lesson["statement"] for lesson in record["lessons"])}
    unpaired = statements ^ {*live.verdicts, *live.lessons}
    problems += [f"{here}: {name!r} is not in both page and record" for name in sorted(unpaired)]
    for claim in sorted(set(record["verdicts"]) & set(live.verdicts)):
        kept, verdict = record["verdicts"][claim], live.verdicts[claim]
        usual = majority(kept["outcomes"])
        if verdict["holds"] not in usual:
            problems.append(
                f"{here}: {claim} comes out as {verdict['holds']}, "
                f"its record says {' or '.join(sorted(usual))}"
            )
        rows = {row["what"]: row for row in kept["evidence"]}
        for evidence in verdict["evidence"]:
            row = rows.get(evidence["what"])
            if row is None:
                problems.append(f"{here}: {claim}: no {evidence['what']!r} in the record: {cure}")
            elif row["unit"] not in TIMES and not row["low"] <= evidence["value"] <= row["high"]:
                outside.append(
                    f"{here}: {claim}: {evidence['what']} is {evidence['value']:.6g}, outside "
                    f"{row['low']:.6g} to {row['high']:.6g}, its record's band for one more run"
                )
    return problems, outside


def _chosen(project: Project, slugs: Iterable[str] | None) -> list[Page]:
    pages = [page for page in book_pages(project) if page.has_code and recorded(page)]
    wanted = list(slugs or [])
    if not wanted:
        return [page for page in pages if teaches(page)]
    chosen = [page for page in pages if page.slug in wanted or page.name in wanted]
    for slug in wanted:
        if not any(slug in (page.slug, page.name) for page in chosen):
            known = ", ".join(page.name for page in pages)
            raise ProjectError(f"no page {slug} has code to run; there are: {known}")
    return chosen


@contextmanager
def _without_records(project: Project, pages: list[Page]) -> Iterator[None]:
    """Hide records that are about to be replaced: a page may stumble over what they lack."""
    paths = [path for page in pages if (path := record_path(project, page)).is_file()]
    kept = {path: path.read_bytes() for path in paths}
    for path in paths:
        path.unlink()
    try:
        yield
    finally:
        for path, record in kept.items():
            path.write_bytes(record)


def _run(
    project: Project,
    pages: list[Page],
    seeds: list[int],
    workers: int | None,
    progress: bool,
    *,
    fresh: bool = False,
) -> tuple[list[Execution], list[str]]:
    runs = [Run(page, seed) for page in pages for seed in seeds]
    executions, failures = execute_runs(
        project, runs, workers=workers, progress=progress, fresh=fresh
    )
    return executions, [_told(failure) for failure in failures]


def _told(failure: Failure) -> str:
    # A broken lesson's message names statement and margin: its traceback would add nothing.
    return f"{failure.run}: {failure.message}" if failure.kind == "LessonBroken" else str(failure)


def _load(project: Project, page: Page) -> dict[str, Any]:
    path = record_path(project, page)
    if not path.is_file():
        return {}
    try:
        record = json.loads(path.read_text("utf-8"))
    except ValueError:
        record = None
    if not isinstance(record, dict):
        raise ProjectError(f"{path} is not JSON: delete it and run `course lessons {page.name}`")
    return record
