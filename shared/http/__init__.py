"""The aiohttp kit: tables of routes become endpoints, errors become problem documents."""
