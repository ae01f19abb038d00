"""Text tables of many kinds, each of a few hundred rows, and some that are refused."""

N = 300
HEAD = 120  # rows that are looked at before any other, here


def lines(row, n=N):
    """A file of n rows, each written from its number."""
    return "\n".join(["a,b,c", *map(row, range(n))]) + "\n"


def written(row):
    return lines(
        lambda i: row.format(i=i, x=repr(i / 7), k=i % 4, m="NA" * (i % 5 == 0))
    )


def late(cell, at=250):
    """Numbers, but for one cell far below."""
    return lines(lambda i: f"{i},{cell if i == at else i / 7},{i % 3}")


def from_row(cell, at=200):
    """Numbers, and from a row on one cell again and again."""
    return lines(lambda i: f"{i},{cell if i >= at else i / 7},{i % 3}")


PLAIN = written("{i},{x},k{k}")
COMMAS = written("{x},{i},{k}").replace(",", ";").replace(".", ",")
QUOTED = written('{i},"a, ""{k}""\nb",{x}')

FILES = {
    "numbers of 17 digits": written("{i},{x},{k}"),
    "CRLF": PLAIN.replace("\n", "\r\n"),
    "CR alone": PLAIN.replace("\n", "\r"),
    "line ends of all kinds": PLAIN.replace("1\n", "1\r\n").replace("2\n", "2\r"),
    "a last line without its end": PLAIN.rstrip("\n"),
    "a last line within marks without its end": QUOTED.rstrip("\n"),
    "quotation marks": written('"{i}","{x}","k{k}"'),
    "quotation marks that hold a delimiter": written('{i},"a,{k}",{x}'),
    "quotation marks that hold lines": QUOTED,
    "quotation marks that hold CRLF": QUOTED.replace("\n", "\r\n"),
    "doubled quotation marks": written('{i},"a""{k}",{x}'),
    "nothing but doubled quotation marks": written('{i},"""{k}""",""""'),
    "marks inside of cells, as for inches": written('{i},{k}" pipe,{x}'),
    "marks inside and around": written('{i},{k}" pipe,"a\n,{x}"'),
    "blanks before marks": written('{i}, "a,{k}",  "{x}"'),
    "single quotation marks": written("{i},'a,{k}',{x}"),
    "blanks around cells": written(" {i} , {x},  k{k} "),
    "blank lines": written("{i},{x},{k}\n"),
    "lines of blanks": written("{i},{x},{k}\n  "),
    "cells between blanks": written("{i} {x} {k}").replace("a,b,c", "a b c"),
    "missing cells": written("{i},{m},{x}"),
    "missing cells spelled in all ways": written("{i},n.a.,{x}") + "1,-,2\n2,**,3\n",
    "missing cells with blanks": late(" NA "),
    "missing cells spelled in an odd way": late("nAn"),
    "a column that is missing late": from_row(""),
    "a column that is missing at first": lines(
        lambda i: f"{i},{'' if i < HEAD + 9 else i},2"
    ),
    "a column that turns to text late": late("many"),
    "a star beside a number late": late("12*"),
    "two columns that turn to text late": late("many,x\n1,2"),
    "truth values late": from_row("True"),
    "ones, then truth values": lines(lambda i: f"{i},1,2") + "7,TRUE,2\n" * 90,
    "a nan with a sign late": late("-nan"),
    "a nan with a word late": late("nan(1)"),
    "an infinity late": late("inf"),
    "too large a number late": late("1e999"),
    "an underline late": late("1_0"),
    "a plus late": late("+7"),
    "digits of another script late": late("١"),
    "hexadecimal digits late": late("0x1p3"),
    "an error of Excel late": late("#DIV/0!"),
    "a thousand with a comma late": late('"1,234"'),
    "leading zeros": written("0{k}1,{x},{i}"),
    "codes with holes late": lines(lambda i: f"{i + 10:05},{i},1") + "NA,1,2\n",
    "decimal commas": COMMAS,
    "decimal commas with holes": COMMAS + "NA;2;3\n;3;4\n",
    "a thousand's point late": COMMAS + "1.234,5;2;3\n",
    "a decimal point late among commas": COMMAS + "1.5;2;3\n",
    "text late among decimal commas": COMMAS + "1,5;2;x\n",
    "dates": lines(lambda i: f"2024-01-{1 + i % 28:02},{i / 7},{i % 3}"),
    "levels that come late": PLAIN + "1,3,new\n",
    "levels that differ in blanks": PLAIN.replace("k1", " k2"),
    "a total below": PLAIN + "total,5,6\n",
    "a total within and below": late("1").replace("\n150,", "\ntotal,") + "total,5,6\n",
    "a note below": PLAIN + "\nsource: us\n\n",
    "many notes below": PLAIN + "".join(f"note {i}\n" for i in range(5)),
    "a title and comments above": "# made by us\nSales of 2024\n" + PLAIN,
    "a declared delimiter": "sep=;\n" + PLAIN.replace(",", ";"),
    "a line of units": PLAIN.replace("a,b,c", "a,b,c\nkg,cm,"),
    "a delimiter at each end": written("{i},{x},{k},"),
    "names without that of the rows": PLAIN.replace("a,b,c", "b,c"),
    "no names": PLAIN.removeprefix("a,b,c\n"),
    "no names and a delimiter at each end": written("{i},{x},")[6:],
    "names that come twice": PLAIN.replace("a,b,c", "a,a,"),
    "names within marks that hold lines": PLAIN.replace("a,b,c", '"a\n(kg)",b,c'),
    "names again, as of files put together": PLAIN + PLAIN,
    "a mark of UTF-8 between files put together": PLAIN + "\ufeff" + PLAIN,
    "one column": lines(lambda i: f"{i}").replace("a,b,c", "a"),
    "one column of text within marks": lines(lambda i: f'"x\n{i % 3}"')[6:],
    "tabs": written("{i}\t{x}\t{k}").replace(",", "\t"),
    "bars": PLAIN.replace(",", "|"),
    "umlauts": written("{i},{x},ü{k}"),
    "an old mark of the end": PLAIN + "\x1a" * 150,
    "a file of one line": "a,b\n",
    "a file of one row": "1,2\n",
    "few rows": "a,b\n1,x\n2,y\n",
    # what users of other readers of parts have reported
    "CR before CRLF, as written twice": PLAIN.replace("\n", "\r\r\n"),
    "whole numbers, then decimals": lines(lambda i: f"{i if i < 200 else i / 7},{i},1"),
    "large whole numbers late": late(2**53 + 1),
    "dates written otherwise late": lines(
        lambda i: f"{i},{'2024-01-02' if i < 200 else '03.04.2024'},1"
    ),
    "minus zero and denormals": written("-0.0,{k}e-320,{i}E-5"),
    "a mark of UTF-8 before marked names": "\ufeff" + PLAIN.replace("a,", '"a",'),
    "a comment among rows": late("1").replace("\n99,", "\n#,a comment,\n99,"),
    "a row longer than many others": late('"' + 70 * "long text\n" + '"'),
    "names longer than the head": PLAIN.replace("a,b", 90 * "long name" + ",b"),
    "a last line of delimiters": PLAIN + ",,\n",
    "no number in the head and many below": from_row("1.5").replace("/", ""),
    "few rows and a note": "a,b\n1,2\n2,3\n3,4\n4,5\nsource: us\n",
}  # fmt: skip

REFUSED = {
    "a cell too few": (late("1").replace("250,1,1\n", "250,1\n"), "252: .*found 2"),
    "a cell too many": (late("1").replace("250,1,1\n", "250,1,1,3\n"), "line 252"),
    "two lines too long": (
        late("1\n1,2,3,4").replace("280,40.0,1\n", "1,2,3,4\n"), "3 such lines in 301",
    ),
    "a line too short behind cells of many lines": (QUOTED + "1,2\n", "line 602"),
    "a line too short in the head": (PLAIN.replace("\n7,1.0,", "\n7,"), "line 9"),
    "a mark inside": (late('"a"b'), "line 252: .*quotation mark"),
    "a mark that never closes": (late('"a'), "line 252: .*quotation mark"),
    "a file cut short within marks": (QUOTED[: QUOTED.rindex("b")], "quotation mark"),
    "nothing": ("", "empty file"),
    "nothing but blanks": (" \n" * 200, "empty file"),
    "a web page": ("<!DOCTYPE html>" + PLAIN, "web page"),
    "JSON": ('[{"a": 1},' * 900 + "{}]", "JSON"),
    "zeros": (PLAIN + "1,\0,2\n", "binary"),
    "controls": (PLAIN + "\x01\x02\x03" * 90, "binary"),
}  # fmt: skip
