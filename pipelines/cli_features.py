"""`demand features`: what the models see, and what each number means."""

from __future__ import annotations

from typing import Annotated

import typer

from pipelines.terminal import HERE, Industry, Profile, Where, opened, out

features_app = typer.Typer(help="What the models see, and what each number means.", no_args_is_help=True)


@features_app.command("list")
def features_list(path: Where = HERE, industry: Industry = None, profile: Profile = "default") -> None:
    """Which views are active for each industry, what they compute, and what the others lack.

    Example: `demand features list --industry hotel`
    """
    from pipelines.list_features import list_features as verb

    result = verb(opened(path, profile), industries=industry)
    out.print(result.extra["listing"], markup=False)


@features_app.command("explain")
def features_explain(
    name: Annotated[str, typer.Argument(help="the feature, as `demand features list` shows it")],
    path: Where = HERE,
    industry: Annotated[str | None, typer.Option(help="in which industry; by default the first that has it")] = None,
    subject: Annotated[str | None, typer.Option(help="the example; by default one that has rows to show")] = None,
    as_of: Annotated[
        str | None, typer.Option(help="when the example is asked; by default the last fair cutoff")
    ] = None,
    profile: Profile = "default",
) -> None:
    """What one number means, from which source, what it costs, and one value with the very rows that made it.

    Example: `demand features explain store_requests_30d --industry hotel`
    """
    from pipelines.explain_feature import explain_feature as verb

    result = verb(opened(path, profile), name, industry=industry, subject=subject, as_of=as_of)
    out.print(result.extra["listing"], markup=False)
