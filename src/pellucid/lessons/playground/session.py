"""One page's training: each message of the page gets one answer."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any

from pellucid.errors import PellucidError
from pellucid.lessons.playground import reading, written
from pellucid.lessons.playground.choices import (
    ACTIVATIONS,
    DATA,
    FEATURES,
    METHODS,
    PENALTIES,
    STARTED,
)
from pellucid.lessons.playground.network import named
from pellucid.lessons.playground.pictures import frame, numbers
from pellucid.lessons.playground.programs import program
from pellucid.lessons.playground.race import race, suited
from pellucid.lessons.playground.settings import (
    Refused,
    Settings,
    available,
    of_link,
    restarts,
    to_link,
    to_text,
)
from pellucid.lessons.playground.training import Training
from pellucid.reading.formula.mathml import mathml

MOST_AT_ONCE = 1000  # steps a message
CHOICES = {
    "data": {name: data.title for name, data in DATA.items()},
    "features": {name: feature.shown for name, feature in FEATURES.items()},
    "activation": {name: name for name in ACTIVATIONS},
    "start": STARTED,
    "method": {name: name for name in METHODS},
    "rival": {name: name for name in METHODS},
    "penalty": PENALTIES,
}
Message = Mapping[str, Any]
Answer = dict[str, Any]


class Session:
    """What one open page has: a training, and perhaps a file."""

    def __init__(self) -> None:
        self.training = Training(Settings())
        self.file: reading.File | None = None

    def answer(self, message: object) -> Answer:
        """Do what a message asks; what cannot be done gets a sentence."""
        try:
            if not isinstance(message, Mapping):
                raise Refused(
                    "A message to the playground is an object with a wish in it."
                )
            wish = message.get("do")
            if not isinstance(wish, str) or wish not in WISHES:
                raise Refused(
                    f"The playground can {', '.join(WISHES)}, and nothing else."
                )
            return WISHES[wish](self, message)
        except PellucidError as refusal:
            return {"kind": "refused", "sentence": str(refusal)}

    def open(self, message: Message) -> Answer:
        """Begin where a link says; a broken one gives the usual beginning, and why."""
        trouble = ""
        try:
            self.begin(of_link(_text(message, "link")))
        except PellucidError as refusal:
            trouble = f"{refusal} The playground begins as usual."
            self.begin(Settings())
        return self.view() | {"sentence": trouble}

    def begin(self, settings: Settings) -> None:
        """Train anew."""
        training = Training(settings)
        training.settings = suited(settings, training.layers)
        self.training = training

    def set(self, message: Message) -> Answer:
        """Change what is chosen; the training begins again where it hangs on it."""
        changes = message.get("changes")
        if not isinstance(changes, Mapping):
            raise Refused("What is to be set comes as changes, name by name.")
        before = self.training.settings
        after = before.changed({"steps": "0", **changes})
        if restarts(before, after):
            self.begin(after)
        else:
            self.training.settings = suited(after, self.training.layers)
        return self.view()

    def view(self) -> Answer:
        """Everything that the page shows."""
        training, settings = self.training, self.training.settings
        points = training.points
        inputs = [FEATURES[name].shown for name in settings.features]
        return {
            "kind": "view",
            "settings": to_text(settings),
            "link": to_link(settings.changed({"steps": "0"})),
            "goal": settings.steps,
            "learns": settings.kind,
            "classes": settings.classes,
            "choices": CHOICES,
            "available": available(settings.kind),
            "inputs": inputs,
            "points": [numbers(row) for row in points.places],
            "targets": [numbers(row) for row in points.targets],
            "tested": points.tested.astype(int).tolist(),
            "extent": points.extent if points.n else (-3, 3, -3, 3),
            "shift": numbers(points.shift),
            "scale": numbers(points.scale),
            "names": list(named(training.layers)),
            "ready": training.ready,
            "frame": frame(training),
        }

    def step(self, message: Message) -> Answer:
        """Take steps, as many as a quarter of a second allows."""
        wanted = message.get("n")
        if type(wanted) is not int or not 1 <= wanted <= MOST_AT_ONCE:
            raise Refused(f"Take from 1 to {MOST_AT_ONCE:,} steps at once.")
        self._ready()
        self.training.take(wanted)
        return {"kind": "frame", "frame": frame(self.training)}

    def reset(self, message: Message) -> Answer:
        """Begin again with the same settings."""
        self.begin(self.training.settings.changed({"steps": "0"}))
        return self.view()

    def race(self, message: Message) -> Answer:
        """The cost over two weights, and the two methods on it."""
        self._ready()
        return {"kind": "race", "race": race(self.training)}

    def behind(self, message: Message) -> Answer:
        """The formulas and the program of a picture."""
        picture = message.get("picture")
        if not isinstance(picture, str) or picture not in FORMULAS:
            raise Refused(f"The pictures are {', '.join(FORMULAS)}.")
        self._ready()
        formulas = [{"said": said, "latex": latex, "mathml": mathml(latex)}
                    for said, latex in FORMULAS[picture](self.training)]  # fmt: skip
        return {"kind": "behind", "picture": picture, "formulas": formulas,
                "code": program(self.training, picture)}  # fmt: skip

    def _ready(self) -> None:
        """Refuse what needs points while there are none."""
        if not self.training.ready:
            raise Refused(
                "There is nothing to learn from yet: draw two points or more."
            )

    def read(self, message: Message) -> Answer:
        """Read a file that was chosen, and give its columns."""
        try:
            content = base64.b64decode(_text(message, "content"), validate=True)
        except (binascii.Error, ValueError):
            raise Refused("The file did not arrive whole: choose it again.") from None
        file = reading.File(_text(message, "name")[:200], content)
        found = reading.columns(file)
        self.file = file
        return {"kind": "columns", "name": file.name, "columns": found}

    def columns(self, message: Message) -> Answer:
        """Learn from three columns of the file."""
        if not self.file:
            raise Refused("Choose a file first.")
        names = [_text(message, key) for key in ("x1", "x2", "target", "as")]
        changes, said = reading.chosen(self.file, *names)
        self.begin(self.training.settings.changed({"steps": "0", **changes}))
        return self.view() | {"sentence": said}


def _text(message: Message, key: str) -> str:
    """A text of a message; empty where there is none."""
    value = message.get(key, "")
    if not isinstance(value, str):
        raise Refused(f"The {key} of a message is text.")
    return value


WISHES: dict[str, Callable[[Session, Message], Answer]] = {
    "open": Session.open,
    "set": Session.set,
    "step": Session.step,
    "reset": Session.reset,
    "race": Session.race,
    "behind": Session.behind,
    "read": Session.read,
    "columns": Session.columns,
}


def _of_regions(training: Training) -> list[tuple[str, str]]:
    """The formulas behind the regions."""
    return [("What comes out for each place:", written.output_formula(training))]


def _of_cost(training: Training) -> list[tuple[str, str]]:
    """The formulas behind the curve of the cost."""
    settings = training.settings
    return [
        ("What is made small:", written.cost_formula(training)),
        (f"A step of {settings.method}, for each array of weights w with slope g:",
         written.step_formula(settings.method, settings.rate)),
    ]  # fmt: skip


def _of_network(training: Training) -> list[tuple[str, str]]:
    """The formulas behind the network."""
    return [
        ("What the units say:", written.output_formula(training)),
        ("The cost, and its slope along each weight by the chain rule:",
         written.slope_formula(training)),
    ]  # fmt: skip


def _of_race(training: Training) -> list[tuple[str, str]]:
    """The formulas behind the race."""
    settings = training.settings
    racers = {settings.method: settings.rate, settings.rival: settings.rival_rate}
    return [
        ("The cost, of which two weights vary:", written.cost_formula(training)),
        *((f"A step of {name}:", written.step_formula(name, rate))
          for name, rate in racers.items()),
    ]  # fmt: skip


FORMULAS = {
    "regions": _of_regions,
    "cost": _of_cost,
    "network": _of_network,
    "race": _of_race,
}
