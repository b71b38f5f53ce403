"""Whose requests a piece of advice is about."""

from typing import NamedTuple


class Scope(NamedTuple):
    """The requests of one application to one deployment of a model.

    Attributes:
        model: as reported.
        deployment: the one that served; empty for all of the model's.
        application: empty where none was reported, or for all of them.
    """

    model: str
    deployment: str = ""
    application: str = ""

    @property
    def whole(self) -> "Scope":
        """The same deployment, whatever the application."""
        return self._replace(application="")
