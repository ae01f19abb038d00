"""A text is cut into records by the csv module, which decides what a line means."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass

from pellucid.errors import TableError

# The rarest in prose first; runs of blanks only where nothing else cuts.
DELIMITERS = {"\t": "tab", ";": "semicolon", "|": "bar", ",": "comma", " ": "blank"}
LINE_END = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True)
class Lines:
    """The text of a file in memory, and the delimiter that cuts its lines."""

    name: str
    text: str
    delimiter: str = ","
    start: int = 0  # the place in the text from which on lines are cut
    line: int = 1  # the number of the line there
    quote: str = '"'  # around cells

    def records(self) -> Iterator[tuple[int, list[str]]]:
        """Give each record that is not blank, with the number of its line."""
        return ((line, cells) for _, line, cells in self.placed())

    def placed(self) -> Iterator[tuple[int, int, list[str]]]:
        """Give each record that is not blank: its place in the text, line and cells."""
        feed = Feed(self.text, self.start, bare=self.delimiter == " ")
        reader = csv.reader(
            feed, delimiter=self.delimiter, quotechar=self.quote,
            skipinitialspace=True, strict=True,
        )  # fmt: skip
        place, line = feed.place, self.line
        try:
            for cells in reader:
                if len(cells) > 1 or "".join(cells).strip():
                    yield place, line, cells
                place, line = feed.place, self.line + reader.line_num
        except csv.Error:
            raise TableError(
                f"{self.name}, line {line}: expected each quotation "
                "mark that opens a cell to close right before a "
                f"{DELIMITERS[self.delimiter]} or the end of the line, found one that "
                "does not; correct the quotation marks."
            ) from None


@dataclass
class Feed:
    """Hands the csv module each line with its end: LF, CRLF or CR."""

    text: str
    place: int  # where the next line begins
    bare: bool  # without the blanks around it, a tab as a blank

    def __iter__(self) -> Feed:
        return self

    def __next__(self) -> str:
        start, end = self.place, LINE_END.search(self.text, self.place)
        self.place = end.end() if end else len(self.text)
        if self.place == start:
            raise StopIteration
        line = self.text[start : self.place]
        return line.strip().replace("\t", " ") + "\n" if self.bare else line
