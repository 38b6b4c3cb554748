"""The envelope: what a message says, who it is, and every way it can be well-formed and still wrong."""

import hashlib
import re
from pathlib import Path

import pytest

from corridor.codecs.errors import DecodeError
from corridor.codecs.iso20022.envelope import open_envelope, sample_check, seal_envelope

VECTORS = Path(__file__).parents[2] / "vectors/iso20022"
WAGES = (VECTORS / "pacs.008-wages.xml").read_text(encoding="utf-8")
TAX = (VECTORS / "pacs.008-tax.xml").read_text(encoding="utf-8")
REJECTED = (VECTORS / "pacs.002-rejected.xml").read_text(encoding="utf-8")
NOTE = (VECTORS / "camt.054.xml").read_text(encoding="utf-8")


def swap(old: str, new: str, message: str = WAGES) -> bytes:
    assert old in message
    return message.replace(old, new, 1).encode()


def refusal(message: bytes) -> tuple[str, str | None]:
    with pytest.raises(DecodeError) as caught:
        open_envelope(message)
    assert caught.value.line is None or caught.value.line >= 1
    return caught.value.reason, caught.value.field


def test_the_digest_is_of_the_documents_bytes_and_of_nothing_else():
    document = WAGES[WAGES.index("<Document") : WAGES.index("</Envelope>")]
    digest = hashlib.sha256(document.encode()).digest()
    assert open_envelope(WAGES.encode()).document_digest == digest
    assert open_envelope(swap("T02:15:25.123456Z</CreDt>", "T09:00:00Z</CreDt>")).document_digest == digest
    assert open_envelope(swap("<Nm>Каримов ", "<Nm>Каримов  ")).document_digest != digest
    # Words of the envelope in a text are words.
    tricky = swap("Семье на ноябрь", "&lt;Document>&lt;/Document>")
    start, end = tricky.index(b"<Document"), tricky.index(b"</Envelope>")
    assert open_envelope(tricky).document_digest == hashlib.sha256(tricky[start:end]).digest()


def test_space_between_elements_says_nothing():
    indented = open_envelope((VECTORS / "pacs.008-wages-indented.xml").read_bytes())
    compact = open_envelope(WAGES.encode())
    assert (indented.header, indented.message) == (compact.header, compact.message)
    assert indented.document_digest != compact.document_digest


ENVELOPES = {
    "no envelope": (WAGES[WAGES.index("<Document") : WAGES.index("</Envelope>")].encode(), "Envelope"),
    "another envelope": (swap("urn:corridor:envelope:1", "urn:corridor:envelope:2"), "Envelope"),
    "an envelope of no namespace": (swap(' xmlns="urn:corridor:envelope:1"', ""), "Envelope"),
    "an attribute": (swap("<Envelope ", '<Envelope xml:lang="tg" '), "Envelope"),
    "no header": (re.sub(r"<AppHdr.*</AppHdr>", "", WAGES).encode(), "Envelope"),
    "two headers": (re.sub(r"(<AppHdr.*</AppHdr>)", r"\1\1", WAGES).encode(), "Envelope"),
    "no document": (re.sub(r"<Document.*</Document>", "", WAGES).encode(), "Envelope"),
    "two documents": (re.sub(r"(<Document.*</Document>)", r"\1\1", WAGES).encode(), "Envelope"),
    "the header last": (
        re.sub(r"(<AppHdr.*</AppHdr>)(<Document.*</Document>)", r"\2\1", WAGES).encode(),
        "Envelope",
    ),
    "text before the header": (swap("<AppHdr", "x<AppHdr"), "Envelope"),
    "text between the two": (swap("<Document", "x<Document"), "Envelope"),
    "text after the document": (swap("</Envelope>", "x</Envelope>"), "Envelope"),
    "another version of the header": (swap("head.001.001.02", "head.001.001.03"), "Envelope"),
    "an old version of the document": (swap("pacs.008.001.13", "pacs.008.001.08", TAX), "AppHdr/MsgDefIdr"),
    "an old namespace": (WAGES.replace("xsd:pacs.008.001.13", "xsd:pacs.008.001.08").encode(), "Document"),
    "a message we do not speak": (WAGES.replace("pacs.008.001.13", "pacs.010.001.03").encode(), "Document"),
    "a document of no namespace": (
        swap('<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.13"', "<Document"),
        "Document",
    ),
    "a header in the document's place": (
        re.sub(r"(<AppHdr.*</AppHdr>)<Document.*</Document>", r"\1\1", WAGES).encode(),
        "Document",
    ),
    "a space in the end tag": (swap("</Document>", "</Document >"), "Document"),
}


@pytest.mark.parametrize(("message", "field"), ENVELOPES.values(), ids=ENVELOPES.keys())
def test_an_envelope_that_is_none(message, field):
    assert refusal(message) == ("FF01", field)


ACCOUNT = "<Id><Othr><Id>40817810500000000001</Id></Othr></Id>"
WRONG = {
    # By schema.
    "an unknown element": ("<PmtId>", "<Trick/><PmtId>", "CH17", "CdtTrfTxInf/Trick"),
    "an element of no namespace": ("<PmtId>", '<Trick xmlns=""/><PmtId>', "CH17", "CdtTrfTxInf/Trick"),
    "an element in another place": ("<ChrgBr>SHAR</ChrgBr>", "", "CH17", "CdtTrfTxInf/ChrgsInf"),
    "an element missing at the end": (
        WAGES[WAGES.index("<EndToEndId>") : WAGES.index("</PmtId>")],
        "",
        "CH21",
        "CdtTrfTxInf/PmtId",
    ),
    "no currency": ('<IntrBkSttlmAmt Ccy="RUB">', "<IntrBkSttlmAmt>", "CH21", "CdtTrfTxInf/IntrBkSttlmAmt"),
    "an attribute too many": (
        '<InstdAmt Ccy="RUB">',
        '<InstdAmt Ccy="RUB" Rate="1">',
        "CH17",
        "CdtTrfTxInf/InstdAmt",
    ),
    "xml:space": ("<Nm>", '<Nm xml:space="preserve">', "CH17", "CdtTrfTxInf/Dbtr/Nm"),
    "text between elements": ("<PmtId>", "<PmtId>x", "CH16", "CdtTrfTxInf/PmtId"),
    "a name too long": ("Каримов Рустам", "Р" * 140, "CH16", "CdtTrfTxInf/Dbtr/Nm"),
    "a code that is none": (">SHAR<", ">FREE<", "CH16", "CdtTrfTxInf/ChrgBr"),
    "a UETR of version 1": ("7b6f-4491", "7b6f-1491", "CH16", "CdtTrfTxInf/PmtId/UETR"),
    "a UETR in capitals": ("97ed4827", "97ED4827", "CH16", "CdtTrfTxInf/PmtId/UETR"),
    "a BIC that is none": (
        "<DbtrAgt><FinInstnId><BICFI>SEVRRUM0",
        "<DbtrAgt><FinInstnId><BICFI>SEVR",
        "CH16",
        "CdtTrfTxInf/DbtrAgt/FinInstnId/BICFI",
    ),
    "a day that is none": (">2026-11-24<", ">2026-02-30<", "CH16", "CdtTrfTxInf/IntrBkSttlmDt"),
    "a header without a sender": (
        "<Fr><FIId><FinInstnId><BICFI>SEVRRUM0</BICFI></FinInstnId></FIId></Fr>",
        "",
        "CH17",
        "AppHdr/To",
    ),
    # A47: amounts.
    "a negative amount": (">12500.00<", ">-12500.00<", "CH16", "CdtTrfTxInf/IntrBkSttlmAmt"),
    "an amount with a plus": (">12500.00<", ">+12500.00<", "AM12", "CdtTrfTxInf/IntrBkSttlmAmt"),
    "19 digits": (">12500.00<", ">12345678901234567.89<", "CH16", "CdtTrfTxInf/IntrBkSttlmAmt"),
    "an exponent": (">12500.00<", ">1.25e4<", "CH16", "CdtTrfTxInf/IntrBkSttlmAmt"),
    "not a number": (">12500.00<", ">NaN<", "CH16", "CdtTrfTxInf/IntrBkSttlmAmt"),
    "infinity": (">12500.00<", ">INF<", "CH16", "CdtTrfTxInf/IntrBkSttlmAmt"),
    "a decimal comma": (">12500.00<", ">12500,00<", "CH16", "CdtTrfTxInf/IntrBkSttlmAmt"),
    "spaces around it": (">12500.00<", "> 12500.00 <", "AM12", "CdtTrfTxInf/IntrBkSttlmAmt"),
    "nothing before the point": (">12500.00<", ">.5<", "AM12", "CdtTrfTxInf/IntrBkSttlmAmt"),
    "three decimals of a rouble": (">12500.00<", ">12500.001<", "CH20", "CdtTrfTxInf/IntrBkSttlmAmt"),
    "zeros as decimals too many": (">12500.00<", ">12500.000<", "CH20", "CdtTrfTxInf/IntrBkSttlmAmt"),
    "one decimal of a yen": ('Ccy="RUB">12500.00<', 'Ccy="JPY">1.0<', "CH20", "CdtTrfTxInf/IntrBkSttlmAmt"),
    "four decimals of a dinar": (
        'Ccy="RUB">12500.00<',
        'Ccy="KWD">1.0001<',
        "CH20",
        "CdtTrfTxInf/IntrBkSttlmAmt",
    ),
    "a currency that is none": ('Ccy="RUB">12500.00<', 'Ccy="XYZ">1<', "AM03", "CdtTrfTxInf/IntrBkSttlmAmt"),
    "gold": ('Ccy="RUB">12500.00<', 'Ccy="XAU">1<', "AM03", "CdtTrfTxInf/IntrBkSttlmAmt"),
    "a wrong charge": (">10.00<", ">10.001<", "CH20", "CdtTrfTxInf/ChrgsInf/Amt"),
    "a rate with a plus": ("<XchgRate>0.1173<", "<XchgRate>+0.1173<", "CH16", "CdtTrfTxInf/XchgRate"),
    "a rate with 11 decimals": (
        "<XchgRate>0.1173<",
        "<XchgRate>0.11730000001<",
        "CH16",
        "CdtTrfTxInf/XchgRate",
    ),
    # What no schema can judge.
    "no offset": (
        "<AccptncDtTm>2026-11-24T02:15:25.000000Z",
        "<AccptncDtTm>2026-11-24T02:15:25",
        "DT01",
        "CdtTrfTxInf/AddtlDtTm/AccptncDtTm",
    ),
    "a date with an offset": (
        "<IntrBkSttlmDt>2026-11-24<",
        "<IntrBkSttlmDt>2026-11-24Z<",
        "DT01",
        "CdtTrfTxInf/IntrBkSttlmDt",
    ),
    "an IBAN with wrong digits": (
        ACCOUNT,
        "<Id><IBAN>RU0404452522540817810538091310419</IBAN></Id>",
        "AC01",
        "CdtTrfTxInf/DbtrAcct/Id/IBAN",
    ),
    "an IBAN that does not say so": (
        ACCOUNT,
        "<Id><Othr><Id>RU0304452522540817810538091310419</Id></Othr></Id>",
        "CH16",
        "CdtTrfTxInf/DbtrAcct/Id/Othr/Id",
    ),
    "an account with a slash before it": (
        ACCOUNT,
        "<Id><Othr><Id>/40817810500000000001</Id></Othr></Id>",
        "AC01",
        "CdtTrfTxInf/DbtrAcct/Id/Othr/Id",
    ),
    # What our table does not take.
    "two transactions": ("<NbOfTxs>1<", "<NbOfTxs>2<", "AM18", "GrpHdr/NbOfTxs"),
    "no transactions": ("<NbOfTxs>1<", "<NbOfTxs>0<", "AM18", "GrpHdr/NbOfTxs"),
    "no UETR": (
        "<UETR>97ed4827-7b6f-4491-a06f-b548d5a7512d</UETR>",
        "",
        "CH21",
        "CdtTrfTxInf/PmtId/UETR",
    ),
    "an agent without a BIC": (
        "<DbtrAgt><FinInstnId><BICFI>SEVRRUM0</BICFI></FinInstnId></DbtrAgt>",
        "<DbtrAgt><FinInstnId><Nm>Severny Bank</Nm></FinInstnId></DbtrAgt>",
        "CH17",
        "CdtTrfTxInf/DbtrAgt/FinInstnId/Nm",
    ),
    "an agent without anything": (
        "<DbtrAgt><FinInstnId><BICFI>SEVRRUM0</BICFI></FinInstnId></DbtrAgt>",
        "<DbtrAgt><FinInstnId/></DbtrAgt>",
        "CH21",
        "CdtTrfTxInf/DbtrAgt/FinInstnId/BICFI",
    ),
    "a debtor without a name": (
        "<Nm>Каримов Рустам Алиевич</Nm>",
        "",
        "CH21",
        "CdtTrfTxInf/Dbtr/Nm",
    ),
    "a quote without its id": (
        "<QtId>0b9c1f8e-2f6a-4c1b-9a53-0c1d2e3f4a5b</QtId>",
        "",
        "CH21",
        "CdtTrfTxInf/AgrdRate/QtId",
    ),
    "a charge without its agent's BIC": (
        "<Agt><FinInstnId><BICFI>SEVRRUM0</BICFI></FinInstnId></Agt>",
        "<Agt><FinInstnId/></Agt>",
        "CH21",
        "CdtTrfTxInf/ChrgsInf/Agt/FinInstnId/BICFI",
    ),
    "an e-mail address": (
        "</PhneNb>",
        "</PhneNb><EmailAdr>z@example.org</EmailAdr>",
        "CH17",
        "CdtTrfTxInf/Cdtr/CtctDtls/EmailAdr",
    ),
    "a third address line": (
        "<Ctry>RU</Ctry>",
        "<Ctry>RU</Ctry><AdrLine>1</AdrLine><AdrLine>2</AdrLine><AdrLine>3</AdrLine>",
        "CH17",
        "CdtTrfTxInf/Dbtr/PstlAdr/AdrLine",
    ),
    "a proprietary purpose": (
        "<Purp><Cd>FAMI</Cd></Purp>",
        "<Purp><Prtry>gift</Prtry></Purp>",
        "CH17",
        "CdtTrfTxInf/Purp/Prtry",
    ),
    "A45: supplementary data": (
        "</RmtInf>",
        "</RmtInf><SplmtryData><Envlp><Cdtr><Nm>another</Nm></Cdtr></Envlp></SplmtryData>",
        "CH17",
        "CdtTrfTxInf/SplmtryData",
    ),
    "A17: a signature in the header": (
        "</CreDt>",
        '</CreDt><Sgntr><Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/></Sgntr>',
        "CH17",
        "AppHdr/Sgntr",
    ),
    "a document in the header's signature": (
        "</CreDt>",
        '</CreDt><Sgntr><Document xmlns="http://www.w3.org/2000/09/xmldsig#"></Document></Sgntr>',
        "CH17",
        "AppHdr/Sgntr",
    ),
    "a sender that is no bank": (
        "<Fr><FIId><FinInstnId><BICFI>SEVRRUM0</BICFI></FinInstnId></FIId></Fr>",
        "<Fr><OrgId><Nm>Severny Bank</Nm></OrgId></Fr>",
        "CH17",
        "AppHdr/Fr/OrgId",
    ),
    # A50: characters that disguise.
    "a line in a name": ("Каримов Рустам", "Каримов&#10;Рустам", "CH16", "CdtTrfTxInf/Dbtr/Nm"),
    "a raw line in a name": ("Каримов Рустам", "Каримов\nРустам", "CH16", "CdtTrfTxInf/Dbtr/Nm"),
    "DEL": ("Каримов Рустам", "Каримов\x7fРустам", "CH16", "CdtTrfTxInf/Dbtr/Nm"),
    "a terminal's escape": ("Каримов Рустам", "Каримов\x9b31mРустам", "CH16", "CdtTrfTxInf/Dbtr/Nm"),
    "right to left": ("Каримов Рустам", "Каримов\u202eРустам", "CH16", "CdtTrfTxInf/Dbtr/Nm"),
    "right to left, by reference": ("Каримов Рустам", "Каримов&#x202E;Рустам", "CH16", "CdtTrfTxInf/Dbtr/Nm"),
    "an isolate": ("Каримов Рустам", "Каримов\u2066Рустам", "CH16", "CdtTrfTxInf/Dbtr/Nm"),
    "zero width": ("Каримов Рустам", "Каримов\u200bРустам", "CH16", "CdtTrfTxInf/Dbtr/Nm"),
    "a mark inside": ("Каримов Рустам", "Каримов\ufeffРустам", "CH16", "CdtTrfTxInf/Dbtr/Nm"),
    "a tag character": ("Каримов Рустам", "Каримов\U000e0041Рустам", "CH16", "CdtTrfTxInf/Dbtr/Nm"),
    "a private character": ("Каримов Рустам", "Каримов\ue000Рустам", "CH16", "CdtTrfTxInf/Dbtr/Nm"),
    "a line separator": ("Семье", "Семье\u2028", "CH16", "CdtTrfTxInf/RmtInf/Ustrd"),
}


@pytest.mark.parametrize(("old", "new", "reason", "field"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_message_is_refused_with_reason_and_element(old, new, reason, field):
    assert refusal(swap(old, new)) == (reason, field)


ONCE = {
    "transaction": (r"(<CdtTrfTxInf>.*</CdtTrfTxInf>)", WAGES, "CdtTrfTxInf"),
    "service level": (r"(<SvcLvl>.*</SvcLvl>)", WAGES, "CdtTrfTxInf/PmtTpInf/SvcLvl"),
    "identification": (r"(<Othr><Id>4509123456.*?</Othr>)", WAGES, "CdtTrfTxInf/Dbtr/Id/PrvtId/Othr"),
    "structured remittance": (r"(<Strd>.*</Strd>)", TAX, "CdtTrfTxInf/RmtInf/Strd"),
    "tax record": (r"(<Rcrd>.*</Rcrd>)", TAX, "CdtTrfTxInf/RmtInf/Strd/TaxRmt/Rcrd"),
    "status": (r"(<TxInfAndSts>.*</TxInfAndSts>)", REJECTED, "TxInfAndSts"),
    "original group": (r"(<OrgnlGrpInfAndSts>.*</OrgnlGrpInfAndSts>)", REJECTED, "OrgnlGrpInfAndSts"),
    "status reason": (r"(<StsRsnInf>.*</StsRsnInf>)", REJECTED, "TxInfAndSts/StsRsnInf"),
    "notification": (r"(<Ntfctn>.*</Ntfctn>)", NOTE, "Ntfctn"),
    "details of an entry": (r"(<NtryDtls>.*?</NtryDtls>)", NOTE, "Ntfctn/Ntry/NtryDtls"),
}


@pytest.mark.parametrize(("pattern", "message", "field"), ONCE.values(), ids=ONCE.keys())
def test_what_the_schema_lets_repeat_and_we_take_once(pattern, message, field):
    assert refusal(re.sub(pattern, r"\1\1", message).encode()) == ("CH17", field)


def test_what_may_repeat_is_kept_in_order():
    twice = re.sub(r"(<ChrgsInf>.*</ChrgsInf>)", r"\1\1", WAGES).encode()
    assert len(open_envelope(twice).message.charges) == 2
    lines = swap("<Ctry>RU</Ctry>", "<Ctry>RU</Ctry><AdrLine>one</AdrLine><AdrLine>two</AdrLine>")
    debtor = open_envelope(lines).message.debtor
    assert (debtor.address_line_1, debtor.address_line_2) == ("one", "two")


def test_no_refusal_quotes_the_message():
    for old, new in [("Каримов Рустам", "Р" * 140), (">SHAR<", ">SECRET<"), ("<Ctry>RU", "<Ctry>Secret")]:
        with pytest.raises(DecodeError) as caught:
            open_envelope(swap(old, new))
        assert not re.search("Р{3}|secret", f"{caught.value}{caught.value.args}", re.IGNORECASE)


def test_a_line_is_told():
    with pytest.raises(DecodeError) as caught:
        open_envelope(WAGES.replace("><", ">\n<").replace("97ed4827", "97ED4827").encode())
    assert caught.value.field == "CdtTrfTxInf/PmtId/UETR"
    assert caught.value.line == WAGES[: WAGES.index("<UETR>")].count("><") + 2


def test_a_header_cannot_be_sealed_around_another_message():
    wages, note = open_envelope(WAGES.encode()), open_envelope(NOTE.encode())
    with pytest.raises(AssertionError):
        seal_envelope(wages.header, note.message)
    sample_check(seal_envelope(wages.header, wages.message))


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("<Sum>270.00<", "<Sum>+270.00<", "Stmt/TxsSummry/TtlNtries/Sum"),
        ("<NbOfNtries>2<", "<NbOfNtries>02<", "Stmt/TxsSummry/TtlNtries/NbOfNtries"),
        ("<PgNb>1<", "<PgNb>01<", "Stmt/StmtPgntn/PgNb"),
        ("<ElctrncSeqNb>20781<", "<ElctrncSeqNb>+20781<", "Stmt/ElctrncSeqNb"),
    ],
)
def test_numbers_of_a_statement_have_one_spelling(old, new, field):
    statement = (VECTORS / "camt.053.xml").read_text(encoding="utf-8")
    assert refusal(swap(old, new, statement)) == ("CH16", field)
