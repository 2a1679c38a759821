"""boto3 as it comes: where its clients go as JSON in the argument, calls as lines of JSON on
standard input, their answers as lines of JSON on standard output. Calls run side by side.

SPDX-License-Identifier: MIT
"""

import base64
import json
import sys
import threading
from functools import lru_cache

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

where = json.loads(sys.argv[1])
output = threading.Lock()
current = threading.local()


def keep_body(http_response, **_):
    """boto3 leaves out of an exception what its model does not name."""
    current.body = http_response.content.decode()


@lru_cache(maxsize=None)
def make_client(credentials, attempts):
    retries = {"total_max_attempts": attempts} if attempts else {}
    config = Config(retries=retries)
    client = boto3.client("iot-data", **where, **dict(credentials), config=config)
    client.meta.events.register("after-call.iot-data", keep_body)
    return client


def pages(client, operation, parameters):
    """All pages, as the paginator gets them."""
    found = client.get_paginator(operation).paginate(**parameters)
    return [page["subscriptions"] for page in found]


def url(client, operation, parameters):
    return client.generate_presigned_url(operation, Params=parameters, ExpiresIn=60)


def operate(client, operation, parameters):
    return getattr(client, operation)(**parameters)


def failure(client, error):
    name = type(error).__name__
    answer = {"exception": name, "message": str(error)}
    if isinstance(error, ClientError):
        metadata = error.response["ResponseMetadata"]
        answer["message"] = error.response["Error"]["Message"]
        answer["typed"] = type(error) is getattr(client.exceptions, name, None)
        answer["status"] = metadata["HTTPStatusCode"]
        answer["requestId"] = metadata["RequestId"]
        answer["attempts"] = metadata["RetryAttempts"] + 1
        answer["body"] = json.loads(current.body)
    return answer


def answer(number, client, how, operation, parameters):
    try:
        told = {"result": how(client, operation, parameters)}
    except Exception as error:
        told = failure(client, error)
    with output:
        print(json.dumps({"number": number, **told}), flush=True)


for line in sys.stdin:
    call = json.loads(line)
    parameters = call["parameters"]
    if "payload" in parameters:
        parameters["payload"] = base64.b64decode(parameters["payload"])
    client = make_client(tuple(call["credentials"].items()), call["attempts"])
    how = {"operate": operate, "pages": pages, "url": url}[call["how"]]
    arguments = (call["number"], client, how, call["operation"], parameters)
    threading.Thread(target=answer, args=arguments, daemon=True).start()
