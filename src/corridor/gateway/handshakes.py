"""How the application is served to those who show a certificate: whose it is goes with every request.

The connections are accepted here, not by uvicorn: nothing else bounds a handshake, counts those that one address has
under way, and shakes hands by what the files say now.
"""

import asyncio
import socket
import ssl
import time
from typing import Any, Final

import uvicorn

from corridor.codecs import x509
from corridor.gateway.server import BACKLOG, CONNECTIONS_PER_ADDRESS, BoundedProtocol
from corridor.gateway.trust import Trust

HANDSHAKE_S: Final = 5.0
GOODBYE_S: Final = 2.0
"""How long the other side may take to agree that a connection ends."""
RENEW_S: Final = 1.0
"""How often the files are looked at, and those are let go who could not shake hands any more."""
PAUSE_S: Final = 0.2


class CertifiedProtocol(BoundedProtocol):
    """Tells the application whose certificate the connection was opened with, as `corridor.peer` of the scope."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        certificate: dict[str, Any] = transport.get_extra_info("peercert")
        self._peer = x509.signer(certificate.get("subjectAltName", ()))
        self._valid_until = ssl.cert_time_to_seconds(certificate["notAfter"])
        self._context: ssl.SSLContext = transport.get_extra_info("sslcontext")
        super().connection_made(transport)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["corridor.peer"] = self._peer  # type: ignore[typeddict-unknown-key]  # an extension of ours

    def end_unless(self, context: ssl.SSLContext, now: float) -> None:
        """End a connection that was opened by other certificates than those in force, or whose own has ended."""
        if self._context is not context or self._valid_until < now:
            self.transport.close()


class CertifiedServer(uvicorn.Server):
    """Serves on sockets that listen, with mutual TLS."""

    def __init__(self, config: uvicorn.Config, trust: Trust) -> None:
        super().__init__(config)
        self._trust = trust
        self._tasks: list[asyncio.Task[None]] = []
        self._handshakes: set[asyncio.Task[None]] = set()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=[])  # it listens to none of them itself
        for listener in sockets or ():
            listener.setblocking(False)
            listener.listen(BACKLOG)
            self._tasks.append(asyncio.create_task(self._accept(listener)))
        self._tasks.append(asyncio.create_task(self._review()))

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        tasks = (*self._tasks, *self._handshakes)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await super().shutdown(sockets)

    async def _accept(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, address = await loop.sock_accept(listener)
            except OSError:  # gone already, or there is no room for one more: then one must end first
                await asyncio.sleep(PAUSE_S)
                continue
            task = asyncio.create_task(self._shake(connection, address[0]))
            self._handshakes.add(task)
            task.add_done_callback(self._handshakes.discard)

    async def _shake(self, connection: socket.socket, address: str) -> None:
        """Shake hands; what fails is counted, and nothing is answered."""
        held = BoundedProtocol.held
        held[address] += 1
        try:
            if held[address] > CONNECTIONS_PER_ADDRESS:
                connection.close()
                return
            await asyncio.get_running_loop().connect_accepted_socket(
                self._protocol,
                connection,
                ssl=self._trust.context,
                ssl_handshake_timeout=HANDSHAKE_S,
                ssl_shutdown_timeout=GOODBYE_S,
            )
        except OSError as error:  # those of SSL and of time are such, too
            self.config.loaded_app.count_handshake(_why(error))
        finally:
            held[address] -= 1
            if not held[address]:
                del held[address]

    def _protocol(self) -> CertifiedProtocol:
        return CertifiedProtocol(self.config, self.server_state, self.lifespan.state)

    async def _review(self) -> None:
        while True:
            await asyncio.sleep(RENEW_S)
            self._trust.renew()
            now = time.time()
            for connection in tuple(self.server_state.connections):
                if isinstance(connection, CertifiedProtocol):
                    connection.end_unless(self._trust.context, now)


def _why(error: OSError) -> str:
    """Say why there was no handshake: a label of metrics, so nothing that the peer can choose."""
    match error:
        case ssl.SSLCertVerificationError():
            return _CERTIFICATE.get(error.verify_code, "unfit certificate")
        case ssl.SSLError():
            return (error.reason or "no TLS").lower().replace("_", " ")  # of OpenSSL's own list
        case ConnectionAbortedError():
            return "too slow"
        case _:
            return "gone"


_CERTIFICATE: Final = {
    3: "no list of the revoked",
    9: "not valid yet",
    10: "expired",
    12: "list of the revoked expired",
    18: "unknown authority",
    19: "unknown authority",
    20: "unknown authority",
    21: "unknown authority",
    23: "revoked",
}
"""By OpenSSL's X509_V_ERR; its own words change from version to version."""
