"""`python -m bot.demo_service --port P --data DIR`: serve the demo until SIGTERM or Ctrl-C."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from aiohttp import web

from bot.demo_service.app import make_app
from bot.demo_service.catalogue import read_customers
from bot.demo_service.service import DemoService
from bot.demo_service.storage import Storage
from core.logging import configure_logging, get_logger


def main() -> int:
    """Serve; 2 when the token is missing."""
    arguments = _arguments()
    configure_logging("info", json=False)
    token = os.environ.get("LOYALTY_TOKEN", "")
    if not token:
        print("LOYALTY_TOKEN: set it to the token that callers must send", file=sys.stderr)
        return 2
    _serve(arguments.host, arguments.port, arguments.data, token)
    return 0


def _serve(host: str, port: int, data: Path, token: str) -> None:
    data.mkdir(parents=True, exist_ok=True)
    storage = Storage(data / "demo.sqlite")
    try:
        service = DemoService(customers=read_customers(), storage=storage, codes_log=data / "codes.log")
        get_logger("demo_service").info("demo_service.starting", host=host, port=port, data=str(data))
        # The access log is off: phone numbers stand in the addresses.
        app = make_app(service, token=token)
        web.run_app(app, host=host, port=port, access_log=None, print=None, shutdown_timeout=2)
    finally:
        storage.close()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bot.demo_service", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1)")
    parser.add_argument("--port", type=int, required=True, help="port to listen on")
    parser.add_argument("--data", type=Path, required=True, help="folder for its database and codes.log")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
