"""Storage that speaks S3: moto's server, which judges each request's signature by botocore's own arithmetic."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx

from tests.support.waiting import DIES_WITH_US, free_port, listening, wait_until

REGION = "ap-southeast-3"
_ALL_OF_S3 = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
_NOBODY = f"AWS4-HMAC-SHA256 Credential=nobody/20260101/{REGION}/iam/aws4_request, SignedHeaders=host, Signature=0"


@dataclass(frozen=True, slots=True)
class Bucket:
    """One bucket, and the only key that opens it."""

    port: int
    name: str
    key_id: str
    secret: str

    @property
    def environment(self) -> dict[str, str]:
        """What an administrator sets for the server's process."""
        return {
            "AWS_ENDPOINT": f"http://127.0.0.1:{self.port}",
            "AWS_ALLOW_HTTP": "true",
            "AWS_REGION": REGION,
            "AWS_ACCESS_KEY_ID": self.key_id,
            "AWS_SECRET_ACCESS_KEY": self.secret,
        }


@contextmanager
def bucket(name: str = "berkas") -> Iterator[Bucket]:
    """A server of the test's own; from here on it refuses whatever is not signed with the bucket's key."""
    port = free_port()
    running = subprocess.Popen(
        [*DIES_WITH_US, sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"AWS_DEFAULT_REGION": REGION},
        start_new_session=True,
    )
    try:
        wait_until(lambda: running.poll() is not None or listening(port), "the S3 server listens", 60)
        assert running.poll() is None, "moto is missing; `make test` installs it."
        with httpx.Client(base_url=f"http://127.0.0.1:{port}") as http:
            yield _opened(http, port, name)
    finally:
        running.kill()
        running.wait()


def _opened(http: httpx.Client, port: int, name: str) -> Bucket:
    _identity(http, Action="CreateUser", UserName="omnix")
    policy = json.dumps(_ALL_OF_S3)
    _identity(http, Action="PutUserPolicy", UserName="omnix", PolicyName="files", PolicyDocument=policy)
    made = _identity(http, Action="CreateAccessKey", UserName="omnix")
    place = f"<CreateBucketConfiguration><LocationConstraint>{REGION}</LocationConstraint></CreateBucketConfiguration>"
    http.put(f"/{name}", content=place, headers={"Authorization": _NOBODY.replace("/iam/", "/s3/")}).raise_for_status()
    http.post("/moto-api/reset-auth", content=b"0").raise_for_status()  # zero more requests without a signature
    return Bucket(port, name, _value(made, "AccessKeyId"), _value(made, "SecretAccessKey"))


def _identity(http: httpx.Client, **fields: str) -> str:
    answer = http.post("/", data={"Version": "2010-05-08"} | fields, headers={"Authorization": _NOBODY})
    answer.raise_for_status()
    return answer.text


def _value(answer: str, name: str) -> str:
    found = re.search(f"<{name}>([^<]+)<", answer)
    assert found, answer
    return found[1]
