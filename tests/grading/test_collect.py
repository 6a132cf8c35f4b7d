"""What Canvas and Moodle let an instructor download, and what somebody may have put into it."""

from __future__ import annotations

import contextlib
import os
import random
import stat
import zipfile
from collections import Counter
from datetime import datetime, timezone
from pathlib import Path

import pytest

from course_lib import cli
from course_lib.grading.classroom import archive
from course_lib.grading.classroom.collect import Collection, collect
from course_lib.grading.classroom.platforms import exercise_of, origin
from course_lib.grading.classroom.roster import Roster, Student, read_list
from course_lib.project import Project, ProjectError

SLUG = "backpropagation"
SLUGS = (SLUG, "neuron")
ADA = Student("ada", "Ada Lovelace", "ada@school.org", lms="12")
EMMY = Student("emmy", "Noether, Emmy", "emmy@school.org", lms="34", participant="7001")
JOSE = Student("jose", "José Raúl Núñez", participant="7002")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    found = Project(tmp_path / "course")
    found.solutions.mkdir(parents=True)
    found.book.mkdir()
    for name in ("_config.yml", "book/_toc.yml"):
        (found.root / name).touch()
    for slug in SLUGS:
        (found.solutions / f"{slug}.md").touch()
    return found


@pytest.fixture
def roster() -> Roster:
    return Roster([ADA, EMMY, JOSE])


def zipped(path: Path, files: dict[str, bytes | str]) -> Path:
    with zipfile.ZipFile(path, "w") as made:
        for name, content in files.items():
            made.writestr(name, content)
    return path


def handed_in(project: Project, student: str, slug: str = SLUG) -> str | None:
    path = project.root / "submitted" / student / slug / f"{slug}.ipynb"
    return path.read_text() if path.is_file() else None


def kept(project: Project) -> list[str]:
    """Return all that was put aside: nothing may be lost."""
    folder = project.build / "collected"
    return sorted(path.read_text() for path in folder.rglob("*.ipynb"))


MOODLE = "Ada Lovelace_7001_assignsubmission_file_"


@pytest.mark.parametrize(
    ("path", "names", "numbers", "late", "file"),
    [
        ("lovelaceada_12_678_{}.ipynb", ("lovelaceada",), ("12", ""), False, "{}.ipynb"),
        ("lovelaceada_LATE_12_678_{}-1.ipynb", ("lovelaceada",), ("12", ""), True, "{}-1.ipynb"),
        ("bob2_12_678_{}.ipynb", ("bob2",), ("12", ""), False, "{}.ipynb"),
        ("o_brien_12_678_{}.ipynb", ("o_brien",), ("12", ""), False, "{}.ipynb"),
        ("anon_a1B2c_678_{}.ipynb", (), ("", ""), False, "{}.ipynb"),
        ("LATE_anon_a1B2c_678_{}.ipynb", (), ("", ""), True, "{}.ipynb"),
        (MOODLE + "/{}.ipynb", ("Ada Lovelace",), ("", "7001"), False, "{}.ipynb"),
        (MOODLE + "{}.ipynb", ("Ada Lovelace",), ("", "7001"), False, "{}.ipynb"),
        ("Red-" + MOODLE + "/a/{}.ipynb", ("Red-Ada Lovelace", "Ada Lovelace"), ("", "7001"),
         False, "{}.ipynb"),
        ("ada/{0}/{0}.ipynb", ("ada",), ("", ""), False, "{}.ipynb"),
        ("class/{0}-ada.zip/{0}.ipynb", ("class", "ada"), ("", ""), False, "{}.ipynb"),
    ],
)  # fmt: skip
def test_names_tell_whose_a_file_is(path, names, numbers, late, file):
    found = origin(path.format(SLUG).split("/"), SLUGS)
    assert found is not None
    told = found.names, (found.lms, found.participant), found.late, found.file
    assert told == (names, numbers, late, file.format(SLUG))


def test_text_typed_into_moodle_is_no_file():
    assert origin(["Ada Lovelace_7001_assignsubmission_onlinetext_", "text.ipynb"], SLUGS) is None


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        (f"{SLUG}.ipynb", SLUG),
        (f"{SLUG} (1).ipynb", SLUG),
        (f"Copy of {SLUG}.ipynb", SLUG),
        (f"{SLUG}-Copy1.ipynb", SLUG),
        (f"{SLUG}s.ipynb", ""),
        ("neuron.ipynb", "neuron"),
        ("notes.ipynb", ""),
    ],
)
def test_names_tell_the_exercise(name, slug):
    assert exercise_of(name, SLUGS) == slug


def test_a_canvas_download(project, roster, tmp_path):
    inner = zipped(tmp_path / "inner.zip", {f"{SLUG}.ipynb": "Jose's, zipped"}).read_bytes()
    download = zipped(
        tmp_path / "submissions.zip",
        {
            f"lovelaceada_12_900_{SLUG}-1.ipynb": "Ada's second",
            f"lovelaceada_12_800_{SLUG}.ipynb": "Ada's first",
            f"noetheremmy_LATE_34_850_{SLUG}.ipynb": "Emmy's",
            f"nunezjoseraul_56_860_{SLUG}-jose.zip": inner,
            f"gausscarl_78_870_{SLUG}.ipynb": "Carl's",
            "lovelaceada_12_901_figure.png": "a picture",
        },
    )
    found = collect(project, download, roster)
    assert handed_in(project, "ada") == "Ada's second"
    assert handed_in(project, "emmy") == "Emmy's"
    assert handed_in(project, "jose") == "Jose's, zipped"
    assert kept(project) == ["Ada's first", "Carl's"]
    assert sorted(found.new) == ["ada", "emmy", "jose"]
    assert found.late == ["emmy"]  # Canvas does not say when
    assert "gausscarl_78_870" in found.unmatched[0]
    assert found.left == ["lovelaceada_12_901_figure.png"]
    assert not (project.root / "submitted/ada" / SLUG / "timestamp.txt").exists()


def test_a_moodle_download_and_its_worksheet(project, tmp_path):
    worksheet = tmp_path / "worksheet.csv"
    worksheet.write_text(
        "Identifier,Full name,Email address,Status,Grade,Maximum grade,"
        '"Last modified (submission)","Last modified (grade)"\n'
        "Participant 7001,Emmy Noether,emmy@school.org,x,,20.00,"
        '"Friday, 20 November 2026, 5:03 PM",-\n'
        "Participant 7002,José Raúl Núñez,jose@school.org,x,,20.00,-,-\n",
        encoding="utf-8",
    )
    roster = Roster(
        [Student("emmy", "Emmy Noether", "Emmy@school.org"), Student("jose", "Jose Raul Nunez")]
    )
    roster.complete(read_list(worksheet))
    assert set(roster.students) == {"emmy", "jose"}
    download = zipped(
        tmp_path / "moodle.zip",
        {
            f"Participant_7001_assignsubmission_file_/{SLUG}.ipynb": "Emmy's",
            f"José Raúl Núñez_7002_assignsubmission_file_/{SLUG}.ipynb": "José's",
            "José Raúl Núñez_7002_assignsubmission_onlinetext_/onlinetext.html": "hello",
        },
    )
    found = collect(project, download, roster)
    assert (handed_in(project, "emmy"), handed_in(project, "jose")) == ("Emmy's", "José's")
    stamp = (project.root / "submitted/emmy" / SLUG / "timestamp.txt").read_text()
    local = datetime(2026, 11, 20, 17, 3).astimezone(timezone.utc)  # noqa: UP017
    assert stamp == f"{local:%Y-%m-%d %H:%M:%S.%f} UTC"
    from nbgrader.utils import parse_utc

    assert parse_utc(stamp) == local.replace(tzinfo=None)
    assert not found.unmatched


@pytest.mark.parametrize("when", ["Donnerstag, 15. Januar 2027", "half past nine"])
def test_a_time_that_cannot_be_read_is_said(project, tmp_path, when):
    listed = tmp_path / "class.csv"
    listed.write_text(
        f'id,name,submitted\nada,Ada Lovelace,"{when}"\nemmy,Emmy Noether,-\n', "utf-8"
    )
    roster = Roster()
    roster.complete(read_list(listed))
    for name in ("ada", "emmy"):
        folder = tmp_path / "in" / name
        folder.mkdir(parents=True)
        (folder / "neuron.ipynb").write_text(name)
    found = collect(project, tmp_path / "in", roster)
    assert found.undated == [f"ada, of whom the list says {when!r}"]
    assert when in str(found)
    assert found.new == ["ada", "emmy"], "nothing is lost"


def test_plain_folders_need_no_list(project, tmp_path):
    for name in ("ada", "emmy"):
        folder = tmp_path / "in" / name
        folder.mkdir(parents=True)
        (folder / "neuron.ipynb").write_text(name)
    os.utime(tmp_path / "in/ada/neuron.ipynb", (1_700_000_000, 1_700_000_000))
    found = collect(project, tmp_path / "in", Roster(), file_times=True)
    assert handed_in(project, "ada", "neuron") == "ada"
    assert found.new == ["ada", "emmy"]
    stamp = project.root / "submitted/ada/neuron/timestamp.txt"
    assert stamp.read_text() == "2023-11-14 22:13:20.000000 UTC"


def test_a_folder_around_everything_does_not_make_one_student_of_all(project, tmp_path):
    download = zipped(tmp_path / "all.zip", {
        f"class/{name}/{SLUG}.ipynb": name for name in ("ada", "emmy")})  # fmt: skip
    found = collect(project, download, Roster())
    assert len(found.unmatched) == 2
    assert kept(project) == ["ada", "emmy"]
    assert collect(project, download, Roster([ADA, EMMY])).new == ["ada", "emmy"]


def test_newer_replaces_and_older_does_not(project, roster, tmp_path):
    def get(number: int, content: str) -> Collection:
        name = f"lovelaceada_12_{number}_{SLUG}.ipynb"
        return collect(project, zipped(tmp_path / "c.zip", {name: content}), roster)

    assert get(5, "five").new == ["ada"]
    assert get(5, "five").same == ["ada"]
    assert get(9, "nine").replaced == ["ada"]
    assert get(7, "seven").same == ["ada"]
    assert handed_in(project, "ada") == "nine"
    assert kept(project) == ["five", "seven"]


def test_lists_complete_one_another(tmp_path):
    found = Roster([Student("ada", "Ada Lovelace"), Student("emmy", "Emmy", "e@x.org")])
    canvas = Student("12", "Lovelace, Ada", lms="12")
    found.complete([canvas, Student("e@x.org", "Noether", "E@X.org", number="7")])
    assert [one.id for one in found.students.values()] == ["ada", "emmy"]
    assert found.students["emmy"].number == "7"
    found.complete([Student("x", "Ada Lovelace", lms="99")])
    assert found.students["x"].lms == "99"
    with pytest.raises(ProjectError, match="12 and 34 may both be ada"):
        Roster([Student("ada", "Ada Lovelace")]).complete(
            [canvas, Student("34", "Ada Lovelace", lms="34")]
        )


def test_two_of_one_name_in_one_list_stay_two():
    found = Roster([Student("a1", "Ada Lovelace"), Student("a2", "Ada Lovelace")])
    assert set(found.students) == {"a1", "a2"}


def test_two_of_one_name_are_nobody(project, tmp_path):
    twins = Roster([Student("a1", "Ada Lovelace", lms="1"), Student("a2", "Ada Lovelace", lms="2")])
    files = {f"lovelaceada_3_9_{SLUG}.ipynb": "?", f"lovelaceada_2_8_{SLUG}.ipynb": "second"}
    download = zipped(tmp_path / "c.zip", files)
    found = collect(project, download, twins)
    assert "may be a1, a2" in found.unmatched[0]
    assert handed_in(project, "a2") == "second"
    assert kept(project) == ["?"]


def test_another_name_counts_where_the_exercise_is_said(project, roster, tmp_path):
    files = {"lovelaceada_12_9_final.ipynb": "x", f"lovelaceada_12_5_{SLUG}.ipynb": "named"}
    download = zipped(tmp_path / "c.zip", files)
    assert collect(project, download, roster).left == ["lovelaceada_12_9_final.ipynb"]
    collect(
        project,
        zipped(tmp_path / "d.zip", {"noetheremmy_34_9_final.ipynb": "y"}),
        roster,
        slug=SLUG,
    )
    assert handed_in(project, "emmy") == "y"
    collect(project, download, roster, slug=SLUG)
    assert handed_in(project, "ada") == "named"


def hostile(path: Path) -> Path:
    """Write a zip of everything that is refused, with one good file at its end."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name in (f"../../{SLUG}.ipynb", f"/etc/{SLUG}.ipynb", f"C:\\{SLUG}.ipynb",
                     f"a\\..\\{SLUG}.ipynb", f"ada\n/{SLUG}.ipynb"):  # fmt: skip
            made.writestr(name, "out")
        link = zipfile.ZipInfo(f"lovelaceada_12_1_{SLUG}.ipynb")
        link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        made.writestr(link, "/etc/passwd")
        device = zipfile.ZipInfo(f"lovelaceada_12_2_{SLUG}.ipynb")
        device.create_system, device.external_attr = 3, (stat.S_IFCHR | 0o666) << 16
        made.writestr(device, "")
        made.writestr(f"lovelaceada_12_3_{SLUG}.ipynb", b"0" * (archive.MAX_BYTES + 1))
        made.writestr(f"lovelaceada_12_4_{SLUG}.zip", b"PK\x03\x04 and nothing more")
        deep = zipped(path.with_name("deep.zip"), {f"{SLUG}.ipynb": "deep"}).read_bytes()
        deep = zipped(path.with_name("deeper.zip"), {"deep.zip": deep}).read_bytes()
        made.writestr(f"lovelaceada_12_5_{SLUG}.zip", deep)
        wide = {f"{i}/{SLUG}.ipynb": "" for i in range(archive.INNER_ENTRIES + 1)}
        made.writestr(
            f"lovelaceada_12_6_{SLUG}.zip", zipped(path.with_name("w.zip"), wide).read_bytes()
        )
        made.writestr(f"noetheremmy_34_1_{SLUG}.ipynb", "good")
    return path


def test_what_is_hostile_is_refused_by_name_and_the_rest_collected(project, roster, tmp_path):
    before = set(tmp_path.rglob("*"))
    found = collect(project, hostile(tmp_path / "h.zip"), roster)
    told = "\n".join(found.refused)
    for reason in ("leads out of the folder", "root of a disk", "characters that no name has",
                   "a link", "a device", "over 20 MB", "a damaged zip",
                   "a zip within a zip within a zip", "over 1,000 files"):  # fmt: skip
        assert reason in told
    assert len(found.refused) == 11
    assert handed_in(project, "emmy") == "good"
    assert handed_in(project, "ada") is None
    written = set(tmp_path.rglob("*")) - before
    assert {path.relative_to(tmp_path).parts[0] for path in written} <= {
        "course", "h.zip", "deep.zip", "deeper.zip", "w.zip"}  # fmt: skip


def test_a_download_is_unpacked_up_to_a_size(project, roster, tmp_path, monkeypatch):
    monkeypatch.setattr("course_lib.grading.classroom.collect.BYTES", 12)
    files = {
        f"lovelaceada_12_1_{SLUG}.ipynb": "12345678",
        f"noetheremmy_34_1_{SLUG}.ipynb": "12345",
    }
    found = collect(project, zipped(tmp_path / "c.zip", files), roster)
    assert found.new == ["ada"]
    assert "noetheremmy_34_1" in found.refused[0]


def test_a_lying_size_and_a_broken_sum_are_refused(project, roster, tmp_path):
    path = zipped(tmp_path / "c.zip", {f"lovelaceada_12_1_{SLUG}.ipynb": "abcdefgh"})
    path.write_bytes(path.read_bytes().replace(b"abcdefgh", b"abcdefgX"))
    found = collect(project, path, roster)
    assert "it is damaged" in found.refused[0]
    assert handed_in(project, "ada") is None


def test_a_zip_however_damaged_ends_in_a_word(project, roster, tmp_path):
    inner = zipped(tmp_path / "i.zip", {f"{SLUG}.ipynb": "x" * 500}).read_bytes()
    files = {f"lovelaceada_12_1_{SLUG}.ipynb": "y" * 500, f"noetheremmy_34_1_{SLUG}.zip": inner}
    whole = zipped(tmp_path / "c.zip", files).read_bytes()
    draw, ends = random.Random(0), Counter()
    for _ in range(400):
        damaged = bytearray(whole)
        for _ in range(draw.randint(1, 6)):
            damaged[draw.randrange(len(damaged))] = draw.randrange(256)
        (tmp_path / "d.zip").write_bytes(damaged[: draw.choice((None, draw.randrange(len(whole))))])
        try:
            for entry in archive.entries(tmp_path / "d.zip"):
                ends[type(entry).__name__] += 1
                if isinstance(entry, archive.Entry):
                    with contextlib.suppress(ProjectError):
                        entry.read()
        except ProjectError:
            ends["refused whole"] += 1
    assert min(ends["Entry"], ends["Refusal"], ends["refused whole"]) > 20


def test_links_in_a_folder_are_not_followed(project, roster, tmp_path):
    secret = tmp_path / "secret.ipynb"
    secret.write_text("secret")
    for name in ("ada", "emmy"):
        (tmp_path / "in" / name).mkdir(parents=True)
    (tmp_path / "in/ada" / f"{SLUG}.ipynb").symlink_to(secret)
    (tmp_path / "in/jose").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "in/emmy" / f"{SLUG}.ipynb")
    found = collect(project, tmp_path / "in", roster)
    assert [line.split(":")[0] for line in found.refused] == [
        "jose", f"ada/{SLUG}.ipynb", f"emmy/{SLUG}.ipynb"]  # fmt: skip
    assert handed_in(project, "ada") is None


def test_nothing_is_written_through_a_link(project, roster, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (project.root / "submitted").mkdir()
    (project.root / "submitted/ada").symlink_to(outside)
    found = collect(
        project, zipped(tmp_path / "c.zip", {f"lovelaceada_12_1_{SLUG}.ipynb": "x"}), roster
    )
    assert found.refused == ["submitted/ada is a link: remove it"]
    assert not list(outside.iterdir())


@pytest.mark.parametrize("name", ["../x", "a/b", ".hidden", "a\x00b", "x" * 200])
def test_no_list_names_a_folder_outside(name, tmp_path):
    path = tmp_path / "list.csv"
    path.write_text(f"id,name\n{name},Somebody\n")
    with pytest.raises(ProjectError, match="line 2"):
        read_list(path)


@pytest.mark.parametrize(
    ("text", "student"),
    [
        ("id,name,email\nada,Ada Lovelace,a@b.c\n", Student("ada", "Ada Lovelace", "a@b.c")),
        ("\ufeffid;first name;last name\nada;Ada;Lovelace\n", Student("ada", "Ada Lovelace")),
        (
            "Student,ID,SIS User ID,SIS Login ID,Section,x (1)\n,,,,,Manual Posting\n"
            "    Points Possible,,,,,20\n\"Lovelace, Ada\",12,S7,ada,A,\n",
            Student("ada", "Lovelace, Ada", login="ada", number="S7", lms="12"),
        ),
        (
            "First name,Last name,ID number,Email address\nAda,Lovelace,S7,a@b.c\n",
            Student("S7", "Ada Lovelace", "a@b.c", number="S7"),
        ),
    ],
)  # fmt: skip
def test_lists_of_every_kind(text, student, tmp_path):
    path = tmp_path / "list.csv"
    path.write_text(text, encoding="utf-8")
    assert read_list(path) == [student]


def test_bad_input_is_one_line(project, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(project.root)
    (tmp_path / "text.zip").write_text("no zip")
    (tmp_path / "list.csv").write_bytes(b"\xff\xfe")
    for arguments, says in (
        (["collect", str(tmp_path / "nothing.zip")], "does not exist"),
        (["collect", str(tmp_path / "text.zip")], "is no zip"),
        (["collect", str(tmp_path), "--exercise", "quantum"], "no exercise 'quantum'"),
        (["collect", str(tmp_path), "--roster", str(tmp_path / "list.csv")], "not UTF-8"),
    ):
        assert cli.main(arguments) == 1
        error = capsys.readouterr().err
        assert says in error
        assert error.count("\n") == 1
