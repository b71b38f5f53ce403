"""A function app with a queue function, for the tests of the local host."""

import azure.functions as func

app = func.FunctionApp()


@app.queue_trigger(arg_name="message", queue_name="work", connection="AzureWebJobsStorage")
@app.queue_output(arg_name="done", queue_name="done", connection="AzureWebJobsStorage")
async def work(message: func.QueueMessage, done: func.Out[str]) -> None:
    """Pass a message on with the number of its try; fail on `bad`, and on the first of `flaky`."""
    text, tries = message.get_body().decode(), message.dequeue_count
    if text == "bad" or (text == "flaky" and tries == 1):
        raise ValueError(f"{text}, try {tries}")
    done.set(f"{text}, try {tries}")
