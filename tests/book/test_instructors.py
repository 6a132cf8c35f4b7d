"""The instructor's guide: what it says of the exercises is what their sources say."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from course_lib.authoring.exercises import source_notebook
from course_lib.exercise import parse
from course_lib.grading.classroom.roster import read_list
from course_lib.project import Project

PROJECT = Project.find(Path(__file__).parent)
GUIDE = (PROJECT.book / "back" / "instructors.md").read_text("utf-8")
SYLLABUS = yaml.safe_load((PROJECT.root / "course_lib" / "syllabus.yml").read_text("utf-8"))


def told(number: int, source: Path) -> list[str]:
    """Return an exercise's row, from its source."""
    found = parse(source.stem, source_notebook(source).cells)
    by_a_person = sum(check.points for check in found.checks if check.manual)
    times = re.findall(r"^\*.*?about (\d+) minutes", source.read_text("utf-8"), re.MULTILINE)
    assert len(times) == len(found.tasks)
    numbers = f"{found.points:g}", f"{by_a_person:g}", str(sum(map(int, times)))
    return [str(number), f"`{found.slug}`", found.title, *numbers]


def test_the_exercises_are_those_of_the_sources():
    chapters = [chapter["slug"] for part in SYLLABUS["parts"] for chapter in part["chapters"]]
    sources = sorted(PROJECT.solutions.glob("*.md"), key=lambda path: chapters.index(path.stem))
    table = GUIDE.partition("| exercise | name |")[2].partition("\n\n")[0]
    rows = [[cell.strip() for cell in line.strip("| ").split("|")] for line in table.splitlines()]
    assert rows[2:] == [told(number, source) for number, source in enumerate(sources, 1)]


def test_none_has_two_answers_for_a_person_and_one_has_what_earns_its_points():
    for source in PROJECT.solutions.glob("*.md"):
        written = [c for c in parse(source.stem, source_notebook(source).cells).checks if c.manual]
        assert len(written) <= 1, source.name
        assert source.read_text("utf-8").count("*Marking") == len(written), source.name


def test_the_list_that_it_shows_is_read(tmp_path):
    """By the course here; that nbgrader imports these columns, its own names say."""
    from nbgrader.api import Student

    text = re.search(r"```text\n(id,.*?)```", GUIDE, re.DOTALL)[1]
    (tmp_path / "class.csv").write_text(text, "utf-8")
    [ada] = read_list(tmp_path / "class.csv")
    assert (ada.id, ada.name, ada.email, ada.number) == (
        *("ada", "Ada Lovelace", "ada@school.org", "S1"),
    )
    columns = set(text.splitlines()[0].split(","))
    assert columns - set(Student.__table__.c.keys()) == {"number"}


def test_its_sessions_have_the_exercises_in_order():
    weeks, _, whole = GUIDE.partition("## Three weeks")[2].partition("## Six weeks")
    for plan, last in ((weeks, 4), (whole, len(list(PROJECT.solutions.glob("*.md"))))):
        assert [int(n) for n in re.findall(r"\| exercise (\d) \|", plan)] == [*range(1, last + 1)]
