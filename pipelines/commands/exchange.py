"""The commands of whoever keeps the MESH mailbox."""

import datetime as dt
import os
from typing import Annotated

import typer

from pipelines.commands.console import console, table

mesh_app = typer.Typer(
    help="The NHS's message exchange: try our mailbox, see which opt-out answers are kept.",
    no_args_is_help=True,
)


@mesh_app.command("hello")
def mesh_hello(context: typer.Context) -> None:
    """Open our mailbox, as an intake would, and say whether it opens. Sends nothing."""
    from pipelines.source.mailbox import open_mailbox
    from pipelines.source.mailbox_file import find_mailbox_file

    file = find_mailbox_file(context.obj.mesh)
    with open_mailbox(file):
        service = "is" if file.opt_out else "is not"
        console.print(f"The mailbox {file.mailbox} opens. The opt-out service {service} set up.")


@mesh_app.command("opt-outs")
def mesh_opt_outs(
    context: typer.Context,
    forget: Annotated[bool, typer.Option("--forget", help="Delete what is kept.")] = False,
) -> None:
    """Show the questions to the national opt-out service that are kept, and until when."""
    from pipelines.consent.opt_out_cache import OptOutCache
    from pipelines.pseudonymise.keys import open_key_source

    cache = OptOutCache(context.obj, open_key_source(context.obj, os.environ))
    cache.forget_old(dt.datetime.max.replace(tzinfo=dt.UTC) if forget else dt.datetime.now(dt.UTC))
    rows = [
        (q.local_id, _minute(q.asked_at), q.state.value, _minute(q.use_until))
        for q in cache.questions()
    ]
    console.print(table("Opt-outs", ("question", "asked (UTC)", "state", "used until"), rows))


def _minute(at: dt.datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"
