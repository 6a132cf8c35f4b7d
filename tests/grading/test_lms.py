"""Grades as Canvas, Moodle and a spreadsheet take them."""

from __future__ import annotations

import csv
import zipfile
from pathlib import Path

import pytest

from course_lib import cli
from course_lib.grading.classroom.lms import export, read_grades, safe
from course_lib.grading.coordinator.grades import Row, write_table
from course_lib.project import Project, ProjectError

ROSTER = """id,name,email,number,lms_id
ada,Ada Lovelace,ada@school.org,S1,12
emmy,"Noether, Emmy",emmy@school.org,S2,34
jose,José Núñez,jose@school.org,,56
nobody,No Body,nobody@school.org,S4,78
"""
CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,neuron (501),quiz (502),Current Score
,,,,,Manual Posting,,
    Points Possible,,,,,20.00,5.00,(read only)
"Lovelace, Ada",12,S1,al,"A, B",,4.00,80
"Noether, Emmy",34,S2,en,A,11.00,,
"Núñez, José",56,S3,jn,A,7.00,1.00,
"Gauss, Carl",90,S9,cg,A,3.00,,
"Student, Test",999,,xyz,A,,,
"""
WORKSHEET = """Identifier,Full name,Email address,Status,Grade,Maximum grade,Grade can be changed,\
Last modified (submission),Last modified (grade),Feedback comments
Participant 7001,Ada Lovelace,ada@school.org,Submitted,,20.00,Yes,-,-,
Participant 7002,José Núñez,jose@school.org,Submitted,3.00,20.00,Yes,-,-,"=1+1"
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    found = Project(tmp_path / "course")
    (found.root / "book").mkdir(parents=True)
    for name in ("_config.yml", "book/_toc.yml"):
        (found.root / name).touch()
    write_table(found.root / "grades.csv", [
        Row("ada", "neuron", 17.125, 20.0, False),
        Row("emmy", "neuron", 0.0, 20.0, False, "nothing was handed in"),
        Row("jose", "neuron", None, 20.0, True, "the grader failed", grader_failed=True),
        Row("ada", "way-back", 12.0, 20.0, True),
        Row("=cmd", "way-back", 1.0, 20.0, False),
    ])  # fmt: skip
    return found


@pytest.fixture
def lists(tmp_path: Path) -> list[Path]:
    path = tmp_path / "roster.csv"
    path.write_text(ROSTER, "utf-8")
    return [path]


def given(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "given.csv"
    path.write_text(text, "utf-8")
    return path


def rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_into_canvas_own_export(project, lists, tmp_path):
    made = export(project, "canvas", ["neuron"], gradebook=given(tmp_path, CANVAS), lists=lists)
    found = rows(made.path)
    # What Canvas's importer demands: Student, ID and the logins first, Section last of these,
    # assignments by title and number, and the row of points.
    assert found[0] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "neuron (501)"]
    assert found[1] == ["    Points Possible", "", "", "", "", "20.00"]
    assert [(row[1], row[-1]) for row in found[2:]] == [
        ("12", "17.12"),
        ("34", "0"),  # handed in nothing: what the gradebook says
        ("56", "7.00"),  # the grader failed: what Canvas has stays
        ("90", "3.00"),  # not in the class as we know it
        ("999", ""),
    ]
    assert found[2][0] == "Lovelace, Ada"
    assert found[2][4] == "A, B"
    assert any("left as it was" in note for note in made.notes)
    assert not any("xyz" in note for note in made.notes), "whom Canvas shows a course to is nobody"
    assert not made.path.read_bytes().startswith(b"\xef\xbb\xbf")


def test_canvas_points_that_differ_are_said(project, lists, tmp_path):
    text = CANVAS.replace("20.00,5.00", "100.00,5.00")
    made = export(project, "canvas", ["neuron"], gradebook=given(tmp_path, text), lists=lists)
    assert any("out of 100.00 in Canvas, of 20 here" in note for note in made.notes)


def test_an_assignment_that_canvas_does_not_know(project, lists, tmp_path):
    made = export(project, "canvas", gradebook=given(tmp_path, CANVAS), lists=lists)
    found = rows(made.path)
    assert found[0][-2:] == ["neuron (501)", "way-back"]
    assert found[1][-2:] == ["20.00", "20"]
    assert any("way-back: no assignments" in note for note in made.notes)
    assert any("not in Canvas's export: =cmd" in note for note in made.notes)


def test_canvas_without_its_export(project, lists):
    found = rows(export(project, "canvas", ["neuron"], lists=lists).path)
    assert found[0] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "neuron"]
    assert found[1][0] == "    Points Possible"
    assert found[2] == ["Lovelace, Ada", "12", "S1", "ada", "", "17.12"]
    assert [row[3] for row in found[2:]] == ["ada", "emmy", "jose", "nobody"]


def test_into_moodle_worksheet(project, lists, tmp_path):
    sheet = given(tmp_path, WORKSHEET)
    made = export(project, "moodle", ["neuron"], gradebook=sheet, lists=lists)
    before, found = rows(sheet), rows(made.path)
    assert found[0] == before[0]
    assert [row[4] for row in found[1:]] == ["17.12", "3.00"]
    assert [row[7:9] for row in found[1:]] == [["-", "-"], ["-", "-"]]
    assert found[2][-1] == "'=1+1"
    assert any("not in Moodle's worksheet: emmy" in note for note in made.notes)
    other = given(tmp_path, WORKSHEET.replace("20.00", "100.00"))
    made = export(project, "moodle", ["neuron"], gradebook=other, lists=lists)
    assert sum("out of 100.00 in Moodle, of 20 here" in note for note in made.notes) == 1


def page(project: Project, student: str, slug: str = "neuron") -> None:
    folder = project.root / "feedback" / student / slug
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{slug}.html").write_text(f"<p>{student}</p>", "utf-8")


def as_moodle_reads(path: Path) -> dict[str, tuple[str, str, str]]:
    """Return (plugin, file, content) by participant, as Moodle's importziplib.php finds them."""
    found = {}
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            assert not name.startswith((".", "~"))
            _, number, subtype, kind, file = name.split("_", 4)
            found[number] = (f"{subtype}_{kind}", file, archive.read(name).decode())
            assert "/" not in name
    return found


def test_moodle_gets_each_graded_students_page_in_one_zip(project, lists, tmp_path):
    sheet = given(tmp_path, WORKSHEET.replace("Ada Lovelace,", "Ada_B/Lovelace,"))
    for name in ("ada", "jose", "emmy"):
        page(project, name)
    made = export(project, "moodle", ["neuron"], gradebook=sheet, lists=lists)
    zipped = project.root / "feedback-moodle.zip"
    # The grader failed for José, so what Moodle has stays; Emmy is not of this assignment.
    assert as_moodle_reads(zipped) == {"7001": ("assignfeedback_file", "neuron.html", "<p>ada</p>")}
    assert any("feedback-moodle.zip: 1;" in note for note in made.notes)
    before = zipped.read_bytes()
    export(project, "moodle", ["neuron"], gradebook=sheet, lists=lists)
    assert zipped.read_bytes() == before
    made = export(project, "moodle", ["way-back"], gradebook=sheet, lists=lists)
    assert not zipped.exists(), "an earlier exercise's pages are not left beside these grades"
    assert any("no feedback pages of way-back" in note for note in made.notes)


@pytest.mark.parametrize("name", ["..Ada", "~Ada", "_", "", "Ada\tL"])
def test_a_page_finds_its_student_whatever_the_name(project, lists, tmp_path, name):
    page(project, "ada")
    sheet = given(tmp_path, WORKSHEET.replace("Ada Lovelace,", f"{name},"))
    export(project, "moodle", ["neuron"], gradebook=sheet, lists=lists)
    assert list(as_moodle_reads(project.root / "feedback-moodle.zip")) == ["7001"]


def test_pages_where_names_are_hidden(project, lists, tmp_path):
    """A worksheet of blind marking has no names; the list must then say who is who."""
    page(project, "ada")
    text = lists[0].read_text("utf-8").replace("lms_id", "lms_id,identifier")
    lists[0].write_text(text.replace("ada@school.org,S1,12", "ada@school.org,S1,12,7001"), "utf-8")
    sheet = given(tmp_path, "Identifier,Grade,Last modified (grade),ID number\n"
                  "Participant 7001,,-,S1\n")  # fmt: skip
    export(project, "moodle", ["neuron"], gradebook=sheet, lists=lists)
    with zipfile.ZipFile(project.root / "feedback-moodle.zip") as archive:
        assert archive.namelist() == ["Participant_7001_assignfeedback_file_neuron.html"]


def test_moodle_grade_import(project, lists):
    made = export(project, "moodle", lists=lists)
    found = rows(made.path)
    assert found[0][:4] == ["First name", "Last name", "ID number", "Email address"]
    assert found[0][4:] == ["Assignment: neuron (Real)", "Assignment: way-back (Real)"]
    assert found[1] == ["Ada", "Lovelace", "S1", "ada@school.org", "17.12", "12"]
    assert found[3][4:] == ["-", "-"]  # Moodle's word for no grade
    assert any("no e-mail or number: =cmd" in note for note in made.notes)
    assert any("neuron 20, way-back 20" in note for note in made.notes)


def test_a_spreadsheet_reads_it(project, lists):
    made = export(project, "csv", lists=lists)
    assert made.path.read_bytes().startswith(b"\xef\xbb\xbf")
    found = rows(made.path)
    assert found[0] == ["student", "name", "email", "neuron", "way-back", "total"]
    assert found[1] == ["out of", "", "", "20", "20", "40"]
    assert found[2] == ["'=cmd", "", "", "", "1", "1"]
    assert found[3] == ["ada", "Ada Lovelace", "ada@school.org", "17.12", "12", "29.12"]
    assert next(row for row in found if row[0] == "jose")[3:] == ["", "", ""]
    assert any("2 still wait for a person" in note for note in made.notes)


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        (" =1", "' =1"),
        ("\t=1", "'\t=1"),
        ("-1.5", "-1.5"),
        ("-", "-"),
        ("    Points Possible", "    Points Possible"),
        ("Ada", "Ada"),
        ("", ""),
    ],
)
def test_no_cell_is_a_formula(cell, written):
    assert safe(cell) == written


def test_a_name_that_was_made_safe_is_read_back(project):
    assert set(read_grades(project.root / "grades.csv")["way-back"]) == {"ada", "=cmd"}


def test_bad_input_is_one_line(project, lists, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(project.root)
    sheet = str(given(tmp_path, WORKSHEET))
    roster = ["--roster", str(lists[0])]
    for arguments, says in (
        (["--to", "csv", "quantum"], "no grades of quantum"),
        (["--to", "canvas", "--gradebook", sheet], "no gradebook export of Canvas"),
        (["--to", "moodle", "--gradebook", sheet, *roster], "name the exercise"),
        (["--to", "csv", "--roster", "nowhere.csv"], "cannot be read"),
    ):
        assert cli.main(["export", *arguments]) == 1
        error = capsys.readouterr().err
        assert says in error
        assert error.count("\n") == 1
    (project.root / "grades.csv").unlink()
    with pytest.raises(ProjectError, match=r"no grades\.csv"):
        export(project, "csv")
