"""Text that another program would run: here it is stored as it came, and told as it came."""

from typing import Final
from urllib.parse import quote

from corridor.codecs.iso20022.envelope import open_envelope
from corridor.codecs.iso20022.pacs008 import CreditTransfer
from corridor.domain.parties import Party
from corridor.simulation.door.attacks.strike import Attack, Send, Strike
from corridor.simulation.door.wire import Answer

SQL: Final = "Robert'); DROP TABLE payment;--"
LDAP: Final = "*)(uid=*))(|(uid=*"
TEMPLATE: Final = "{{7*7}} ${7*7} %(x)s {0}"
CSV: Final = "=cmd|' /C calc'!A0"
SCRIPT: Final = "<script>alert(1)</script>"
SHELL: Final = "$(reboot) `reboot` ;reboot"
ANSI: Final = "%s%n%x \\u001b[2J"


def carried(text: str) -> Send:
    """Send an order with the text as name and remittance; it must arrive letter by letter."""

    async def send(s: Strike) -> Answer:
        payment = s.house.fresh()
        debtor = Party(name=text, account="40817810000000000001")
        answer = await s.post(s.sevr.order(payment, debtor=debtor, remittance=(text,)))
        line = (await s.pamr.send(s.pamr.get(f"/v1/mailbox?after={s.pamr.position}"))).lines[-1]
        await s.pamr.heard()
        message = open_envelope(line["payload"].encode()).message
        assert isinstance(message, CreditTransfer)
        s.demand((message.debtor.name, message.remittance) == (text, (text,)), "it arrived otherwise")
        return answer

    return send


def registered(text: str) -> Send:
    """Register a customer of such a name; look-ups must show it masked, and compare it whole."""

    async def send(s: Strike) -> Answer:
        phone = "+992917000777"
        facts = {"phone": phone, "currency": "TJS", "account": "20206972000000000001", "name": text}
        answer = await s.send(s.pamr.ask("/v1/aliases", **facts), s.pamr)
        found = await s.sevr.send(s.sevr.get(f"/v1/aliases/{phone}?name={quote(text)}"))
        s.demand(found.status == 200 and found.json["match"] == "MATCH", f"it is not found: {found}")
        s.demand(text not in found.body.decode(), "the name is shown whole")
        return answer

    return send


def looked_up(text: str) -> Send:
    """Look up a phone number that is none."""
    return lambda s: s.send(s.sevr.get(f"/v1/aliases/{quote(text, safe='')}"))


ATTACKS: Final = (
    *(
        Attack("A73", f"{kind} in a name", carried(text), 202, trace="accepted", moves=True)
        for kind, text in (
            ("SQL", SQL),
            ("LDAP", LDAP),
            ("a template", TEMPLATE),
            ("CSV", CSV),
            ("a shell", SHELL),
        )
    ),
    Attack("A73", "a terminal's escapes in a name", carried(ANSI), 202, trace="accepted", moves=True),
    Attack("A74", "a script in a name", carried(SCRIPT), 202, trace="accepted", moves=True),
    Attack("A73", "SQL as a customer", registered(SQL), 200, trace="accepted"),
    Attack("A73", "SQL as a phone number", looked_up("' OR '1'='1"), 404),
    Attack("A73", "a path as a phone number", looked_up("../../metrics"), 404),
)
