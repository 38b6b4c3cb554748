"""Where a Corridor keeps its state: one directory, laid out here and nowhere else."""

import hashlib
import os
import tempfile
from pathlib import Path

HUB = "CORRXXM0"
ENVIRONMENT = "sandbox"
FOUNDERS = ("anna", "vera")
"""The first operators of a sandbox; the first of them is who gives commands if nobody is named."""
DEFAULT = Path(".corridor")
LONGEST_SOCKET_PATH = 100
WITNESS = "CORRIDOR_WITNESS"
"""Names the witness's file, which belongs on another volume than the database."""


def key_id(bic: str) -> str:
    """Return the id of a participant's or an operator's first key."""
    return f"{bic}-1"


class Home:
    """The paths under a state directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory.absolute()
        self.cluster = self.directory / "postgresql"
        self.keys = self.directory / "keys"
        self.personal = self.keys / "personal"  # for sealing personal data; in no backup of the database
        self.operators = self.keys / "operators"
        self.tls = self.directory / "tls"  # is there once the front door has asked for certificates
        self.logs = self.directory / "logs"
        self.sandbox = self.directory / "sandbox"
        self.screening = self.directory / "screening"
        self.address = self.directory / "address"
        self.checker = self.directory / "checker"
        self.checker_address = self.directory / "checker-address"

    @property
    def sockets(self) -> Path:
        """A directory for sockets that only its owner may enter, short enough for the kernel."""
        sockets = self.directory / "run"
        if len(str(sockets)) > LONGEST_SOCKET_PATH - 20:
            name = hashlib.sha256(str(sockets).encode()).hexdigest()[:12]
            sockets = Path(tempfile.gettempdir()) / f"corridor-{os.getuid()}-{name}"
        sockets.mkdir(mode=0o700, parents=True, exist_ok=True)
        return sockets

    @property
    def witness(self) -> Path:
        """The file outside of the database that knows how far the log had come."""
        named = os.environ.get(WITNESS)
        return Path(named).absolute() if named else self.directory / "witness"

    @property
    def hub_socket(self) -> Path:
        """Where the hub takes commands."""
        return self.sockets / "hub"

    @property
    def signer_socket(self) -> Path:
        """Where the hub has things signed."""
        return self.sockets / "signer"

    @property
    def mail_socket(self) -> Path:
        """Where gateways ask for stored messages."""
        return self.sockets / "mail"

    @property
    def statements_socket(self) -> Path:
        """Where statements of accounts are asked for."""
        return self.sockets / "statements"

    @property
    def sandbox_socket(self) -> Path:
        """Where the simulated banks take orders of the person at the terminal."""
        return self.sockets / "sandbox"

    @property
    def settler_mark(self) -> Path:
        """What is there once the settler works."""
        return self.sockets / "settler"

    def key(self, name: str) -> Path:
        """Return the file of a private key."""
        return self.keys / f"{name}.pem"

    def operator_key(self, name: str) -> Path:
        """Return the file of an operator's private key."""
        return self.operators / f"{name}.pem"

    def identity(self, name: str) -> Path:
        """Return the file of the certificate, with its key, that somebody shows when connecting."""
        return self.tls / "identities" / f"{name}.pem"

    def exists(self) -> bool:
        """Something has been set up here."""
        return self.keys.exists()
