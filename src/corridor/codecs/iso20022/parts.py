"""Rows that several messages share: agents, accounts and parties."""

from corridor.codecs.iso20022.table import CODE, IBAN, OTHER_ACCOUNT, PHONE, TEXT, Row


def agent(tag: str, field: str) -> Row:
    """A bank, which in Corridor has a BIC and is named by nothing else."""
    return Row(f"{tag}/FinInstnId/BICFI", field, CODE)


def account(tag: str, field: str) -> tuple[Row, Row]:
    """An account's number: under IBAN exactly if it is one."""
    return Row(f"{tag}/Id/IBAN", field, IBAN), Row(f"{tag}/Id/Othr/Id", field, OTHER_ACCOUNT)


def party(tag: str, field: str) -> tuple[Row, ...]:
    """A `domain.parties.Party` but for its account, which stands in an element of its own."""
    company, person = ("private", False), ("private", True)
    return (
        Row(f"{tag}/Nm", f"{field}.name", TEXT),
        Row(f"{tag}/PstlAdr/StrtNm", f"{field}.street", TEXT),
        Row(f"{tag}/PstlAdr/BldgNb", f"{field}.building", TEXT),
        Row(f"{tag}/PstlAdr/PstCd", f"{field}.postcode", TEXT),
        Row(f"{tag}/PstlAdr/TwnNm", f"{field}.town", TEXT),
        Row(f"{tag}/PstlAdr/Ctry", f"{field}.country", CODE),
        Row(f"{tag}/PstlAdr/AdrLine", f"{field}.address_line_1", TEXT),
        Row(f"{tag}/PstlAdr/AdrLine", f"{field}.address_line_2", TEXT),
        Row(f"{tag}/Id/OrgId/LEI", f"{field}.lei", CODE, when=company),
        Row(f"{tag}/Id/OrgId/Othr/Id", f"{field}.identification", TEXT, when=company),
        Row(f"{tag}/Id/OrgId/Othr/SchmeNm/Cd", f"{field}.identification_scheme", TEXT, when=company),
        Row(f"{tag}/Id/PrvtId/Othr/Id", f"{field}.identification", TEXT, when=person),
        Row(f"{tag}/Id/PrvtId/Othr/SchmeNm/Cd", f"{field}.identification_scheme", TEXT, when=person),
        Row(f"{tag}/CtryOfRes", f"{field}.country_of_residence", CODE),
        Row(f"{tag}/CtctDtls/PhneNb", f"{field}.phone", PHONE),
    )
