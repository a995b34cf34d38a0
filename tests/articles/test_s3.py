"""Files on S3: the newsroom as the environment makes it, against a server on this machine."""

import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path
from urllib.error import HTTPError

import boto3
import pytest
from moto.server import ThreadedMotoServer

ROOT = Path(__file__).parent.parent.parent
KEYS = {"aws_access_key_id": "an-id", "aws_secret_access_key": "a-secret", "region_name": "eu-west-1"}

# Takes a picture in, asks for its files as a reader, replaces it and lets its rights end.
STORY = """
import io, json
from datetime import timedelta
from django.conf import settings
from django.core.files.storage import default_storage, storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from PIL import Image
from articles.uploads import take_in
settings.ALLOWED_HOSTS = ["testserver"]
def photograph(colour):
    buffer = io.BytesIO()
    Image.new("RGB", (900, 600), colour).save(buffer, "JPEG")
    return SimpleUploadedFile("quay.jpg", buffer.getvalue())
call_command("migrate", verbosity=0)
picture = take_in(photograph("red"), credit="Erin Example")
reader, told = Client(), {"original": picture.original.name, "url": picture.url}
told["backends"] = [type(storages[name]).__name__ for name in ("default", "originals")]
told["before the task"] = reader.get(picture.url).status_code
call_command("work", batch=True, verbosity=0)
told["made"] = len(default_storage.listdir(f"pictures/{picture.key}/{picture.version}")[1])
told["after the task"] = reader.get(picture.rendition("1x1").url_of(128, "avif")).status_code
old = picture.url
picture.receive(photograph("blue"))
picture.save()
call_command("work", batch=True, verbosity=0)
response = reader.get(old)
told["old address"] = [response.status_code, response["Location"] == picture.url]
told["versions"] = len(default_storage.listdir(f"pictures/{picture.key}")[0])
picture.usable_until = timezone.now() - timedelta(seconds=1)
picture.save()
told["rights ended"] = reader.get(picture.url).status_code
with storages["originals"].open(picture.original.name) as file:
    told["original is whole"] = Image.open(file).size == (900, 600)
told["final"] = picture.url
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def server():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="module")
def bucket(server):
    client = boto3.client("s3", endpoint_url=server, **KEYS)
    client.create_bucket(Bucket="northlight", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    return client


@pytest.fixture(scope="module")
def told(server, bucket, tmp_path_factory):
    folder = tmp_path_factory.mktemp("newsroom")
    environment = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    environment |= {
        "DATA_DIR": str(folder),
        "DEBUG": "true",  # static files are not collected for tests
        "S3_BUCKET": "northlight",
        "S3_ENDPOINT_URL": server,
        "S3_REGION": "eu-west-1",
        "S3_ACCESS_KEY_ID": "an-id",
        "S3_SECRET_ACCESS_KEY": "a-secret",
        "S3_ADDRESSING_STYLE": "path",
    }
    words = [sys.executable, "manage.py", "shell", "-v0", "-c", STORY]
    run = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert not list(folder.rglob("*.jp*g")), "a file was kept on this machine"
    return json.loads(run.stdout.splitlines()[-1])


def status_without_a_key(url):
    try:
        return urllib.request.urlopen(url).status
    except HTTPError as error:
        return error.code


def test_the_environment_alone_moves_files_to_the_bucket(told, bucket):
    assert told["backends"] == ["S3Storage", "S3Storage"]
    names = [item["Key"] for item in bucket.list_objects_v2(Bucket="northlight")["Contents"]]
    assert f"originals/{told['original']}" in names
    assert told["final"].removeprefix("/") in names


def test_readers_get_renditions_before_and_after_the_task(told):
    assert told["before the task"] == told["after the task"] == 200
    assert told["made"] > 30


def test_originals_are_private_and_renditions_come_through_the_site_alone(told, server):
    for name in (f"originals/{told['original']}", told["final"].removeprefix("/")):
        assert status_without_a_key(f"{server}/northlight/{name}") == 403


def test_old_addresses_lead_to_the_new_file_and_old_files_go(told):
    assert told["old address"] == [301, True]
    assert told["versions"] == 1
    assert told["original is whole"]


def test_the_bucket_serves_nothing_whose_rights_have_ended(told):
    assert told["rights ended"] == 410
