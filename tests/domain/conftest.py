"""How many examples are drawn here, and without a deadline: machines share their cores."""

from hypothesis import settings

_CURRENT = settings.get_profile(settings.get_current_profile_name())
settings.register_profile("domain", parent=_CURRENT, deadline=None, max_examples=50)
settings.load_profile("domain")
