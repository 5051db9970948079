"""Keys of an OIDC issuer (RFC 7517), fetched at start and kept fresh."""

import asyncio
import json

import aiohttp
import structlog
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from shared.auth import Tokens
from shared.errors import Retry

FETCH_SECONDS = 10.0
REFRESH_SECONDS = 600.0
REFRESH_LEAST_SECONDS = 30.0
"""However many tokens name keys that we do not know, the issuer is not asked more often."""
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
            if response.status != 200:  # Keys from wherever a redirect leads are not its keys.
                raise ValueError(f"it answers {response.status}")
            body = bytearray()
            async for chunk in response.content.iter_any():
                body += chunk
                if len(body) > DOCUMENT_BYTES_MAX:
                    raise ValueError(f"more than {DOCUMENT_BYTES_MAX} bytes")
        return KeySet.import_key_set(json.loads(body))
    except (aiohttp.ClientError, TimeoutError, JoseError, ValueError, KeyError, TypeError) as error:
        raise Retry(f"the issuer's keys at {url} cannot be had: {error!r}") from error


async def keep_fresh(tokens: Tokens, url: str) -> None:
    """Replace the keys now and then, and soon when a token names one that we do not have.

    An issuer that is away leaves the old ones in force.
    """
    while True:
        await asyncio.sleep(REFRESH_LEAST_SECONDS)
        try:
            async with asyncio.timeout(REFRESH_SECONDS - REFRESH_LEAST_SECONDS):
                await tokens.unknown_key.wait()
        except TimeoutError:
            log.debug("keys are due for refreshing")
        tokens.unknown_key.clear()
        try:
            tokens.replace_keys(await fetch_keys(url))
        except Retry as error:
            log.warning("keys not refreshed", error=str(error))
