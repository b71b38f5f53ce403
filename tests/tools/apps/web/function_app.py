"""A function app of HTTP functions, for the tests of the local host."""

import asyncio
import json
from pathlib import Path

import azure.functions as func

app = func.FunctionApp(http_auth_level=func.AuthLevel.FUNCTION)


@app.route("echo", methods=["GET", "POST"])
async def echo(req: func.HttpRequest) -> func.HttpResponse:
    """Answer with what arrived."""
    seen = {
        "url": req.url,
        "query": dict(req.params),
        "headers": dict(req.headers),
        "body": req.get_body().decode(),
    }
    return func.HttpResponse(json.dumps(seen), status_code=201, mimetype="application/json")


@app.route("models/{model}/report", methods=["GET"])
async def report(req: func.HttpRequest) -> str:
    """Answer with the model."""
    return f"model={req.route_params['model']}"


@app.route("models/-/{*rest}", methods=["GET"])
async def any_model(req: func.HttpRequest) -> str:
    """Answer with the rest of the path."""
    return f"rest={req.route_params['rest']}"


@app.route("open", auth_level=func.AuthLevel.ANONYMOUS)
async def open_to_all(req: func.HttpRequest) -> func.HttpResponse:
    """Answer without a body, with cookies."""
    return func.HttpResponse(status_code=204, headers={"Set-Cookie": "a=1"})


@app.route("raises")
async def raises(req: func.HttpRequest) -> str:
    """Fail as functions do."""
    raise ValueError("no luck")


@app.route("vanishes")
async def vanishes(req: func.HttpRequest) -> str:
    """Fail in the way the deployed worker never answers."""
    raise asyncio.CancelledError


@app.route("waits")
async def waits(req: func.HttpRequest) -> str:
    """Create the file `begun` in a folder, and end when `go` appears there."""
    folder = Path(req.params["folder"])
    await asyncio.to_thread((folder / "begun").touch)
    while not await asyncio.to_thread((folder / "go").exists):
        await asyncio.sleep(0.01)
    return "done"
