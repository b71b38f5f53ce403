"""Routes: which HTTP function serves a path, and what its parameters are.

A path is cut into segments before it is percent-decoded, so `a%2Fb` stays one segment. Precedence
is that of ASP.NET Core: segment by segment, literal before constrained parameter before parameter
before catch-all; letter case doesn't matter in literals. A path under another method is not found.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from tools.devhost.errors import FunctionError

_PARAMETER = re.compile(r"\{(?P<rest>\*{0,2})(?P<name>\w+)(?::(?P<kind>\w+))?(?P<optional>\?)?\}")
_KINDS = {
    "alpha": re.compile(r"[A-Za-z]+"),
    "bool": re.compile(r"true|false", re.IGNORECASE),
    "guid": re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
    "int": re.compile(r"-?\d+"),
    "long": re.compile(r"-?\d+"),
}
_CONSTRAINED, _FREE, _REST = range(3)


@dataclass(frozen=True, slots=True)
class _End[T]:
    """A route that ends here; `shortened` when it does so for want of an optional segment."""

    shortened: bool
    methods: frozenset[str]
    names: tuple[str, ...]
    target: T

    def clashes(self, other: "_End[T]") -> bool:
        both_serve = not self.methods or not other.methods or self.methods & other.methods
        return self.shortened == other.shortened and bool(both_serve)


@dataclass(slots=True)
class _Node[T]:
    """What may follow the segments so far; parameters by (precedence, constraint), best first."""

    literals: dict[str, "_Node[T]"] = field(default_factory=dict)
    parameters: dict[tuple[int, str], "_Node[T]"] = field(default_factory=dict)
    ends: list[_End[T]] = field(default_factory=list)

    def literal(self, text: str) -> "_Node[T]":
        return self.literals.setdefault(text.lower(), _Node())

    def parameter(self, parsed: re.Match[str]) -> "_Node[T]":
        precedence = _REST if parsed["rest"] else _CONSTRAINED if parsed["kind"] else _FREE
        child = self.parameters.setdefault((precedence, parsed["kind"] or ""), _Node())
        self.parameters = dict(sorted(self.parameters.items(), key=lambda item: item[0]))
        return child


class Routes[T]:
    """A table of routes, each with the thing that serves it."""

    def __init__(self) -> None:
        """Start without routes."""
        self._root: _Node[T] = _Node()

    def add(self, template: str, methods: Collection[str], target: T) -> None:
        """Add a route.

        Args:
            template: as `api/v1/models/{model}/report`.
            methods: those it accepts, upper-case; empty for all.
            target: what `find` returns for it.

        Raises:
            FunctionError: the template isn't understood, or another route takes the same calls.
        """
        for node, names, shortened in _places(self._root, template):
            end = _End(shortened, frozenset(methods), names, target)
            if any(end.clashes(other) for other in node.ends):
                raise FunctionError(f"route '{template}' is already taken")
            node.ends = sorted([*node.ends, end], key=lambda one: one.shortened)

    def find(self, method: str, raw_path: str) -> tuple[T, Mapping[str, str]] | None:
        """Return what serves a call and its route parameters; None when nothing does.

        Args:
            method: upper-case.
            raw_path: the path as it came, percent-encoded.
        """
        segments = raw_path.removeprefix("/").removesuffix("/").split("/")
        if "%" in raw_path:
            segments = [unquote(segment) for segment in segments]
        return _walk(self._root, method, segments, ())


def _places[T](node: _Node[T], template: str) -> Iterator[tuple[_Node[T], tuple[str, ...], bool]]:
    """Yield where a template ends, and the parameters so far: twice if its last is optional."""
    names: tuple[str, ...] = ()
    for text in template.strip("/").split("/"):
        parsed = _PARAMETER.fullmatch(text)
        if parsed is None:
            if "{" in text:
                raise FunctionError(f"route segment '{text}' is not supported by this host")
            node = node.literal(text)
            continue
        if parsed["kind"] and parsed["kind"] not in _KINDS:
            raise FunctionError(
                f"route constraint '{parsed['kind']}' is not supported by this host"
            )
        if parsed["optional"] or parsed["rest"]:
            yield node, names, True
        node, names = node.parameter(parsed), (*names, parsed["name"])
    yield node, names, False


def _walk[T](
    node: _Node[T], method: str, segments: list[str], values: tuple[str, ...]
) -> tuple[T, Mapping[str, str]] | None:
    if not segments:
        return _serve(node, method, values)
    segment, following = segments[0], segments[1:]
    child = node.literals.get(segment.lower())
    if child is not None and (found := _walk(child, method, following, values)):
        return found
    for (precedence, kind), child in node.parameters.items():
        if precedence == _REST:
            found = _serve(child, method, (*values, "/".join(segments)))
        elif segment and (precedence == _FREE or _KINDS[kind].fullmatch(segment)):
            found = _walk(child, method, following, (*values, segment))
        else:
            continue
        if found is not None:
            return found
    return None


def _serve[T](
    node: _Node[T], method: str, values: tuple[str, ...]
) -> tuple[T, Mapping[str, str]] | None:
    for end in node.ends:
        if not end.methods or method in end.methods:
            return end.target, dict(zip(end.names, values, strict=True))
    return None
