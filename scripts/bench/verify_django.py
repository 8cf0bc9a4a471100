"""The usual way to answer a look-up, as the `verify` benchmark's peer: Django and its REST framework, a row per code.

It does the same job: the code's row with its batch, item and enterprise, the signature checked, earlier checks counted,
this one stored, an answer of the same facts. It is called as plain WSGI inside the same server, without threads,
sessions or authentication, which is the least that Django can cost. Locked in requirements-bench.txt and never
installed by the set-up; see `is_installed`.
"""

import hmac
import io
import os
from collections.abc import Callable, Iterable
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from starlette.types import Scope

from gimark.codes.uri import Malformed, parse_path_and_query, parse_uri
from gimark.keys.keyset import KeySet

PREFIX = "/django"
Respond = Callable[[Scope], bytes]


def is_installed() -> bool:
    """Whether both packages can be imported."""
    return find_spec("django") is not None and find_spec("rest_framework") is not None


def peer(folder: Path, uris: Iterable[str], keyset: KeySet) -> Respond:
    """Set Django up on a SQLite file of its own holding `uris`; what answers a request below PREFIX."""
    import django
    from django.conf import settings
    from django.core.wsgi import get_wsgi_application

    # The view is called on the event loop's thread, on purpose: a hop to another thread would only cost more.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    settings.configure(
        SECRET_KEY=os.urandom(32).hex(),
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF=__name__,
        USE_TZ=True,
        MIDDLEWARE=["django.middleware.security.SecurityMiddleware", "django.middleware.common.CommonMiddleware"],
        INSTALLED_APPS=["rest_framework"],
        REST_FRAMEWORK={
            "DEFAULT_AUTHENTICATION_CLASSES": [],
            "DEFAULT_PERMISSION_CLASSES": [],
            "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
            "UNAUTHENTICATED_USER": None,
        },
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": folder / "django.db",
                "CONN_MAX_AGE": None,
                "OPTIONS": {"init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL"},
            }
        },
    )
    django.setup()
    _declare(uris, keyset)
    application = get_wsgi_application()

    def respond(scope: Scope) -> bytes:
        return b"".join(application(_environ(scope), lambda _status, _headers: None))

    return respond


urlpatterns: list[Any] = []


def _declare(uris: Iterable[str], keyset: KeySet) -> None:
    """Models with their rows, and the view that reads them; in functions, because they need Django's settings."""
    from django.urls import re_path

    models = _models()
    _fill(models, uris)
    pattern = rf"^{PREFIX.strip('/')}/01/(?P<gtin>\d{{14}})/10/(?P<lot>[^/]+)/21/(?P<serial>[^/]+)$"
    urlpatterns.append(re_path(pattern, _view(models, keyset)))


def _models() -> dict[str, Any]:
    """The models by name; a code leads to its batch, item and enterprise."""
    from django.db import models

    class Enterprise(models.Model):
        name = models.CharField(max_length=100)
        uscc = models.CharField(max_length=18, unique=True)
        address = models.CharField(max_length=200)

        class Meta:
            app_label = "peer"

    class Item(models.Model):
        enterprise = models.ForeignKey(Enterprise, models.PROTECT)
        gtin = models.CharField(max_length=14, unique=True)
        name = models.CharField(max_length=100)
        net_g = models.BigIntegerField()

        class Meta:
            app_label = "peer"

    class Batch(models.Model):
        item = models.ForeignKey(Item, models.PROTECT)
        lot = models.CharField(max_length=20)
        packed_on = models.DateField()
        is_recalled = models.BooleanField(default=False)

        class Meta:
            app_label = "peer"

    class Code(models.Model):
        serial = models.CharField(max_length=13, unique=True)
        batch = models.ForeignKey(Batch, models.PROTECT)
        state = models.CharField(max_length=10)

        class Meta:
            app_label = "peer"

    class Scan(models.Model):
        code = models.ForeignKey(Code, models.PROTECT, related_name="scans")
        at = models.DateTimeField()
        device = models.BinaryField(max_length=8)
        province = models.CharField(max_length=2, null=True)

        class Meta:
            app_label = "peer"

    return {model.__name__: model for model in (Enterprise, Item, Batch, Code, Scan)}


def _fill(models: dict[str, Any], uris: Iterable[str]) -> None:
    """Make the tables, and a row for each code, all of one batch."""
    from django.db import connection
    from django.utils import timezone

    with connection.schema_editor() as schema:
        for model in models.values():
            schema.create_model(model)
    codes = [found.code for found in map(parse_uri, uris) if not isinstance(found, Malformed)]
    name, uscc = "云溪县松雾菌业专业合作社", "93000952MA0YXT007Q"
    enterprise = models["Enterprise"].objects.create(name=name, uscc=uscc, address="松坞镇")
    item = models["Item"].objects.create(enterprise=enterprise, gtin=codes[0].gtin, name="云溪香菇", net_g=100)
    batch = models["Batch"].objects.create(item=item, lot=codes[0].lot, packed_on=timezone.now().date())
    rows = (models["Code"](serial=code.serial, batch=batch, state="active") for code in codes)
    models["Code"].objects.bulk_create(rows, batch_size=1_000)


def _view(models: dict[str, Any], keyset: KeySet) -> Any:
    """What answers a look-up: the row, the signature, the earlier checks, this one kept, the facts told."""
    from django.db.models import Count, Min
    from django.utils import timezone
    from rest_framework.response import Response
    from rest_framework.views import APIView

    code, scan, answer = models["Code"], models["Scan"], _answer()
    is_signed = _signature_check(keyset)
    tag_key = os.urandom(32)

    class LookUp(APIView):
        def get(self, request: Any, gtin: str, lot: str, serial: str) -> Response:
            found = code.objects.select_related("batch__item__enterprise").filter(serial=serial).first()
            path = request.path.removeprefix(PREFIX)
            if found is None or (found.batch.item.gtin, found.batch.lot) != (gtin, lot):
                return Response({"verdict": "red", "reason": "not_issued"})
            if not is_signed(path, request.META["QUERY_STRING"]):
                return Response({"verdict": "red", "reason": "bad_signature"})
            earlier = found.scans.aggregate(checks=Count("id"), first_at=Min("at"))
            who = request.META["REMOTE_ADDR"] + request.META.get("HTTP_USER_AGENT", "")
            device = hmac.digest(tag_key, who.encode(), sha256)[:8]
            scan.objects.create(code=found, at=timezone.now(), device=device)
            verdict = "red" if found.batch.is_recalled or found.state != "active" else "green"
            return Response(answer({"verdict": verdict, "code": found, **earlier}).data)

    return LookUp.as_view()


def _answer() -> Any:
    """The serializer of what is told."""
    from rest_framework import serializers

    class AnswerSerializer(serializers.Serializer):
        verdict = serializers.CharField()
        serial = serializers.CharField(source="code.serial")
        gtin = serializers.CharField(source="code.batch.item.gtin")
        item = serializers.CharField(source="code.batch.item.name")
        net_g = serializers.IntegerField(source="code.batch.item.net_g")
        lot = serializers.CharField(source="code.batch.lot")
        packed_on = serializers.DateField(source="code.batch.packed_on")
        enterprise = serializers.CharField(source="code.batch.item.enterprise.name")
        uscc = serializers.CharField(source="code.batch.item.enterprise.uscc")
        checks = serializers.IntegerField()
        first_at = serializers.DateTimeField()

    return AnswerSerializer


def _signature_check(keyset: KeySet) -> Callable[[str, str], bool]:
    """Whether the path and query of a code are signed by a key of the key set."""
    keys = {key.kid: Ed25519PublicKey.from_public_bytes(key.public) for key in keyset.keys}

    def is_signed(raw_path: str, query: str) -> bool:
        read = parse_path_and_query(raw_path.encode(), query.encode())
        if isinstance(read, Malformed) or read.token is None or read.token.kid not in keys:
            return False
        try:
            keys[read.token.kid].verify(read.token.signature, read.message(keyset.origin, read.token.kid))
        except InvalidSignature:
            return False
        return True

    return is_signed


def _environ(scope: Scope) -> dict[str, Any]:
    """The request as WSGI (PEP 3333) has it."""
    headers = {f"HTTP_{name.decode().upper().replace('-', '_')}": value.decode() for name, value in scope["headers"]}
    return {
        **headers,
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": scope["path"],
        "QUERY_STRING": scope["query_string"].decode(),
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": scope["client"][0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
