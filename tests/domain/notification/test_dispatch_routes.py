"""Who is told: the first route that matches decides, and an end follows its beginning."""

from shared.domain.notification.dispatching import Dispatched
from tests.domain.notice_factories import dispatched_until, notice, notices, route, shown


def test_each_channel_of_a_route_is_told() -> None:
    done = dispatched_until(notices({0: "+a"}), route(channels=("ops", "log")))

    assert shown(done.dispatches) == {"30 log": "+a", "30 ops": "+a"}
    assert len({each.dispatch_id for each in done.dispatches}) == 2


def test_the_first_route_that_matches_decides() -> None:
    routes = (
        route(matchers={"team": "web"}, channels=("web",)),
        route(severities=("critical",), channels=("pager",)),
        route(matchers={"rule": "noise"}, channels=()),
        route(),
    )
    given = [
        notice("+a", 0, team="web", severity="critical"),
        notice("+b", 0, severity="critical"),
        notice("+c", 0, rule="noise"),
        notice("+d", 0),
    ]

    done = dispatched_until(given, *routes)

    assert shown(done.dispatches) == {"30 web": "+a", "30 pager": "+b", "30 ops": "+d"}


def test_what_no_route_takes_is_told_to_nobody() -> None:
    assert dispatched_until(notices({0: "+a"}), route(matchers={"team": "web"})) == Dispatched()


def test_who_was_told_hears_of_the_end_whatever_the_routes_are_then() -> None:
    first = dispatched_until(notices({0: "+a"}), until=1)

    done = dispatched_until(notices({10: "-a"}), route(channels=("other",)), until=20, before=first)

    assert shown(done.dispatches) == {"600 ops": "-a"}
    assert done.groups == ()


def test_an_alert_that_moves_to_another_group_of_its_channel_ends_there_only() -> None:
    first = dispatched_until(notices({0: "+a"}), until=1)
    by_model = route(group_by=("model",))

    done = dispatched_until(notices({10: "*a", 20: "-a"}), by_model, until=60, before=first)

    assert shown(done.dispatches) == {"630 ops": "*a", "1200 ops": "-a"}
    assert done.groups == ()
