"""docs/messages.md lists the elements that the code reads and writes. Run this file to write them anew."""

from collections.abc import Iterator
from pathlib import Path

from corridor.codecs.iso20022 import table as kinds
from corridor.codecs.iso20022.codec import Codec
from corridor.codecs.iso20022.messages import HEADER, MESSAGES
from corridor.codecs.iso20022.table import Row, Table, required

DOCUMENT = Path(__file__).parents[3] / "docs/messages.md"
MARK = "from the tables in the code. -->\n"
CONTENTS = {
    kinds.CODE: "code",
    kinds.TEXT: "text",
    kinds.INSTANT: "date and time",
    kinds.DATE: "date",
    kinds.TIME: "time with offset",
    kinds.AMOUNT: "amount",
    kinds.RATE: "rate",
    kinds.DECIMAL: "decimal number",
    kinds.COUNT: "number",
    kinds.INDICATOR: "true or false",
    kinds.IBAN: "IBAN",
    kinds.OTHER_ACCOUNT: "account",
    kinds.PHONE: "phone",
}


def rows(table: Table, prefix: str = "") -> Iterator[str]:
    demanded = set(required(table.record))
    parts = {row.field.partition(".")[0] for row in table.rows if "." in row.field}
    demanded |= {f"{part}.{name}" for part in parts for name in required(table.part(part)[0])}
    for row in table.rows:
        yield f"| `{prefix}{row.path}` | {field(row)} | {content(row)} | {occurrence(row, demanded)} |"
        if isinstance(row.kind, Table):
            yield from rows(row.kind, f"{prefix}{row.path}/")


def field(row: Row) -> str:
    return f"`{row.field}`" if row.field else ""


def content(row: Row) -> str:
    if isinstance(row.kind, Table):
        return "group"
    if not row.field:
        return f"= {row.kind.write}"
    flag = f", if {'' if row.when[1] else 'not '}{row.when[0]}" if row.when else ""
    return CONTENTS[row.kind] + flag


def occurrence(row: Row, demanded: set[str]) -> str:
    if row.many:
        return "many"
    return "mandatory" if row.field in demanded or not row.field else ""


def elements(codec: Codec) -> str:
    lines = [f"\n### {codec.definition}\n", "| element | field | content | |", "| --- | --- | --- | --- |"]
    return "\n".join([*lines, *rows(codec.table)]) + "\n"


def expected() -> str:
    return "".join(map(elements, [HEADER, *MESSAGES.values()]))


def test_the_elements_are_those_of_the_code():
    assert DOCUMENT.read_text(encoding="utf-8").partition(MARK)[2] == expected()


def test_the_versions_are_those_of_the_code():
    text = DOCUMENT.read_text(encoding="utf-8").partition("## The envelope")[0]
    assert [name for name in [HEADER.definition, *MESSAGES] if f"`{name}`" not in text] == []


if __name__ == "__main__":
    text = DOCUMENT.read_text(encoding="utf-8").partition(MARK)[0]
    DOCUMENT.write_text(f"{text}{MARK}{expected()}", encoding="utf-8")
