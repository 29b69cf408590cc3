#!/usr/bin/env python3
"""The AWS CLI as the host's programs call it: checked by botocore's own models, made to the emulator."""

import json
import os
import sys

import boto3
import jmespath
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError

CONFIG = Config(retries={"total_max_attempts": 1}, connect_timeout=3, s3={"addressing_style": "path"})


def copy(words):
    source, target = [word for word in words if not word.startswith("--")][-2:]
    bucket, _, key = source.removeprefix("s3://").partition("/")
    client("s3").download_file(bucket, key, target)


def client(name):
    return boto3.client(name, endpoint_url=os.environ["EMULATOR"], region_name="us-east-1", config=CONFIG)


def options(words):
    found, at = {}, 0
    while at < len(words):
        found[words[at].removeprefix("--")] = words[at + 1]
        at += 2
    return found


def call(service, operation, given):
    made = client(service)
    name = made.meta.method_to_api_mapping[operation.replace("-", "_")]
    members = made.meta.service_model.operation_model(name).input_shape.members
    known = {xform_name(member).replace("_", "-"): (member, shape) for member, shape in members.items()}
    query, output = given.pop("query", None), given.pop("output", "json")
    given.pop("region")
    values = {}
    for option, value in given.items():
        member, shape = known[option]  # an option that the CLI does not have ends it
        values[member] = json.loads(value) if shape.type_name in {"list", "structure"} else value
    answer = getattr(made, operation.replace("-", "_"))(**values)
    answer.pop("ResponseMetadata", None)
    answer = jmespath.search(query, answer) if query else answer
    print(answer if output == "text" else json.dumps(answer) if answer else "", end="" if not answer else "\n")


try:
    match sys.argv[1:]:
        case ["s3", "cp", *words]:
            copy(words)
        case ["ecr", "get-login-password", "--region", _]:
            print("a-token")
        case [service, operation, *words]:
            call(service, operation, options(words))
except ClientError as error:
    sys.exit(f"An error occurred ({error.response['Error']['Code']}) when calling the operation: {error}")
