"""The command ``lmms-robust judge``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lmms_robust.cli.benchmarks import FOLDER
from lmms_robust.cli.finite import Finite
from lmms_robust.cli.report import show
from lmms_robust.errors import RobustError

if TYPE_CHECKING:
    from lmms_robust.judges.naming import Judge, Limits, Named

OWN_FIELDS = {"model", "messages", "temperature", "max_tokens", "response_format", "n", "stream"}
"""What a request to a judge says itself; the name, the audit and the cache of a judge rest on it."""


@click.command()
@click.argument("folders", metavar="RUN...", nargs=-1, required=True, type=FOLDER)
@click.option(
    "--judge", "judges", multiple=True, required=True, metavar="NAME=MODEL@BASE_URL|NAME=hf:CHECKPOINT",
    help="A model on an OpenAI-compatible server, or a transformers checkpoint; may be repeated: the majority decides.",
)  # fmt: skip
@click.option(
    "--ask", type=click.Choice(["conclusion", "acknowledged"]), default="conclusion", show_default=True,
    help="acknowledged: does a response say that the wrong caption, or wrong start, that it was given is not so?",
)  # fmt: skip
@click.option("--rules-first", is_flag=True, help="Ask only where the rules are undecided.")
@click.option("--concurrency", default=16, show_default=True, type=click.IntRange(1), help="Most requests at a time.")
@click.option("--timeout", default=120.0, show_default=True, type=Finite(0, min_open=True), help="Seconds.")
@click.option("--max-retries", default=4, show_default=True, type=click.IntRange(0), help="Of one request.")
@click.option(
    "--max-tokens", default=64, show_default=True, type=click.IntRange(1),
    help="Of a reply; more for a judge that thinks before it.",
)  # fmt: skip
@click.option("--extra-body", metavar="JSON", help="Further fields of every request to a server.")
@click.option("--batch-size", default=8, show_default=True, type=click.IntRange(1), help="Replies of a checkpoint.")
@click.option("--audit-only", is_flag=True, help="Ask about no response; exits with 1 if one fails.")
@click.option("--no-audit", is_flag=True, help="Ask without trying them; also those that failed before.")
@click.option("--replace", is_flag=True, help="Another model's verdicts under a judge's name may be replaced.")
@click.option(
    "--attacks", is_flag=True, help="In the audit, try all 249 texts that may talk them into verdicts, not 50."
)
def judge(
    folders: Sequence[Path],
    judges: Sequence[str],
    ask: str,
    rules_first: bool,
    concurrency: int,
    timeout: float,
    max_retries: int,
    max_tokens: int,
    extra_body: str | None,
    batch_size: int,
    audit_only: bool,
    no_audit: bool,
    replace: bool,
    attacks: bool,
) -> None:
    """Ask judges, for every response logged below RUN, on which option its reasoning ends.

    A judge sees question, options and reasoning, never the answer; whether its letter is the answer is compared here.
    Verdicts are written beside the logs, where every table finds them. Replies are kept: a second run asks nothing. The
    key of a server is that in OPENAI_API_KEY_NAME, or in OPENAI_API_KEY.

    Before it is asked about responses, each judge is tried on questions whose replies are known. What came of it is
    printed and kept beside the logs. A judge that fails is not asked, and the exit status is 1; with --no-audit it is,
    and its verdicts count only where --deciders names it.
    """
    from lmms_robust.backends.arguments import json_object
    from lmms_robust.consistency.audits import not_asked, told
    from lmms_robust.judges.asks import ask_named
    from lmms_robust.judges.audit import sheet
    from lmms_robust.judges.naming import Limits, read_names
    from lmms_robust.judges.run import homes, keep, logged, refuse_others
    from lmms_robust.judges.run import judge as asked

    if no_audit and (audit_only or attacks):
        raise RobustError(f"--no-audit and {'--audit-only' if audit_only else '--attacks'}; allowed: one of them")
    if ask != "conclusion" and (rules_first or attacks):
        raise RobustError(f"--ask {ask} with --rules-first or --attacks; allowed: about conclusions only")
    named = read_names(judges)
    extra = json_object("--extra-body", extra_body)
    if own := OWN_FIELDS & {*extra}:
        raise RobustError(f"--extra-body sets {', '.join(sorted(own))}; allowed: fields that are not the judge's own")
    limits = Limits(concurrency, timeout, max_retries, max_tokens, batch_size, extra)
    tables = [] if audit_only else logged(folders, named, ask, replace)
    where = homes(folders)
    failed: list[str] = []
    if not no_audit and not replace:
        refuse_others(where, named, ask)
    try:
        found = [connected(one, limits) for one in named]
        if not no_audit:
            for one in found:
                tried = ask_named(ask).audit(one, where[0], attacks)
                kept = keep(tried.of(one.named.model, ask_named(ask).digest), where, ask)
                known = {told(one.named.name, each) for each in kept if each.failed and tried.trusted}
                failed += [one.named.name] if known or not tried.trusted else []
                show([sheet(tried), str(tried), *(f"before: {line}" for line in sorted(known))], "table")
        trusted = [one for one in found if one.named.name not in failed]
        for worked in asked(tables, trusted, rules_first, ask) if tables and trusted else []:
            click.echo("\n".join([worked.line(), *worked.audits]))
    except KeyboardInterrupt:
        sys.exit("lmms-robust: interrupted; what judges replied is kept: run again")
    if failed:
        sys.exit(1 if audit_only else f"lmms-robust: {not_asked(failed)}")


def connected(named: Named, limits: Limits) -> Judge:
    """The judge that is named.

    Raises:
        RobustError: a package or a checkpoint is missing.
    """
    if named.base_url is None:
        from lmms_robust.judges.local import LocalJudge

        return LocalJudge(named, limits)
    try:
        from lmms_robust.judges.server import ServerJudge
    except ModuleNotFoundError as error:
        raise RobustError(f"judge {named.name}: no package {error.name}; pip install 'lmms-robust[openai]'") from error
    return ServerJudge(named, limits)
