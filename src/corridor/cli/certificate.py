"""`corridor certificate`: who may connect, where the gateway asks for certificates."""

import typer

from corridor.cli import identities
from corridor.cli.home import Home
from corridor.cli.output import HERE, AsJson, Directory, say

app = typer.Typer(no_args_is_help=True)


@app.command("issue")
def issue(name: str, directory: Directory = HERE, as_json: AsJson = False) -> None:
    """Issue a certificate to a participant (by its BIC) or an operator; the one before is revoked.

    By the authority of the sandbox, which `corridor up --mutual-tls` makes. The file holds the private key, too.
    """
    home = Home(directory)
    until = identities.issue(home, name)
    path = home.identity(name)
    told = {"name": name, "file": str(path), "until": until.isoformat()}
    say(told, f"{path} is the certificate of {name}, until {until:%Y-%m-%d %H:%M} UTC", as_json=as_json)


@app.command("renew")
def renew(directory: Directory = HERE, as_json: AsJson = False) -> None:
    """Renew the list of the revoked, and what has less than half of its time left; `corridor up` does at its start.

    Whatever runs takes it up by itself. For a corridor that runs for weeks.
    """
    home = Home(directory)
    identities.renew(home)
    say({"renewed": str(home.tls)}, f"what is in {home.tls} is renewed", as_json=as_json)


@app.command("revoke")
def revoke(name: str, directory: Directory = HERE, as_json: AsJson = False) -> None:
    """Take a certificate back: within seconds all connections end, and with this one none begins."""
    identities.revoke(Home(directory), name)
    say({"name": name, "revoked": True}, f"the certificate of {name} is revoked", as_json=as_json)
