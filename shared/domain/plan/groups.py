"""Every option that a workload suggests, in the groups that a plan decides one by one."""

from collections.abc import Iterator

from shared.domain.plan.bill import Deployed, Place
from shared.domain.plan.capacity import Hourly
from shared.domain.plan.cheaper_model import CheaperModel, good_enough, scores_of
from shared.domain.plan.geography import Wider, wider_than
from shared.domain.plan.max_tokens import max_tokens
from shared.domain.plan.option import Group, Option
from shared.domain.plan.prompt_caching import prompt_caching
from shared.domain.plan.prompt_length import prompt_length
from shared.domain.plan.reduction import sides_of
from shared.domain.plan.reservation_option import Reserve
from shared.domain.plan.response_caching import response_caching
from shared.domain.plan.retries import retries
from shared.domain.plan.site import Site
from shared.domain.plan.tier import WAYS, Cheaper, can_wait
from shared.domain.plan.workload import Workload
from shared.domain.price.offer import Billing, Geography
from shared.domain.price.reservation_price import Term

_RETRIES, _ANSWERS, _PROMPTS, _LIMITS, _PREFIXES, _MODELS, _PLACES, _TIERS, _CAPACITY = range(9)


def groups_of(load: Workload, target: str, *, reservations: bool) -> list[Group]:
    """Return the options of a workload.

    Args:
        load: traffic and what is known around it.
        target: what the plan is about: a model's name, or `all`.
        reservations: whether all models are looked at, so that units may be reserved.
    """
    return [
        *_reductions(load, target),
        *_models(load),
        *_geographies(load),
        *_tiers(load),
        *(_pools(load) if reservations else _sites(load)),
    ]


def _reductions(load: Workload, target: str) -> Iterator[Group]:
    sides, traffic = sides_of(load.bill), load.traffic
    found = {
        _RETRIES: retries(traffic, sides, target),
        _ANSWERS: response_caching(traffic, sides, target),
        _PROMPTS: prompt_length(load.lengths, sides, target),
        _LIMITS: max_tokens(traffic, sides, target),
        _PREFIXES: prompt_caching(traffic, sides, target),
    }
    for stage, option in found.items():
        if option is not None:
            yield Group(option.id, stage, [[option]])


def _models(load: Workload) -> Iterator[Group]:
    scores = scores_of(load.traffic)
    used = {(line.place.application, line.place.model) for line in load.bill.lines}
    for application, model in sorted(used & {*scores}):
        if not application:
            continue
        known, now = load.applications.get(application), scores[application, model]
        threshold = known.quality_threshold if known else None
        branches: list[list[Option]] = [
            [CheaperModel(application, model, other, scores, load)]
            for of, other in sorted(scores)
            if of == application
            and other != model
            and good_enough(now, scores[of, other], threshold)
        ]
        if branches:
            yield Group(f"{application}|{model}", _MODELS, branches)


def _geographies(load: Workload) -> Iterator[Group]:
    found: dict[Deployed, Geography] = {}
    for line in load.bill.lines:
        if line.under is not None and line.offer.billing is Billing.STANDARD:
            found[line.under] = line.offer.geography
    for which, geography in sorted(found.items()):
        branches = [[Wider(which, each, load)] for each in wider_than(geography)]
        if branches:
            yield Group(f"{which}", _PLACES, branches)


def _tiers(load: Workload) -> Iterator[Group]:
    places = {
        line.place._replace(model="")
        for line in load.bill.lines
        if line.place.application and line.offer.billing is Billing.STANDARD
    }
    for place in sorted(places):
        branches: list[list[Option]] = [
            [Cheaper(place, way, load)] for way in WAYS if can_wait(load, place.application, way)
        ]
        if branches:
            yield Group(f"{Place(*place)}", _TIERS, branches)


def _sites(load: Workload) -> Iterator[Group]:
    for which in sorted(load.holdings):
        option = Hourly(Site(which, load))
        yield Group(option.id, _CAPACITY, [[option]])


def _pools(load: Workload) -> Iterator[Group]:
    pools: dict[tuple[Geography, str], list[Site]] = {}
    for which in sorted(load.holdings):
        site = Site(which, load)
        pools.setdefault(site.pool, []).append(site)
    for (geography, region), sites in sorted(pools.items()):
        terms: list[list[Option]] = [[Reserve(tuple(sites), term, load)] for term in Term]
        hourly: list[Option] = [Hourly(site) for site in sites]
        yield Group(f"{geography}|{region}", _CAPACITY, [hourly, *terms])
