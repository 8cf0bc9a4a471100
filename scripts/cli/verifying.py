"""`gimark verify`: a URL, a typed code or a picture, with the server or with a key set alone; or a proof file."""

from datetime import UTC, datetime
from pathlib import Path

from rich.markup import escape

from gimark.clock import local_day, rfc3339
from gimark.codes.offline import OfflineResult, verify_offline
from gimark.codes.serial import read_typed, typed_form
from gimark.codes.uri import Malformed, parse_uri
from gimark.errors import InvalidInputError, invalid, say
from gimark.issuance.verifying import ProofResult, verify_proof
from gimark.keys import keyset as keysets
from gimark.keys import statuslist
from gimark.keys.keyset import KeySet
from gimark.keys.note import VerifierKey
from gimark.keys.statuslist import StatusList
from scripts.cli.failing import on_one_line
from scripts.cli.office import console
from scripts.lookup import look_up

PICTURES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff"})
EXIT_CODES = {"green": 0, "grey": 0, "amber": 2, "red": 3}
PROOF = ".gi-proof"
STYLES = {"green": "green", "grey": "white", "amber": "yellow", "red": "red"}


def verify(code: str, keyset: Path | None, root: str | None, status: Path | None, server: str | None) -> int:
    """Check every code in `code`; 0 green or grey, 2 amber, 3 red (the worst of several).

    Of a proof file: 0 when it holds, 3 when it does not.
    """
    if Path(code).suffix.lower() == PROOF:
        return _say_proof(_read(Path(code), "code"), _root(root))
    codes = _decoded(Path(code)) if Path(code).suffix.lower() in PICTURES else [code]
    if keyset is not None:
        if codes == [code] and (serial := _typed(code)):
            raise _needs_server(serial)
        keys = _keyset(keyset, root)
        listed = statuslist.read_published(_read(status, "status"), keys) if status is not None else None
        return max(_say_offline(text, keys, listed) for text in codes)
    if server is None:
        raise invalid(
            "server",
            "没有说明用哪个网址或密钥公告查验",
            "neither a server nor a key set was given",
            "在线加 --server https://…；离线加 --keyset 文件 --root 根公钥",
            "On line add --server https://…, off line --keyset FILE --root VKEY",
        )
    return max(_say_online(text, server) for text in codes)


def _typed(code: str) -> str | None:
    try:
        return read_typed(code, "code")
    except InvalidInputError:
        return None


def _needs_server(serial: str) -> InvalidInputError:
    return invalid(
        "code",
        f"号码 {typed_form(serial)} 不带签名，离线无从查验",
        f"the typed code {typed_form(serial)} has no signature, so nothing can be told off line",
        "在线查验用 --server https://…；离线请给出二维码里的整个网址",
        "Check it on line with --server https://…, or give the whole URL of the QR code",
    )


def _say_online(code: str, server: str) -> int:
    if "://" in code and isinstance(parse_uri(code), Malformed):
        # The server sees path and query alone; whether the whole is the URI of a code is judged here.
        _say("red", "malformed", code)
        return EXIT_CODES["red"]
    answer = look_up(server, code)
    colour = str(answer["verdict"])
    _say(colour, str(answer.get("reason")), code)
    return EXIT_CODES[colour]


def _say_offline(code: str, keys: KeySet, listed: StatusList | None) -> int:
    result: OfflineResult = verify_offline(code, keys, listed, datetime.now(UTC))
    _say(result.colour, result.reason, code)
    for limit in result.limits:
        console.print(f"  · {limit}", highlight=False)
    return EXIT_CODES[result.colour]


def _say(colour: str, reason: str, code: str) -> None:
    # A code is anybody's text: brackets in it are no colours.
    console.print(f"[{STYLES[colour]}]● {colour}[/]  {reason}  {escape(on_one_line(code))}", highlight=False)


def _say_proof(raw: bytes, root: VerifierKey) -> int:
    try:
        found = verify_proof(raw, root)
    except InvalidInputError as error:
        step, fault = error.extras["step"], error.faults[0]
        console.print(f"[red]✗[/] 证明不成立，第 {step} 步 / the proof fails at step {step}", highlight=False)
        for language in ("zh", "en"):
            console.print(f"  {say(fault, language)}", highlight=False, markup=False, soft_wrap=True)
        return EXIT_CODES["red"]
    console.print("[green]✓[/] 标识由公示账本登记发放 / the code was issued, as the ledger records", highlight=False)
    for name, value in _proven(found):
        console.print(f"  {name}  {value}", highlight=False, markup=False, soft_wrap=True)
    console.print(
        "  · 只证明发放：此后是否激活、作废、被复制，请在线查验\n"
        "  · It proves the issue; whether the code was activated, voided or copied since, the server knows",
        highlight=False,
        soft_wrap=True,
    )
    return EXIT_CODES["green"]


def _proven(found: ProofResult) -> list[tuple[str, str]]:
    """What the file proves, line by line."""
    code, issue, checkpoint = found.code.code, found.issue, found.checkpoint
    issued_on = local_day(datetime.fromisoformat(issue["t"]))
    # Of a sole trader the ledger has a commitment only.
    maker = found.enterprise.get("name", "不公开的个体工商户 / a sole trader, not public")
    revoked = "，已撤销但发放在先 / revoked later" if found.key_is_revoked else ""
    return [
        ("标识 / code", typed_form(code.serial)),
        ("平台 / installation", f"{found.keyset.origin}  {found.code.host}"),
        ("发放 / run", f"{issue['run']}，{issue['count']:,} 枚中序号 {found.index} / index {found.index}  {issued_on}"),
        ("企业 / enterprise", f"{maker} {found.enterprise.get('uscc', '')}".rstrip()),
        ("商品 / item", f"{found.item['name']}  GTIN {issue['gtin']}  {issue['net_g']:,} g"),
        ("批次 / lot", issue["lot"]),
        ("密钥 / key", f"{issue['kid']}{revoked}"),
        (
            "账本 / ledger",
            f"{checkpoint.origin} 第 {found.entry_index:,} 条，快照 {checkpoint.size:,} 条 / entry, size",
        ),
        ("密钥公告 / key set", f"seq {found.keyset.seq}  {rfc3339(found.keyset.published_at)}"),
        ("文件自称制作于 / made at, by its own word", rfc3339(found.made_at)),
    ]


def _keyset(path: Path, root: str | None) -> KeySet:
    return keysets.read_published(_read(path, "keyset"), _root(root))


def _root(root: str | None) -> VerifierKey:
    if root is None:
        raise invalid(
            "root",
            "没有根公钥，密钥公告无从核实",
            "without the root's public key the key set proves nothing",
            "加 --root 根公钥，它印在公告和网站上",
            "Add --root VKEY, as printed in the announcement and on the site",
        )
    return VerifierKey.parse(root)


def _read(path: Path, where: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise invalid(where, f"读不到 {path}", f"{path} cannot be read", "请核对文件", "Check the file") from error


def _decoded(path: Path) -> list[str]:
    import zxingcpp
    from PIL import Image, UnidentifiedImageError

    from labels.reader import QR_CODES

    try:
        with Image.open(path) as picture:
            found = zxingcpp.read_barcodes(picture.convert("L"), formats=QR_CODES)
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise invalid("code", f"打不开图片 {path}", f"{path} is no picture", "请换一张", "Try another") from error
    texts = [barcode.text for barcode in found]
    if not texts:
        raise invalid(
            "code",
            "图片里没有读出二维码",
            "no code could be read in the picture",
            "请拍得更近、更正、更亮些",
            "Take it closer, straighter and in better light",
        )
    return texts
