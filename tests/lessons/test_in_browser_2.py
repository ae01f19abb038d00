"""Every other lesson, from the second on, and the repairs, driven in a browser."""

from lessons.driving import Pages

from pellucid.lessons.road import LESSONS


class TestEvenLessons(Pages):
    lessons = (
        *(lesson.name for lesson in LESSONS[1::2] if lesson.file.exists()),
        "repairs",
    )
