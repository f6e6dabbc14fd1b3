"""Nobody gets past the door without the role that a route wants, and nothing that is sent breaks the server."""

from __future__ import annotations

import itertools
import json
import logging
import os
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
import requests

from setwright.lake.lake import Lake
from setwright.model.errors import LakeError, UsageError
from setwright.remotes.lake_server.wire import ROOT
from setwright.server.api.application import lake_api
from setwright.server.api.routes import ROLE
from setwright.server.keys import Keyring, Role
from setwright.server.signing import Signer
from tests.lake.lakes import ingest, write
from tests.server.serving import Serving, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# What each route wants; a route that is missing here has been forgotten.
OPEN = {"/health", "/files/{token}", "/parts/{token}"}
WANTS = {
    "/datalake/api/client/query/getSelectionId": Role.PLAN,
    "/dataset/api/client/dataset/create": Role.APPLY,
    "/dataset/api/client/dataset/updateNewVersion": Role.APPLY,
    "/dataset/api/client/dataset/updateExistingVersion": Role.APPLY,
    "/dataset/api/client/dataset/deleteVersion": Role.ADMIN,
    "/datalake/api/client/system/labels/create": Role.APPLY,
    "/datalake/api/client/label_groups/create": Role.APPLY,
    "/datalake/api/client/label_groups/{id}/addLabels": Role.APPLY,
    "/datalake/api/client/label_groups/{id}/removeLabels": Role.APPLY,
    "/studio/api/client/projects/initial/create": Role.APPLY,
    "/studio/api/client/project/{id}/update": Role.APPLY,
    "/studio/api/client/project/{id}/delete": Role.APPLY,
    "/datalake/api/client/uploadMetadataInCollection": Role.APPLY,
    "/datalake/api/client/fileUpload/initializeMultipartUpload": Role.APPLY,
    "/datalake/api/client/fileUpload/getMultipartPreSignedUrls": Role.APPLY,
    "/datalake/api/client/fileUpload/finalizeMultipartUpload": Role.APPLY,
    "/datalake/api/client/collectionUploadingStatus/{id}/complete": Role.APPLY,
    "/datalake/api/client/collection/getuploadProgress": Role.APPLY,
    "/datalake/api/metadata/operationdata/{operation}/update": Role.APPLY,
    "/datalake/api/client/metadata/validateTags": Role.APPLY,
    "/datalake/api/client/metadata/validateMetaFields": Role.APPLY,
    "/datalake/api/client/metadata/uploadMetadataByJson": Role.APPLY,
    "/datalake/api/client/metadata/uploadMetadataByMetaObject": Role.APPLY,
}

# Of the lake's own API, by method as well: what is read at a path may be written there.
WANTS_API = {
    ("POST", "/memberships"): Role.PLAN,
    ("PUT", "/state"): Role.APPLY,
    ("POST", "/leases/take"): Role.APPLY,
    ("POST", "/leases/renew"): Role.APPLY,
    ("POST", "/leases/release"): Role.APPLY,
    ("PUT", "/manifests/{digest}"): Role.APPLY,
    ("POST", "/publications"): Role.APPLY,
    ("POST", "/amendments"): Role.APPLY,
    ("POST", "/deletions"): Role.ADMIN,
}


class Client:
    """A server that runs, and how to ask it."""

    def __init__(self, running: Serving) -> None:
        self.service = running.service
        self.app = running.app
        self.keys = running.keys
        self._url = running.url
        self._session = requests.Session()

    def ask(self, method: str, path: str, **said: Any) -> requests.Response:
        if said.get("auth") is None:
            said["auth"] = lambda request: request  # nothing of a netrc
        return self._session.request(method, self._url + path, allow_redirects=False, timeout=20, **said)

    def close(self) -> None:
        self._session.close()


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    with Lake.create(tmp_path / "lake") as lake:
        ingest(lake, write(tmp_path / "party", {"a.png": ["Balloon"]}), "party")
    with serving(tmp_path / "lake") as running:
        made = Client(running)
        yield made
        made.close()


def operations(described: dict[str, Any]) -> list[tuple[str, str]]:
    """Method and path of all operations of an OpenAPI."""
    return [(method.upper(), path) for path, known in described["paths"].items() for method in known]


def bearers(client: Client) -> dict[str, tuple[tuple[str, str] | None, Role | None]]:
    """Who may come, by what they are called: their credentials, and their role if these are good."""
    name, secret = client.keys[Role.ADMIN]
    return {
        "none": (None, None),
        "empty": (("", ""), None),
        "wrong secret": ((name, secret[:-1]), None),
        "wrong name": (("key_0", secret), None),
        **{role.word: (client.keys[role], role) for role in Role},
    }


def test_every_route_wants_the_role_that_it_should(client: Client) -> None:
    cases = 0
    routes = operations(client.app.openapi())
    for (method, path), (pair, role) in itertools.product(routes, bearers(client).values()):
        answer = client.ask(method, path.replace("{", "").replace("}", ""), auth=pair, json={})
        cases += 1
        if path in OPEN:
            assert answer.status_code != 401
            continue
        wanted = WANTS.get(path, Role.READ)
        if role is None:
            assert answer.status_code == 401, path
        elif role < wanted:
            assert answer.status_code == 406 and "is needed" in answer.json()["error"]["message"], path
        else:
            told = answer.json()["error"]["message"] if "error" in answer.text else ""
            assert answer.status_code != 401 and "is needed" not in told, (path, answer.text)
    assert set(WANTS) | OPEN <= {path for _, path in routes}
    assert cases >= 200


def test_every_route_of_the_lakes_own_api_wants_the_role_that_it_should_and_says_so(client: Client) -> None:
    described = lake_api(None).openapi()
    routes = operations(described)
    for (method, path), (pair, role) in itertools.product(routes, bearers(client).values()):
        answer = client.ask(method, ROOT + path.replace("{", "").replace("}", ""), auth=pair, json={})
        wanted = WANTS_API.get((method, path), Role.READ)
        assert described["paths"][path][method.lower()][ROLE] == wanted.word
        if role is None:
            assert answer.status_code == 401 and answer.headers["www-authenticate"].startswith("Basic "), path
        elif role < wanted:
            assert answer.status_code == 403 and "is needed" in answer.json()["detail"], path
        else:
            assert answer.status_code not in (401, 403, 500), (path, answer.text)
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == "application/problem+json"
    assert set(WANTS_API) <= set(routes)
    assert client.ask("GET", f"{ROOT}/openapi.json").json() == described


def test_a_key_that_is_revoked_lets_nobody_in_any_more(client: Client) -> None:
    pair = client.keys[Role.READ]
    assert client.ask("GET", "/datalake/api/client/labels/list", auth=pair).status_code == 200
    Keyring(client.service.lake.folder).revoke(pair[0])  # as another process does
    assert client.ask("GET", "/datalake/api/client/labels/list", auth=pair).status_code == 401


def test_secrets_are_not_kept(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    path = client.service.lake.folder / "keys.json"
    assert path.stat().st_mode & 0o777 == 0o600
    text = path.read_text()
    assert all(name in text and secret not in text for name, secret in client.keys.values())
    with caplog.at_level(logging.INFO, logger="setwright.server"):
        client.ask("GET", "/datalake/api/client/labels/list", auth=client.keys[Role.READ])
        client.ask("GET", f"/files/{client.service.signer.token({'picture': 'x'})}")
        # A line is written once its answer has gone out, which its reader may be faster than.
        until = time.monotonic() + 10
        while sum("access" in record.name for record in caplog.records) < 2 and time.monotonic() < until:
            time.sleep(0.01)
    lines = [json.loads(record.getMessage()) for record in caplog.records if "access" in record.name]
    assert [line["path"] for line in lines] == ["/datalake/api/client/labels/list", "/files/***"]
    assert client.keys[Role.READ][1] not in caplog.text


def test_a_damaged_file_of_keys_lets_nobody_in(tmp_path: Path) -> None:
    keys = Keyring(tmp_path)
    key, secret = keys.create(Role.READ, "", datetime.now(UTC))
    (tmp_path / "keys.json").write_text("{")
    with pytest.raises(LakeError, match="damaged"):
        keys.role_of(key.name, secret)
    with pytest.raises(UsageError, match="no key"):
        Keyring(tmp_path / "elsewhere").revoke("key_1")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="root alone can give files away")
def test_keys_that_root_makes_belong_to_the_lake_s_owner(tmp_path: Path) -> None:
    os.chown(tmp_path, 65534, 65534)
    Keyring(tmp_path).create(Role.READ, "", datetime.now(UTC))
    found = (tmp_path / "keys.json").stat()
    assert (found.st_uid, found.st_gid, found.st_mode & 0o777) == (65534, 65534, 0o600)


def test_a_url_is_good_for_a_while_and_for_what_it_says_alone() -> None:
    now = [1000.0]
    signer = Signer(b"secret", clock=lambda: now[0])
    token = signer.token({"picture": "abc"}, life=10)
    claims = signer.claims(token)
    assert claims is not None and claims["picture"] == "abc"
    for place in range(len(token)):
        other = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        if signer.claims(other) is not None:
            # The last letter of base64 has bits that say nothing.
            assert signer.claims(other) == claims
    assert Signer(b"other", clock=lambda: now[0]).claims(token) is None
    now[0] = 1011.0
    assert signer.claims(token) is None
    assert signer.claims("") is None and signer.claims("ü.ü") is None


@pytest.mark.parametrize(
    ("method", "path", "content", "status"),
    [
        ("GET", "//datalake/api/client/labels/list", b"{}", 200),
        ("GET", "/datalake/api/client/labels/list/", b"{}", 200),
        ("GET", "/api/client/labels/list", b"{}", 200),  # as the SDK's beta has it
        ("GET", "/datalake/api/client/nothing", b"", 404),
        ("POST", "/datalake/api/client/explorer/objects/list", b"{", 406),
        ("POST", "/datalake/api/client/explorer/objects/list", b'{"pageSize": 0}', 406),
        ("POST", "/datalake/api/client/explorer/objects/list", b'{"pageSize": 100000}', 406),
        ("POST", "/datalake/api/client/explorer/objects/list", b'{"query": "' + b"a" * 9000 + b'"}', 406),
        (
            "POST",
            "/datalake/api/client/explorer/objects/list",
            b'{"filterData": {"annotationTypes": [7]}}',
            406,
        ),
        (
            "POST",
            "/datalake/api/client/explorer/objects/list",
            b'{"filterData": {"date": {"toDate": "x"}}}',
            406,
        ),
        ("POST", "/datalake/api/client/explorer/objects/list", b'{"contentType": 1}', 406),
        ("POST", "/datalake/api/client/explorer/objects/list", b'{"query": "a=b=c"}', 406),
        ("POST", "/datalake/api/client/explorer/objects/list", b'"' + b"x" * 2**25 + b'"', 413),
    ],
)
def test_a_request_is_answered_in_the_form_that_the_sdk_reads(
    client: Client, method: str, path: str, content: bytes, status: int
) -> None:
    headers = {"Content-Type": "application/json"}
    answer = client.ask(method, path, data=content, headers=headers, auth=client.keys[Role.READ])
    assert answer.status_code == status, answer.text
    assert answer.headers["cache-control"] == "no-store"
    if status != 200:
        told = answer.json()["error"]
        assert told["statusCode"] == status and told["message"] and told["name"].endswith("Error")


@pytest.mark.parametrize("name", ["../x.png", "/etc/passwd", "a\\b.png", "a/../../b.png", "con", "a\x00b"])
def test_no_uploaded_file_leaves_its_folder(client: Client, name: str, tmp_path: Path) -> None:
    auth = client.keys[Role.APPLY]

    def post(path: str, body: Any) -> Any:
        return client.ask("POST", f"/datalake/api/client/{path}", json=body, auth=auth)

    started = post("uploadMetadataInCollection", {"collectionName": "new", "metaDataObject": {}}).json()
    file = post(
        "fileUpload/initializeMultipartUpload", {"fileName": name, "uploadId": started["uploadId"]}
    ).json()
    url = post(
        "fileUpload/getMultipartPreSignedUrls",
        {"fileId": file["fileId"], "fileKey": file["fileKey"], "parts": 1},
    ).json()["parts"][0]["signedUrl"]
    sent = client.ask("PUT", url.removeprefix(client.service.public_url), data=b"x")
    assert sent.status_code == 200 and sent.headers["etag"].startswith('"')
    before = sorted(path for path in tmp_path.rglob("*") if "uploads" not in path.parts)
    finished = post(
        "fileUpload/finalizeMultipartUpload",
        {**file, "uploadId": started["uploadId"], "parts": [{"PartNumber": 1}]},
    )
    assert finished.status_code == 406
    assert sorted(path for path in tmp_path.rglob("*") if "uploads" not in path.parts) == before
