"""The HTTP function about what spend will come to."""

import azure.functions as func

from shared.bootstrap import app
from shared.domain.forecast.forecasting import MOST_HORIZON_DAYS
from shared.domain.spend.forecast_view import CostForecast
from shared.services.cost_forecast import cost_forecast
from shared.triggers.call import Call
from shared.triggers.endpoint import endpoint
from shared.triggers.responses import Answer

blueprint = func.Blueprint()

_USUAL_DAYS = 30


@endpoint(
    blueprint,
    "GET",
    "v1/costs/forecast",
    summary="What spend will come to, by day and to the end of the month, with 80 % bands.",
    answer=CostForecast,
    query={
        "horizon_days": f"1 to {MOST_HORIZON_DAYS}, {_USUAL_DAYS} unless given; today is the first",
        "model": "exact name; all models unless given",
    },
)
async def get_cost_forecast(call: Call) -> Answer:
    """Return the forecast of spend."""
    days = call.whole("horizon_days", _USUAL_DAYS, 1, MOST_HORIZON_DAYS)
    found = await cost_forecast(days, call.query.get("model"), now=call.now, ports=app().costs)
    return Answer(found)
