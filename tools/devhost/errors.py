"""What can go wrong in the host itself, as opposed to in the app's functions."""


class HostError(Exception):
    """The whole host refuses to start."""


class FunctionError(Exception):
    """One function cannot be served; the others still run."""


class InvocationError(Exception):
    """A function raised, or returned something its bindings can't carry."""
