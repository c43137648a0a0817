"""Shows the built book in a browser."""

import webbrowser
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import click


class _QuietHandler(SimpleHTTPRequestHandler):
    """Serves files without a line on stderr for each of them."""

    def log_message(self, format: str, *args: object) -> None:
        pass


def serve(site: Path, port: int = 0, open_browser: bool = True) -> None:
    """Serve the built book in `site` to this machine alone, until Ctrl-C. Port 0 takes a free one."""
    if not (site / "index.html").is_file():
        raise FileNotFoundError(f"There is no book in {site} yet: `make book` builds it.")
    with ThreadingHTTPServer(("127.0.0.1", port), partial(_QuietHandler, directory=str(site))) as server:
        address = f"http://127.0.0.1:{server.server_port}/"
        click.echo(f"The book is at {address} (Ctrl-C ends it)")
        if open_browser:
            webbrowser.open(address)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            click.echo()
