"""Commands of banks that put their customers' phone numbers in the directory."""

from corridor.services.messaging.commands import Command


class RegisterAlias(Command, frozen=True):
    """The signer says that this phone number stands for an account of its customer.

    Shapes: `phone` as `parse_phone` returns it, `account` as `parse_iban` or `parse_other_account` does.
    """

    phone: str
    currency: str
    account: str
    name: str


class RemoveAlias(Command, frozen=True):
    """The signer takes back what it registered; the number is free for any bank."""

    phone: str
