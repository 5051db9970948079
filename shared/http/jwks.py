"""Keys of an OIDC issuer (RFC 7517), fetched at start and kept fresh."""

import asyncio
import json

import aiohttp
import structlog
from joserfc.jwk import KeySet

from shared.auth import Tokens
from shared.errors import Retry

FETCH_SECONDS = 10.0
REFRESH_SECONDS = 600.0
DOCUMENT_BYTES_MAX = 1_048_576

log = structlog.get_logger()


async def fetch_keys(url: str) -> KeySet:
    """The issuer's public keys. Raises `Retry` when the document cannot be had."""
    timeout = aiohttp.ClientTimeout(total=FETCH_SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(url, allow_redirects=False) as response,
        ):
            response.raise_for_status()
            body = await response.content.read(DOCUMENT_BYTES_MAX)
        return KeySet.import_key_set(json.loads(body))
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        raise Retry(f"the issuer's keys at {url} cannot be had: {error!r}") from error


async def keep_fresh(tokens: Tokens, url: str) -> None:
    """Replace the keys now and then; an issuer that is away leaves the old ones in force."""
    while True:
        await asyncio.sleep(REFRESH_SECONDS)
        try:
            tokens.replace_keys(await fetch_keys(url))
        except Retry as error:
            log.warning("keys not refreshed", error=str(error))
