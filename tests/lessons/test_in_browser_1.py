"""Every other lesson, driven in a browser from the first on: all of its exercises."""

from lessons.driving import Pages

from pellucid.lessons.road import LESSONS


class TestOddLessons(Pages):
    lessons = tuple(lesson.name for lesson in LESSONS[::2] if lesson.file.exists())
