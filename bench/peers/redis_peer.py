"""Redis doing the job of stream.py: a function on the server for many events a call, calls
pipelined. Each write is in the append-only file before it is answered, as durable as ours: it
outlives the process, not a power cut."""
import socket
import subprocess

import stream
from pinned import Pinned, Window, free_port

CALL_EVENTS = 32
CHUNK_CALLS = 8  # 256 events, as a body of ours
IN_FLIGHT = 4

SCRIPT = """
local HOUR, MINUTE = 3600000, 60000
local NAMES = {'looking', 'cart_open', 'active', 'here'}

-- Only what changed is written.
local function judge(v, now)
  local r = redis.call('HMGET', 'r:' .. v, 'any', '2', '3', 'm')
  local any, cart, buy, was = tonumber(r[1]), tonumber(r[2] or 0), tonumber(r[3] or 0), tonumber(r[4] or 0)
  local third = tonumber(redis.call('ZREVRANGE', 'w:' .. v, 2, 2, 'WITHSCORES')[2] or 0)
  local fifth = tonumber(redis.call('ZREVRANGE', 'e:' .. v, 4, 4, 'WITHSCORES')[2] or 0)
  local is, due = 0, math.huge
  local function holds(at, window)
    if at <= now - window then return false end
    due = math.min(due, at + window)
    return true
  end
  if holds(third, HOUR) then is = is + 1 end
  local bought = holds(buy, 30 * MINUTE)
  if holds(cart, 30 * MINUTE) and not bought then is = is + 2 end
  if holds(fifth, 3 * HOUR) then is = is + 4 end
  if holds(any, 10 * MINUTE) then is = is + 8 end
  if is ~= was then
    for i = 0, 3 do
      local bit_is, bit_was = math.floor(is / 2 ^ i) % 2, math.floor(was / 2 ^ i) % 2
      if bit_is ~= bit_was then redis.call(bit_is == 1 and 'SADD' or 'SREM', NAMES[i + 1], v) end
    end
    redis.call('HSET', 'r:' .. v, 'm', is)
  end
  if due < math.huge then redis.call('ZADD', 'due', due, v) else redis.call('ZREM', 'due', v) end
end

local now = tonumber(ARGV[1])
local duplicates = 0
for i = 2, #ARGV, 4 do
  local v, id, kind, at = ARGV[i], ARGV[i + 1], ARGV[i + 2], tonumber(ARGV[i + 3])
  if redis.call('SET', 'd:' .. v .. ':' .. id, '', 'NX', 'EX', 86400) then
    redis.call('HSET', 'r:' .. v, 'any', at, kind, at)
    redis.call('ZADD', 'e:' .. v, at, id)
    redis.call('ZREMRANGEBYSCORE', 'e:' .. v, '-inf', at - 3 * HOUR)
    if kind == '1' then
      redis.call('ZADD', 'w:' .. v, at, id)
      redis.call('ZREMRANGEBYSCORE', 'w:' .. v, '-inf', at - HOUR)
    end
    judge(v, at)
  else
    duplicates = duplicates + 1
  end
end
for _, v in ipairs(redis.call('ZRANGEBYSCORE', 'due', '-inf', now)) do judge(v, now) end
return duplicates
"""


def command(*words):
    out = b"*%d\r\n" % len(words)
    for word in words:
        word = str(word).encode()
        out += b"$%d\r\n%s\r\n" % (len(word), word)
    return out


class Redis(Pinned):
    name = "redis"

    def __init__(self):
        super().__init__()
        self.port = free_port()

    def command(self):
        return ["redis-server", "--bind", "127.0.0.1", "--port", str(self.port), "--dir",
                str(self.folder), "--save", "", "--appendonly", "yes", "--appendfsync", "no"]

    def cli(self, *words):
        done = subprocess.run(["redis-cli", "-p", str(self.port), *words], capture_output=True,
                              text=True, check=True)
        return done.stdout.split()

    def answers(self):
        done = subprocess.run(["redis-cli", "-p", str(self.port), "ping"], capture_output=True,
                              text=True, check=False)
        return done.stdout.strip() == "PONG"

    @staticmethod
    def prepare(events):
        requests = []
        for chunk in stream.chunks(events, CALL_EVENTS * CHUNK_CALLS):
            calls = b""
            for call in stream.chunks(chunk, CALL_EVENTS):
                words = [word for e in call for word in (e.visitor, e.id, e.type, e.at)]
                calls += command("EVALSHA", "SHA" * 13 + "S", 0, max(e.at for e in call), *words)
            requests.append((calls, len(stream.chunks(chunk, CALL_EVENTS))))
        return requests

    def run(self, requests):
        sha = self.cli("script", "load", SCRIPT)[0].encode()
        placeholder = b"SHA" * 13 + b"S"
        filled = [calls.replace(placeholder, sha) for calls, _ in requests]
        counts = iter([count for _, count in requests])

        def read(window):
            total = 0
            for _ in range(next(counts)):
                line = window.until(b"\r\n")
                if not line.startswith(b":"):
                    raise RuntimeError(f"Redis answered {line[:200]!r}")
                total += int(line[1:])
            return total

        with socket.create_connection(("127.0.0.1", self.port)) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            seconds, answers = Window(connection, IN_FLIGHT).run(filled, read)
        return seconds, sum(answers)

    def finish(self, now):
        self.cli("eval", SCRIPT, "0", str(now))

    def members(self, audience):
        return {int(visitor) for visitor in self.cli("smembers", audience)}
