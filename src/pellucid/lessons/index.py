"""The first page: the road with its lessons, and how far a person is."""

from __future__ import annotations

from importlib import resources

from pellucid.errors import needs
from pellucid.lessons import progress
from pellucid.lessons.road import EXTRA, LESSONS


def index_page() -> str:
    """Write the first page."""
    jinja2 = needs("jinja2", extra="learn")
    environment = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    folder = resources.files("pellucid.lessons") / "web"
    template = (folder / "index.html.j2").read_text("utf-8")
    counted = {lesson.name: progress.counted(lesson.name) for lesson in LESSONS}
    page = environment.from_string(template).render(
        lessons=[(lesson, *counted[lesson.name]) for lesson in LESSONS],
        extra=[page for page in EXTRA if page.file.exists()],
        goes_on=going_on(counted),
        begun=bool(progress.kept()),
        right=sum(right for right, _ in counted.values()),
        of=sum(of for _, of in counted.values()),
        minutes=sum(lesson.minutes for lesson in LESSONS),
        place=str(progress.place()),
        trouble=progress.trouble(),
    )
    return str(page)


def going_on(counted: dict[str, tuple[int, int]]) -> object:
    """Choose the lesson to go on with: the one opened last, or what comes after it.

    A lesson whose exercises are all right is done; the first lesson is where to begin.
    """
    names = [lesson.name for lesson in LESSONS]
    last = progress.last()
    rest = LESSONS[names.index(last) if last else 0 :]
    for lesson in (*rest, *LESSONS):
        right, of = counted[lesson.name]
        if lesson.file.exists() and (right < of or not of):
            return lesson
    return LESSONS[0]
