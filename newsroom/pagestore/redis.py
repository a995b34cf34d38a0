"""Pages in a Redis server that several machines share. The server bounds its memory itself (maxmemory-policy).

Pages expire and the marks of purges do not, so that a server told to evict only what expires never forgets a purge.
"""

import secrets
import threading
import time
from collections import Counter

import redis

PREFIX = "pages:"
LOOKS_EVERY = 0.05  # seconds for which a process takes the number of the last purge for known
KEPT = 3 * 24 * 3600  # seconds that any page is kept at the most
TIMEOUT = 0.5  # seconds after which a server that says nothing is passed by
BREAK = 2.0  # seconds in which one that failed is not asked again
GUARDED = 10_000  # milliseconds after which the guard of somebody who died is open

# In one step, so that no page is made between the two. A server that forgot everything begins with the time, which is
# later than any number before.
NUMBER = """
if redis.call('EXISTS', KEYS[1]) == 0 then
  local now = redis.call('TIME')
  redis.call('SET', KEYS[1], string.format('%.0f', now[1] * 1000000 + now[2]))
  redis.call('SET', KEYS[2], redis.call('GET', KEYS[1]))
end
"""
LOOK = NUMBER + "return redis.call('MGET', KEYS[1], KEYS[2])"
PURGE = (
    NUMBER
    + """
local number = string.format('%.0f', redis.call('INCR', KEYS[1]))
for place = 3, #KEYS do redis.call('SET', KEYS[place], number) end
return number
"""
)
LET_GO = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end"
LAST, BORN, FIGURES = f"{PREFIX}last", f"{PREFIX}born", f"{PREFIX}figures"


class RedisStore:
    def __init__(self, url):
        self._server = redis.Redis.from_url(url, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT)
        self._look, self._purge, self._let_go = map(self._server.register_script, (LOOK, PURGE, LET_GO))
        self._looking = threading.Lock()
        self._last = self._born = 0
        self._looked_at = self._failed_at = float("-inf")
        self._counted = Counter()

    # -- what was purged

    def number(self):
        if time.monotonic() - self._looked_at > LOOKS_EVERY:
            with self._looking:
                if time.monotonic() - self._looked_at > LOOKS_EVERY:
                    self._ask()
        return self._last

    def _ask(self):
        if time.monotonic() - self._failed_at < BREAK:
            raise redis.ConnectionError("The server has just failed.")
        asked_at = time.monotonic()
        try:
            last, born = self._look(keys=[LAST, BORN])
            counted, self._counted = self._counted, Counter()
            if counted:
                with self._server.pipeline(transaction=False) as pipe:
                    for what, number in counted.items():
                        pipe.hincrby(FIGURES, what, number)
                    pipe.execute()
        except redis.RedisError:
            self._failed_at = time.monotonic()
            raise
        self._last, self._born, self._looked_at = int(last), int(born or 0), asked_at

    def is_right(self, number, keys):
        return number >= self._born and all(purged <= number for purged in self.purged(keys).values())

    def purged(self, keys):
        keys = list(keys)
        found = self._server.mget([f"{PREFIX}key:{key}" for key in keys])
        return {key: max(int(number or 0), self._born) for key, number in zip(keys, found, strict=True)}

    def purge(self, keys):
        self._purge(keys=[LAST, BORN, *(f"{PREFIX}key:{key}" for key in keys)])
        self._looked_at = float("-inf")

    # -- pages

    def read(self, name):
        return self._server.get(f"{PREFIX}page:{name}")

    def write(self, name, content, seconds):
        self._server.set(f"{PREFIX}page:{name}", content, ex=min(seconds, KEPT))

    def guard(self, name):
        key, token = f"{PREFIX}guard:{name}", secrets.token_hex(8)
        if not self._server.set(key, token, nx=True, px=GUARDED):
            return None
        return lambda: self._let_go(keys=[key], args=[token])

    # -- figures

    def count(self, what):
        self._counted[what] += 1

    def figures(self):
        self._looked_at = float("-inf")
        self.number()
        counted = {name.decode(): int(number) for name, number in self._server.hgetall(FIGURES).items()}
        size = self._server.info("memory")["used_memory"]
        zero = dict.fromkeys(("hits", "misses", "stale", "errors"), 0)
        return zero | counted | {"pages": self._server.dbsize(), "bytes": size}
