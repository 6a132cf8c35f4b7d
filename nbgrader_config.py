"""nbgrader's configuration: its own commands, formgrader and JupyterLab read it in this folder."""

import sys
from pathlib import Path

c = get_config()  # noqa: F821 - traitlets provides it
root = Path(__file__).resolve().parent

c.CourseDirectory.course_id = "shallow-to-deep"
c.CourseDirectory.root = str(root)
# Never solutions/ itself: nbgrader hands out every file that it finds beside a source notebook.
c.CourseDirectory.source_directory = "_build/source"
c.CourseDirectory.release_directory = "_build/release"

c.Exchange.root = str(root / "exchange")
c.Exchange.cache = str(root / "exchange" / ".cache")
c.Exchange.assignment_dir = str(root / "exercises")

# grades.csv is what `course grade` writes.
c.CsvExportPlugin.to = "nbgrader-export.csv"

c.ClearSolutions.code_stub = {"python": "raise NotAttempted  # replace this line with your answer"}
c.ClearSolutions.text_stub = "Your answer here."
# nbgrader's own list, less what the course does not use. The cells are saved to the gradebook
# before the hidden tests go, and signed again after.
c.GenerateAssignment.preprocessors = [
    "nbgrader.preprocessors.LockCells",
    "course_lib.authoring.stubs.ClearSolutionsForStarters",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.CheckCellMetadata",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.SaveCells",
    "course_lib.authoring.stubs.ClearHiddenTestsKeepName",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.CheckCellMetadata",
    "course_lib.authoring.stubs.Normalise",
]

# Stock `nbgrader autograde` and formgrader's button grade by the same code as `course grade`.
c.Autograde.exporter_class = "course_lib.grading.coordinator.preprocessors.Submitted"
c.Autograde.sanitize_preprocessors = [
    "course_lib.grading.coordinator.preprocessors.GradeSubmission"
]
c.Autograde.autograde_preprocessors = [
    "course_lib.grading.coordinator.preprocessors.SaveRecord",
    "nbgrader.preprocessors.AssignLatePenalties",
]
c.GenerateFeedback.exporter_class = "course_lib.grading.coordinator.preprocessors.Feedback"
c.GenerateFeedback.preprocessors = []
c.Execute.timeout = 60
# Validate takes a warning on stderr for a failure, and can't be given other preprocessors.
c.Execute.extra_arguments = [
    "--IPKernelApp.exec_lines=import sys; sys.stderr = sys.stdout",
    "--IPKernelApp.log_level=ERROR",
]

if (root / "solutions").is_dir():
    from course_lib.authoring.exercises import source_notebooks
    from course_lib.project import Project, ProjectError

    try:
        source_notebooks(Project(root))
    except (ImportError, ProjectError) as problem:  # JupyterLab must still start
        sys.stderr.write(f"exercises are not up to date: {problem}\n")
