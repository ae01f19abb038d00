"""Every other lesson, driven in a browser from the second on: all of its exercises."""

from lessons.driving import Pages

from pellucid.lessons.road import LESSONS


class TestEvenLessons(Pages):
    lessons = tuple(lesson.name for lesson in LESSONS[1::2] if lesson.file.exists())
