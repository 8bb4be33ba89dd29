"""The accounts in a browser: read-only pages under /_sandbox/, drawn on the server, without script or anything from elsewhere."""
