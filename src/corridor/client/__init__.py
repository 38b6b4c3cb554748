"""The client of a participant: signs, sends safely, follows its mailbox, keeps its place."""

from corridor.client.arrangements import Arrangement
from corridor.client.correspondents import AccountTerms, BookDay, BookEntry, CorrespondentAccount, Reconciled
from corridor.client.errors import Forged, Lost, Refused, TurnedAway
from corridor.client.events import Receipt
from corridor.client.facilities import Facility, Terms
from corridor.client.frames import Frame, Payment
from corridor.client.mailbox import Delivery
from corridor.client.messages import Order
from corridor.client.participant import Participant
from corridor.client.profile import PrivateKey, Profile
from corridor.client.requests import Inquiry, Payee, Quote, Tier
from corridor.client.store import SqliteStore, Store
from corridor.client.tls import Certificate

__all__ = [
    "AccountTerms",
    "Arrangement",
    "BookDay",
    "BookEntry",
    "Certificate",
    "CorrespondentAccount",
    "Delivery",
    "Facility",
    "Forged",
    "Frame",
    "Inquiry",
    "Lost",
    "Order",
    "Participant",
    "Payee",
    "Payment",
    "PrivateKey",
    "Profile",
    "Quote",
    "Receipt",
    "Reconciled",
    "Refused",
    "SqliteStore",
    "Store",
    "Terms",
    "Tier",
    "TurnedAway",
]
