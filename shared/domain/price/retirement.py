"""When models stop answering, and what their makers name in their place.

Dates: Microsoft Learn, "Model retirement schedule", as of 2026-09-02. Successors: its replacement
column; where it names none, OpenAI's deprecations page as of 2026-10-28. Schedules move: a date put
with `PUT /prices/{model}` (`retires_on`) goes before the table's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

SOURCE = "learn.microsoft.com/azure/foundry/openai/concepts/model-retirement-schedule"
READ_ON = date(2026, 9, 2)


@dataclass(frozen=True, slots=True)
class Retirement:
    """The end of one model.

    Attributes:
        model: canonical name.
        retires_on: the first UTC day it no longer answers.
        successors: canonical names, the one its seller names first; empty where nobody names one.
        source: who says so.
        source_date: the day that was read or put.
    """

    model: str
    retires_on: date
    successors: tuple[str, ...] = ()
    source: str = SOURCE
    source_date: date = READ_ON


# Model, day, successors. Of a model with several versions the one that stays longest counts.
_SCHEDULE = """
codex-mini               2026-11-15
gpt-4.1                  2027-04-14  gpt-6-luna
gpt-4.1-mini             2027-04-14  gpt-6-luna
gpt-4.1-nano             2027-04-14
gpt-4o                   2027-04-14  gpt-5.1 gpt-6-luna
gpt-4o-2024-05-13        2026-10-01  gpt-5.1
gpt-4o-mini              2027-04-14  gpt-6-luna
gpt-4o-mini-transcribe   2027-06-15
gpt-4o-mini-tts          2027-06-15
gpt-4o-transcribe        2026-10-15
gpt-5                    2027-02-09  gpt-5.6-sol
gpt-5-mini               2027-02-09  gpt-5.6-terra
gpt-5-nano               2027-02-09  gpt-5.6-luna
gpt-5-pro                2027-04-07  gpt-5.6-sol
gpt-5.1                  2027-05-15
gpt-5.1-codex-mini       2027-05-15
gpt-5.2                  2027-06-08
gpt-5.3-codex            2027-08-24
gpt-5.4                  2027-09-02
gpt-5.4-mini             2027-09-21
gpt-5.4-nano             2027-09-21
gpt-5.4-pro              2027-09-07
gpt-5.5                  2027-10-26
gpt-5.6-luna             2028-01-11
gpt-5.6-sol              2028-01-11
gpt-5.6-terra            2028-01-11
gpt-image-1              2026-10-23
gpt-image-1-mini         2027-04-07
gpt-image-1.5            2027-06-16
gpt-image-2              2027-10-21
gpt-realtime             2027-08-24
gpt-realtime-2           2027-06-25
gpt-realtime-mini        2027-06-25
o1                       2026-10-21  gpt-5.6-sol
o1-pro                   2026-10-21  gpt-5.6-sol
o3                       2026-10-21  gpt-5.6-sol
o3-deep-research         2026-12-26
o3-mini                  2026-10-01  o4-mini
o3-pro                   2026-12-17  gpt-5.6-sol
o4-mini                  2026-10-16
text-embedding-3-large   2028-02-09
text-embedding-3-small   2028-02-09
text-embedding-ada-002   2028-02-09
deepseek-r1              2026-08-13  deepseek-v4-pro
deepseek-r1-0528         2026-07-13  deepseek-v4-pro
deepseek-v3-0324         2026-07-13  deepseek-v4-flash
deepseek-v3.1            2026-07-13  deepseek-v4-flash
deepseek-v4-flash        2028-02-20  deepseek-v4-flash-0731
deepseek-v4-pro          2028-02-20
kimi-k2.5                2027-01-26
kimi-k2.6                2027-04-16
grok-3                   2026-05-01  grok-4
grok-3-mini              2026-05-01  grok-4-1-fast-reasoning
claude-fable-5           2027-12-05
claude-fable-5-1         2027-12-05
claude-haiku-4-5         2026-10-19
claude-opus-4-1          2026-08-05  claude-opus-5
claude-opus-4-5          2026-10-19
claude-opus-4-6          2027-02-02
claude-opus-4-7          2027-04-06
claude-opus-4-8          2027-09-01
claude-opus-5            2027-07-08
claude-sonnet-4-5        2026-10-19
claude-sonnet-4-6        2027-02-10
claude-sonnet-5          2027-06-30
"""


def _scheduled(line: str) -> Retirement:
    model, day, *successors = line.split()
    return Retirement(model, date.fromisoformat(day), tuple(successors))


RETIREMENTS: Mapping[str, Retirement] = {
    each.model: each for each in map(_scheduled, _SCHEDULE.strip().splitlines())
}
