"""The seeded bugs: each a change of one place in the code, and the tests that must notice it.

To add one: its name, the file under src/corridor, the text that stands there exactly once, what it becomes, and
the tests that catch it, as pytest names them. Take bugs that were made in earnest, here or elsewhere.
"""

from typing import Final, NamedTuple


class Bug(NamedTuple):
    """One wrong change, and who is expected to notice."""

    name: str
    file: str
    was: str
    becomes: str
    caught_by: tuple[str, ...]


_RULEBOOK: Final = ("tests/unit/services/instant/test_rulebook.py",)
_MACHINE: Final = ("tests/unit/hub/test_machine.py",)
_PIPELINE: Final = ("tests/unit/hub/test_pipeline.py", "tests/unit/hub/test_machine.py")
_LEDGER: Final = ("tests/properties/test_ledger.py",)
_JOURNAL: Final = ("tests/contract/test_journal.py",)
_VERIFY: Final = ("tests/contract/test_verify.py",)
_SPENDING: Final = ("tests/unit/services/fx/test_fx_spending.py",)
_QUOTES: Final = ("tests/unit/services/fx/test_fx_quotes.py",)
_RATES: Final = ("tests/unit/services/fx/test_fx_rates.py",)
_MONEY: Final = ("tests/unit/domain/test_money.py", "tests/properties/test_money.py")
_CLIENT: Final = ("tests/unit/client",)
_BANK: Final = ("tests/unit/sandbox/test_bank.py",)
_FENCE: Final = ("tests/unit/hub/test_fence.py",)
_ENTRANCE: Final = ("tests/unit/hub/test_entrance.py",)
_WITNESS: Final = ("tests/contract/test_witness.py",)
_GATE: Final = ("tests/unit/codecs/test_gate.py",)
_TWO: Final = ("tests/unit/services/governance/test_proposals.py",)
_RIGHTS: Final = ("tests/unit/services/governance/test_rights.py",)
_DOOR: Final = ("tests/unit/gateway",)
_ATTACKS: Final = ("tests/unit/simulation/door/test_attacks.py",)
_MATRIX: Final = ("tests/unit/simulation/door/test_rights.py",)
_FUZZ: Final = ("tests/unit/simulation/door/test_fuzz.py",)
_CROWD: Final = ("tests/unit/simulation/door/test_crowd.py",)
_SECRETS: Final = ("tests/unit/simulation/door/test_secrets.py",)
_TOWN: Final = ("tests/unit/simulation/test_promises.py",)
_TRADES: Final = ("tests/unit/services/settlement/pvp/test_trades.py",)
_KEPT: Final = (
    "tests/unit/services/settlement/correspondents/test_booking.py",
    "tests/unit/services/settlement/correspondents/test_agreements.py",
)
_LIQUIDITY: Final = ("tests/unit/services/settlement/funding", "tests/properties/test_liquidity.py")
_RETURNS: Final = ("tests/unit/services/settlement/returns",)
_SEARCH: Final = ("tests/unit/simulation/test_search.py",)

BUGS: Final = (
    # the journal and its one writer
    Bug(
        "no fence", "adapters/postgres/schema.py", "IF n IS DISTINCT FROM p_batch THEN", "IF false THEN", _JOURNAL
    ),
    Bug(
        "the fence asks for no epoch", "adapters/postgres/schema.py", "WHERE epoch = p_epoch RETURNING",
        "WHERE p_epoch IS NOT NULL RETURNING", _JOURNAL,
    ),
    Bug(
        "two transactions in flight", "hub/machine.py",
        "if self._decided is not None and self._in_flight is None:", "if self._decided is not None:", _PIPELINE,
    ),
    Bug(
        "answered before the commit", "hub/machine.py",
        "            self._actions.append(events.Commit(self._in_flight))",
        "            self._actions.append(events.Release(self._in_flight.answers, self._in_flight.deliveries))\n"
        "            self._actions.append(events.Commit(self._in_flight))",
        _MACHINE,
    ),
    Bug(
        "a repeat is answered before the original is durable", "hub/machine.py",
        "        if self._in_flight is None:\n            self._actions.append(events.Release(answers, ()))",
        "        if True:\n            self._actions.append(events.Release(answers, ()))",
        _MACHINE,
    ),
    Bug(
        "the writer before me may go on", "adapters/postgres/journal.py", "SET epoch = epoch + 1 RETURNING",
        "SET epoch = epoch RETURNING", _JOURNAL,
    ),
    Bug(
        "fsync off", "adapters/postgres/supervisor.py", '"fsync": "on"', '"fsync": "off"',
        ("tests/contract/test_supervisor.py",),
    ),
    Bug(
        "the chain forgets the transfers", "hub/batch.py", "(number, at, lines, transfers))", "(number, at, lines))",
        (*_MACHINE, *_VERIFY),
    ),
    Bug(
        "verify believes the balances", "adapters/postgres/verify_ledger.py",
        "WHERE coalesce(stored, 0) <> coalesce(moved, 0)\n         ORDER BY account_id, side",
        "WHERE false\n         ORDER BY account_id, side", _VERIFY,
    ),
    # identity, order and time
    Bug(
        "duplicates are left to a unique violation", "services/messaging/admission.py",
        "if known is None or known.digest == origin.digest:\n        return known", "if True:\n        return None",
        _MACHINE,
    ),
    Bug(
        "other content under a known id gets the old answer", "services/messaging/admission.py",
        "if known is None or known.digest == origin.digest:", "if True:", _MACHINE,
    ),
    Bug(
        "ids are unique until memory forgets them", "hub/memory.py",
        "return key > self._forgotten or key in self._older_transfers", "return True", _PIPELINE,
    ),
    Bug(
        "a sender's number may be used twice", "services/messaging/admission.py",
        "(0 <= behind < NUMBER_WINDOW and seen >> behind & 1)", "False", _MACHINE,
    ),
    Bug(
        "old signatures are heard", "services/messaging/admission.py",
        "if abs(origin.issued_at - step.now) > TIME_WINDOW:", "if False:", _MACHINE,
    ),
    Bug(
        "a revoked key signs on", "services/messaging/records.py",
        "self.revoked_at is None or now < self.revoked_at", "True", _MACHINE,
    ),
    Bug(
        "time runs backwards", "hub/machine.py", "self._at = max(self._at, now)", "self._at = now", _MACHINE
    ),
    Bug(
        "deadlines fire at once after a start", "hub/machine.py", "self._rest_until = self._at + TIMERS_REST",
        "self._rest_until = self._at", _RULEBOOK,
    ),
    Bug(
        "a fault takes the batch with it", "hub/decider.py", "        except Exception as fault:  # noqa: BLE001"
        "  whatever it is, the other commands must commit\n            status = FAULT",
        "        except ZeroDivisionError as fault:\n            status = FAULT", _MACHINE,
    ),
    Bug(
        "a mailbox skips a number", "decision.py",
        "(self._view.last_mailbox_number(participant) if last is None else last) + 1",
        "(self._view.last_mailbox_number(participant) if last is None else last) + 2", _RULEBOOK + _MACHINE,
    ),
    # the ledger
    Bug(
        "limits do not count what is pending", "ledger/posting.py",
        "debits = debit.debits_pending + debit.debits_posted + amount", "debits = debit.debits_posted + amount",
        _LEDGER,
    ),
    Bug(
        "a limit may be passed by one unit", "ledger/posting.py",
        "            if debit.flags & _DEBITS_LIMITED and debits > debit.credits_posted + debit.credit_limit:",
        "            if debit.flags & _DEBITS_LIMITED and debits > debit.credits_posted + debit.credit_limit + 1:",
        _LEDGER,
    ),
    Bug(
        "nobody judges an offsetting chain", "ledger/posting.py",
        "        if offsetting:\n            for index", "        if False:\n            for index", _LEDGER,
    ),
    Bug(
        "a broken chain leaves its first legs", "ledger/posting.py",
        "            self._undo(self._transfers.popitem()[1])", "            break", _LEDGER,
    ),
    Bug(
        "a void moves the money", "ledger/posting.py", "if phase == _POST:\n            debit.debits_posted",
        "if True:\n            debit.debits_posted", _LEDGER,
    ),
    Bug(
        "what was voided can be posted", "ledger/posting.py",
        "        if pending.status != _STATUS_PENDING:\n            return _ENDED[pending.status]\n"
        "        if pending.due_at is not None and pending.due_at <= now:",
        "        if pending.due_at is not None and pending.due_at <= now:", _LEDGER,
    ),
    Bug(
        "frozen accounts pay", "ledger/posting.py",
        "        if debit.flags & _FROZEN:\n            return TransferResult.DEBIT_ACCOUNT_FROZEN\n", "", _LEDGER,
    ),
    # payments
    Bug(
        "a late acceptance settles", "services/instant/rules.py",
        'case "ACCP", "ACSP":', 'case "ACCP", "ACSP" | "RJCT":',
        _RULEBOOK,
    ),
    Bug(
        "anybody accepts for the creditor agent", "services/instant/rules.py",
        "if payment.creditor_agent != command.origin.signer:", "if False:", _RULEBOOK,
    ),
    Bug(
        "a UETR is known to its sender only", "services/instant/rules.py",
        "    known = step.get(PAYMENT, command.message.uetr)\n    if known is not None:",
        "    known = step.get(PAYMENT, command.message.uetr)\n"
        "    if known is not None and known.debtor_agent == command.origin.signer:", _RULEBOOK,
    ),
    Bug(
        "one leg of two is posted", "services/settlement/legs.py",
        "for pending_id in range(payment.first_transfer, payment.first_transfer + payment.legs)",
        "for pending_id in range(payment.first_transfer, payment.first_transfer + 1)", _RULEBOOK,
    ),
    Bug(
        "the creditor agent is told nothing of the refusal", "services/settlement/finality.py",
        "    if payment.forwarded_at is not None:\n        tellings.tell(step, rejected, payment.creditor_agent)", "",
        _RULEBOOK,
    ),
    Bug(
        "silence is endless", "services/instant/rules.py", "due_at=step.now + ANSWER_TIME", "due_at=None", _RULEBOOK
    ),
    Bug(
        "a bank orders for another's customer", "services/instant/rules.py",
        "if message.debtor_agent != command.origin.signer:", "if False:", _RULEBOOK,
    ),
    # operators
    Bug(
        "a maker approves", "services/governance/rules.py",
        "if checker.signer == proposal.maker or len(publics) < len(keys):", "if False:", _TWO,
    ),
    Bug(
        "one person with two names", "services/governance/rules.py",
        "if checker.signer == proposal.maker or len(publics) < len(keys):",
        "if checker.signer == proposal.maker:", _TWO,
    ),
    Bug(
        "a proposal is executed again", "services/governance/rules.py",
        "if proposal.state != OPEN or proposal.expires_at <= step.now:", "if False:", _TWO,
    ),
    Bug(
        "the maker's right is not asked for again", "services/governance/rules.py",
        "        or entitle(step, proposal.maker, proposal.maker_key, right)\n", "", _TWO,
    ),
    Bug(
        "any hash is approved", "services/governance/rules.py",
        "if proposal.digest.hex() != command.digest or sha256(proposal.command).digest() != proposal.digest:",
        "if False:", _TWO,
    ),
    Bug(
        "the hub believes what it is told was signed", "services/governance/rules.py",
        "if operations.said(origin) != command:", "if False:", _TWO,
    ),
    Bug(
        "roles are not looked at", "services/messaging/admission.py",
        "if any(role in roles for role in person.roles.split()):", "if True:", _RIGHTS,
    ),
    Bug(
        "whoever reaches the hub is an operator", "hub/proof.py",
        "if not origin.signer.startswith(OPERATOR):", "if True:", ("tests/unit/hub/test_proof.py",),
    ),
    Bug(
        "the audit forgets what was before", "services/governance/audit.py",
        "was = before(table, key)", "was = None", ("tests/unit/reports/test_trails.py",),
    ),
    # screening
    Bug(
        "screening is off while no list is in force", "services/compliance/rules.py",
        'return Rejected("RR04", "no screening list is in force")', "return None", _RULEBOOK + _DOOR,
    ),
    Bug(
        "an old list will do", "services/compliance/rules.py", "if screening.version != in_force.version:", "if False:",
        _RULEBOOK,
    ),
    # foreign exchange and money
    Bug(
        "a quote is spent twice", "services/fx/quotes.py", "if quote.status == SPENT:", "if False:", _SPENDING
    ),
    Bug(
        "a quote lives for ever", "services/fx/quotes.py", "if step.now > quote.expires_at:", "if False:", _SPENDING
    ),
    Bug(
        "an altered amount spends a quote", "services/fx/quotes.py",
        "if source != quote.source:", "if False:", _SPENDING,
    ),
    Bug(
        "old rates are quoted", "services/fx/quotes.py", "market = tuple(fresh(step, pair))",
        "market = tuple(fresh(step, msgspec.structs.replace(pair, rate_age_s=10**9)))", _QUOTES + _RATES,
    ),
    Bug(
        "the rounding is lost", "domain/money.py",
        "return Conversion(source, Money(minor, other), _exact(kept, decimals))",
        "return Conversion(source, Money(minor, other), Decimal(0))", _MONEY,
    ),
    Bug(
        "a conversion rounds against the provider", "domain/money.py",
        "minor, kept = divmod(source.minor * multiplier, divisor)",
        "minor, kept = divmod(source.minor * multiplier + divisor // 2, divisor)", _MONEY,
    ),
    Bug(
        "money is a float", "domain/money.py", '    return int(digits or "0")', '    return int(float(digits or "0"))',
        _MONEY,
    ),
    Bug(
        "every currency has two decimals", "domain/money.py", "if len(fraction) > known.exponent:",
        "if len(fraction) > 2:", _MONEY,
    ),
    # the start-up fence
    Bug("a lost tail is served", "hub/fence.py", "if witness.batch > end.batch:", "if False:", _FENCE),
    Bug(
        "a commit does not wait for the witness", "hub/fence.py",
        "        await self._witness.write(end)\n        self.end = end", "        self.end = end", _FENCE,
    ),
    Bug("one person waives", "hub/fence.py", "PERSONS = 2", "PERSONS = 1", _FENCE + _ENTRANCE),
    Bug(
        "a rewritten log is served", "hub/fence.py", "logged is None or logged.head != witness.head",
        "logged is None", _FENCE,
    ),
    Bug(
        "what a bank holds is believed to be in the log", "services/messaging/vouchers.py",
        "if found is None or reached is None or", "if found is None or", _ENTRANCE,
    ),
    Bug(
        "a closed hub decides", "hub/entrance.py", "        while doubt.missing:", "        while False:",
        _ENTRANCE,
    ),
    Bug(
        "a torn witness is read", "adapters/system/witness.py",
        "if sha256(line).hexdigest().encode() != checksum:", "if False:", _WITNESS,
    ),
    Bug(
        "anybody vouches in the hub's name", "gateway/vouchers.py",
        "if not known.verifier.verify(evidence.signing_input, evidence.signature):", "if False:", _DOOR,
    ),
    # the front door
    Bug(
        "an amount is read past a comment", "codecs/iso20022/gate.py", 'if b"!" in body and b"<!" in body:',
        'if b"<!DOCTYPE" in body:', _GATE,
    ),
    Bug(
        "entities are resolved", "codecs/iso20022/gate.py",
        'if b"&" in body and len(_REFERENCE.findall(body)) != body.count(b"&"):', "if False:", _GATE,
    ),
    Bug(
        "the first of two members wins", "gateway/requests.py", "if len(members) != len(pairs):", "if False:", _DOOR
    ),
    Bug(
        "a signature for another hub is heard", "gateway/authentication.py", "if header.aud != self._audience:",
        "if False:", _DOOR,
    ),
    Bug(
        "a bank signs for another", "gateway/inbound.py", "if header.from_bic != signer:", "if False:", _DOOR
    ),
    Bug(
        "any key of the registry will do", "gateway/authentication.py",
        "if known.key.participant != header.iss:", "if False:", _DOOR,
    ),
    Bug(
        "of two signatures the last one counts", "gateway/exchange.py",
        'joined[name] = joined[name] + b", " + value if name in joined else value', "joined[name] = value", _ATTACKS,
    ),
    Bug(
        "a stranger spends another bank's quote", "services/instant/rules.py",
        "debtor_agent=command.origin.signer,  #", "debtor_agent=order.debtor_agent,  #", _ATTACKS,
    ),
    Bug(
        "central banks and providers pay like banks", "services/governance/rights.py",
        "instant.CreditTransfer: _by(BANK),", "instant.CreditTransfer: _by(*ROLES),", _MATRIX,
    ),
    Bug(
        "anybody posts rates", "services/messaging/admission.py",
        "if participant.role not in right.participants:", "if False:", _MATRIX,
    ),
    Bug(
        "a look-up asks for no state", "gateway/lookups.py", "active=True, roles=(BANK,)",
        "active=False, roles=(BANK,)", _MATRIX,
    ),
    Bug(
        "whoever is active looks up numbers", "gateway/lookups.py", "active=True, roles=(BANK,)", "active=True",
        _MATRIX,
    ),
    Bug(
        "a revoked key acknowledges", "gateway/authentication.py", "if not sender.known.key.valid(now):",
        "if False:", _ATTACKS,
    ),
    Bug(
        "the founding can be repeated", "services/messaging/operators.py", "if step.resident(OPERATORS):",
        "if False:", _ATTACKS,
    ),
    Bug(
        "a head in one piece has no bound", "gateway/server.py", "if self._large and len(self.url)",
        "if False and len(self.url)", _ATTACKS,
    ),
    Bug(
        "who has begun a request may take all day", "gateway/server.py",
        "self._deadline = self.loop.call_later(ARRIVAL_S, transport.close)",
        "self._deadline = self.loop.call_later(100 * ARRIVAL_S, transport.close)", _CROWD,
    ),
    Bug(
        "a body of any size is read", "gateway/exchange.py",
        "            if len(body) > bytes_max:\n                raise TooLarge\n", "",
        ("tests/unit/gateway/test_attacks.py",),
    ),
    Bug(
        "an error path that leads nowhere is an HTTP 500", "codecs/iso20022/validation.py",
        "if isinstance(found, list) and found and isinstance", "if isinstance(found, list) and isinstance", _FUZZ,
    ),
    Bug(
        "a refusal quotes the message", "codecs/iso20022/validation.py",
        'return "CH16", "The content does not conform to the schema."', 'return "CH16", error.message', _SECRETS,
    ),
    Bug(
        "a clock that is set forward stops the hub", "hub/machine.py",
        "if self._wake_at is not None and self._wake_at <= now:", "if False:", _PIPELINE,
    ),
    # a participant's side
    Bug(
        "the hub's signature is not looked at", "client/signing.py",
        "        except BadSignatureError:\n            raise Forged from None",
        "        except BadSignatureError:\n            pass", _CLIENT,
    ),
    Bug(
        "a gap in the mailbox is passed over", "client/mailbox.py",
        "if line.number != self.last + 1:", "if False:", _CLIENT,
    ),
    Bug(
        "the place is stored apart from the effect", "client/store.py", "            for effect in changes.effects:\n"
        "                effect(database)\n        except", "        except", _CLIENT,
    ),
    Bug(
        "a bank credits on its own promise", "sandbox/bank.py",
        'Instant) -> None:\n        self._keep(_with(payment, "ACCP", now))\n',
        "Instant) -> None:\n        self.book.credit(payment.account, payment.amount)\n"
        '        self._keep(_with(payment, "ACCP", now))\n',
        _BANK,
    ),
    Bug(
        "a bank concludes from silence", "sandbox/bank.py",
        "                message_id, _ = self._identify()\n"
        "                self._messages.append(status_request(self._profile, payment.uetr, message_id, now))",
        '                self._release(payment, "AB05", now)\n                continue', _BANK,
    ),
    Bug(
        "only one leg of a trade moves", "services/settlement/pvp/settling.py",
        "        for leg in trade.legs\n    ]", "        for leg in trade.legs[:1]\n    ]", _TRADES,
    ),
    Bug(
        "one side alone undoes a matched trade", "services/settlement/pvp/capture.py",
        "trade.cancel_asked_by == trade.other(signer)", "trade.cancel_asked_by != signer", _TRADES,
    ),
    Bug(
        "an overdraft is lent as settlement money", "services/settlement/correspondents/booking.py",
        "own = max(0, balance(step, account))", "own = balance(step, account) + account.overdraft_amount", _KEPT,
    ),
    Bug(
        "the servicer pays without owing it", "services/settlement/correspondents/booking.py",
        "debit, credit = (vostro, nostro) if brings else (nostro, vostro)", "debit, credit = nostro, vostro", _KEPT,
    ),
    Bug(
        "an account is closed with money on it", "services/settlement/correspondents/agreements.py",
        "    if standing:\n", "    if standing < 0:\n", _KEPT,
    ),
    Bug(
        "a credit line leaves for the central bank", "services/settlement/funding/accounts.py",
        "own_money(step, account) - kept - owed", "own_money(step, account) + account.credit_limit - kept - owed",
        _LIQUIDITY,
    ),
    Bug(
        "what is owed to cycles leaves", "services/settlement/funding/accounts.py",
        "- kept - owed - promised)", "- kept - promised)", _LIQUIDITY,
    ),
    Bug(
        "any central bank issues any currency", "services/settlement/funding/crediting.py",
        "if not issues(step, signer, amount.currency):", "if False:", _LIQUIDITY,
    ),
    Bug(
        "another central bank confirms", "services/settlement/funding/answers.py",
        "transfer is None or transfer.central_bank != signer", "transfer is None", _LIQUIDITY,
    ),
    Bug(
        "the same credit moves twice", "services/settlement/funding/crediting.py",
        "known.status != ASKED", "False", _LIQUIDITY,
    ),
    Bug(
        "a payment goes back twice", "services/settlement/returns/returning.py",
        "    if known is not None:", "    if known is not None and known.content == origin.digest:", _RETURNS,
    ),
    Bug(
        "a unit more goes back than was received", "services/settlement/returns/returning.py",
        "source_amount=payment.destination_amount,", "source_amount=payment.destination_amount + 1,", _RETURNS,
    ),
    # the same, as only an observer of everybody sees them: the simulation must not be blind
    Bug(
        "answered before the commit, in a town", "hub/machine.py",
        "            self._actions.append(events.Commit(self._in_flight))",
        "            self._actions.append(events.Release(self._in_flight.answers, self._in_flight.deliveries))\n"
        "            self._actions.append(events.Commit(self._in_flight))",
        _TOWN,
    ),
    Bug(
        "deadlines fire at once after a start, in a town", "hub/machine.py",
        "self._rest_until = self._at + TIMERS_REST", "self._rest_until = self._at", _TOWN,
    ),
    Bug(
        "a mailbox skips a number, in a town", "decision.py",
        "(self._view.last_mailbox_number(participant) if last is None else last) + 1",
        "(self._view.last_mailbox_number(participant) if last is None else last) + 2", _TOWN,
    ),
    Bug(
        "limits do not count what is pending, in some order", "ledger/posting.py",
        "debits = debit.debits_pending + debit.debits_posted + amount", "debits = debit.debits_posted + amount",
        _SEARCH,
    ),
)  # fmt: skip
