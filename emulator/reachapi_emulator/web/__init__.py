"""HTTP inward: the only room that knows aiohttp.web."""
