"""What are products called? By the names that the run's data give them."""

from __future__ import annotations

from collections.abc import Iterable

from fenji.domain.runs import Run
from fenji.tables import clean
from fenji.workspace.session import Session


def product_names(session: Session, run: Run, product_ids: Iterable[str]) -> dict[str, str]:
    """Product_id -> name, of those products that have one; few enough to be listed in a query."""
    wanted = sorted(set(product_ids))
    if not wanted:
        return {}
    product = session.read(run.run_id, clean.PRODUCT)
    named = product.filter(product.product_id.isin(wanted), product.name.notnull()).select("product_id", "name")
    return {each["product_id"]: each["name"] for each in session.engine.fetch(named).to_pylist()}
