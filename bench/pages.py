"""How fast pages are: `make bench-pages` prints it, with nginx and a WSGI function that does nothing in the same run.

Needs Debian's `wrk` and `nginx-light`. Everything listens on 127.0.0.1. Figures are the medians of three runs; only the
ratios within one run mean something on another machine.
"""

import argparse
import json
import os
import platform
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SECONDS, RUNS = 2, 3
CONNECTIONS = (1, 16)

NGINX = """
worker_processes {workers};
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
events {{ worker_connections 256; }}
http {{
  access_log off;
  sendfile on;
  open_file_cache max=100;
  types {{ text/html html; }}
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  server {{
    listen 127.0.0.1:{port};
    root {folder}/static;
    add_header Content-Encoding br;
    add_header Vary Accept-Encoding;
    add_header Cache-Control "public, max-age=0, must-revalidate";
  }}
}}
"""
NOTHING = """
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "2")])
    return [b"ok"]
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=5000)
    parser.add_argument("--comments", type=int, default=10_000)
    options = parser.parse_args()
    for program in ("wrk", "nginx"):
        if shutil.which(program) is None:
            sys.exit(f"{program} is missing: apt-get install wrk nginx-light")
    with tempfile.TemporaryDirectory() as folder:
        run(Path(folder), options)


def run(folder, options):
    environment = os.environ | {"DATA_DIR": str(folder / "data"), "LOG_LEVEL": "ERROR"}
    manage(environment, "migrate", "--verbosity", "0")
    manage(environment, "collectstatic", "--no-input", "--verbosity", "0")
    manage(environment, "generate", "--articles", str(options.articles), "--comments", str(options.comments))
    workers = os.cpu_count() or 1
    (folder / "nothing.py").write_text(NOTHING)
    servers = [serve("newsroom.wsgi:application", environment, ROOT, workers)]
    servers.append(serve("nothing:application", environment, folder, workers))
    servers.append(serve("newsroom.wsgi:application", environment | {"PAGE_STORE": "off"}, ROOT, workers))
    try:
        measure(folder, servers, workers, options)
    finally:
        for process, _ in servers:
            process.send_signal(signal.SIGTERM)
        for process, _ in servers:
            process.wait(20)


def measure(folder, servers, workers, options):
    (_, kept), (_, nothing), (_, rendered) = servers
    print(f"{options.articles:,} articles, {workers} cores, {platform.machine()}, Python {platform.python_version()},")
    print(f"{RUNS} runs of {SECONDS} s each, requests/s at {' and '.join(map(str, CONNECTIONS))} connections, brotli")
    print(f"{'':44} {'1':>9} {'16':>9}   p50, p99 at 16   share of nginx at 16")
    paths = addresses(kept)
    (folder / "static").mkdir()
    sizes = {}
    for name, path in paths.items():
        body = fetch(kept, path)
        sizes[name] = len(body)
        (folder / "static" / f"{name}.html").write_bytes(body)
    nginx_port = free_port()
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=nginx_port, workers=workers))
    nginx = subprocess.Popen(["nginx", "-e", folder / "nginx.log", "-c", folder / "nginx.conf"])  # noqa: S603, S607
    try:
        wait_for(nginx_port)
        line("a WSGI function that does nothing", [load(nothing, "/", count) for count in CONNECTIONS])
        for name, path in paths.items():
            static = [load(nginx_port, f"/{name}.html", count) for count in CONNECTIONS]
            line(f"{name}, {sizes[name]:,} bytes: nginx, a static file", static)
            found = [load(kept, path, count) for count in CONNECTIONS]
            line(f"{name}: kept", found, found[-1][0] / static[-1][0])
            line(f"{name}: rendered", [load(rendered, path, count) for count in CONNECTIONS])
    finally:
        nginx.send_signal(signal.SIGQUIT)
        nginx.wait(20)
    figures = json.loads(fetch(kept, "/health/", accept="identity"))["pages"]
    print(f"The store answered {figures['hits']:,} times and had {figures['misses']:,} pages made.")


def line(name, found, share=None):
    last = found[-1]
    print(
        f"{name:44} {found[0][0]:>9,.0f} {last[0]:>9,.0f}   {last[1]:>6.2f}, {last[2]:>6.2f} ms"
        + (f"   {share:.2f}" if share else ""),
        flush=True,
    )


def load(port, path, connections):
    """Return requests a second, and the milliseconds within which half of them and 99 of 100 are answered."""
    runs = []
    for _ in range(RUNS):
        said = subprocess.run(  # noqa: S603
            ["wrk", "-t1", f"-c{connections}", f"-d{SECONDS}s", "--latency", "-H", "Accept-Encoding: br",  # noqa: S607
             f"http://127.0.0.1:{port}{path}"],
            capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
        if "Non-2xx" in said:
            sys.exit(f"{path} was not answered well:\n{said}")
        runs.append([float(re.search(r"Requests/sec:\s*([\d.]+)", said)[1]), within(said, 50), within(said, 99)])
    return [statistics.median(values) for values in zip(*runs, strict=True)]


def within(said, per_cent):
    number, unit = re.search(rf"\s{per_cent}%\s+([\d.]+)(us|ms|s)", said).groups()
    return float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


def addresses(port):
    front = fetch(port, "/", accept="identity").decode()
    section = re.search(r'href="(/section/[^"/]+/)"', front)[1]
    article = re.search(r'href="(/\d{4}/\d\d/\d\d/[^"/]+/)"', front)[1]
    return {"home": "/", "section": section, "article": article, "feed": "/feed/rss/"}


def fetch(port, path, accept="br"):
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Accept-Encoding": accept})  # noqa: S310
    with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310
        return response.read()


def manage(environment, *words):
    subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, env=environment, check=True)  # noqa: S603


def serve(application, environment, folder, workers):
    port = free_port()
    command = [
        sys.executable, "-m", "granian", application, "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
        "--workers", str(workers), "--blocking-threads", "4", "--log-level", "error",
    ]  # fmt: skip
    process = subprocess.Popen(command, cwd=folder, env=environment)  # noqa: S603
    wait_for(port)
    return process, port


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port):
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    sys.exit("A server did not start.")


if __name__ == "__main__":
    main()
