"""An async credential, as azure-identity has them, without an identity."""

from dataclasses import dataclass, field

TOKEN = "ey.secret"


@dataclass
class Token:
    """What a credential answers."""

    token: str


@dataclass
class FakeCredential:
    """Answers every time, or fails every time.

    Attributes:
        error: raised instead of an answer.
        scopes: what was asked for.
    """

    error: Exception | None = None
    scopes: list[str] = field(default_factory=list)

    async def get_token(self, scope: str) -> Token:
        """Return a token, or fail."""
        self.scopes.append(scope)
        if self.error is not None:
            raise self.error
        return Token(TOKEN)
