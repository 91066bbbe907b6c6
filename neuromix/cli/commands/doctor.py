"""``neuromix doctor``: what this machine lacks, and how to get it."""

from __future__ import annotations

import sys

import click

from neuromix.cli import options, output


@click.command("doctor")
@options.as_json
def command(as_json: bool) -> None:
    """Check ngspice and the model sets; exit with 1 where something is missing."""
    from neuromix.cli.diagnosis import diagnose
    from neuromix.data.provenance import software

    findings = []
    for finding in diagnose():
        findings.append(finding)
        if as_json:
            continue
        state = "ok" if finding.ok else "absent" if finding.optional else "MISSING"
        click.echo(f"{state:7}  {finding.name}")
        for key, value in finding.details.items():
            for line in value if isinstance(value, list) else [_words(value)]:
                click.echo(f"{'':9}{key}: {line}")
        if finding.cure:
            click.echo(f"{'':9}try: {finding.cure}")
    good = all(finding.ok or finding.optional for finding in findings)
    if as_json:
        output.print_json({"ok": good, "versions": software(), "checks": findings})
    sys.exit(0 if good else 1)


def _words(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
