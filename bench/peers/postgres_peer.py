"""PostgreSQL doing the job of stream.py by upserts: a function for a thousand events a call, in sets,
one transaction each. Commits are in the write-ahead log before they are answered, as durable as ours:
they outlive the process, not a power cut (`fsync` is off)."""
import os
import pathlib
import pwd
import shutil
import subprocess
import time

import stream
from pinned import CLIENT_CORE, Pinned, free_port

CALL_EVENTS = 1_000
PROGRAMS = pathlib.Path("/usr/lib/postgresql/15/bin")
SETTINGS = {"fsync": "off", "full_page_writes": "off", "shared_buffers": "1GB", "max_wal_size": "8GB",
            "autovacuum": "on", "jit": "off", "listen_addresses": "''"}

SCHEMA = """
create table events (v int, id int, type smallint, at bigint, primary key (v, id));
create index on events (v, at desc) include (type);
create table visitors (v int primary key, any_at bigint, cart bigint, buy bigint, is_in int default 0,
                       due bigint) with (fillfactor = 60);
create index on visitors (due);
create table members (audience smallint, v int, primary key (audience, v));

create function take(now bigint, vs int[], ids int[], types smallint[], ats bigint[]) returns int as $$
declare
  fresh_count int;
  touched int[];
begin
  with fresh as (
    insert into events select * from unnest(vs, ids, types, ats) on conflict do nothing
    returning v, type, at
  ), newest as (
    select v, max(at) as any_at, coalesce(max(at) filter (where type = 2), 0) as cart,
           coalesce(max(at) filter (where type = 3), 0) as buy
    from fresh group by v
  ), kept as (
    insert into visitors as old (v, any_at, cart, buy) select * from newest
    on conflict (v) do update set any_at = greatest(old.any_at, excluded.any_at),
      cart = greatest(old.cart, excluded.cart), buy = greatest(old.buy, excluded.buy)
    returning v
  )
  select (select count(*) from fresh), array(select v from kept) into fresh_count, touched;

  with who as (
    select unnest(touched) as v union select v from visitors where due <= now
  ), known as (
    select v, any_at, cart, buy, is_in,
      coalesce((select at from events e where e.v = w.v and type = 1 and at > now - 3600000
                order by at desc offset 2 limit 1), 0) as third,
      coalesce((select at from events e where e.v = w.v and at > now - 10800000
                order by at desc offset 4 limit 1), 0) as fifth
    from who w join visitors using (v)
  ), judged as (
    select v, is_in as was,
      (third > now - 3600000)::int + 2 * (cart > now - 1800000 and buy <= now - 1800000)::int
        + 4 * (fifth > now - 10800000)::int + 8 * (any_at > now - 600000)::int as is_now,
      least(case when third > now - 3600000 then third + 3600000 end,
            case when cart > now - 1800000 then cart + 1800000 end,
            case when buy > now - 1800000 then buy + 1800000 end,
            case when fifth > now - 10800000 then fifth + 10800000 end,
            case when any_at > now - 600000 then any_at + 600000 end) as next_due
    from known
  ), written as (
    update visitors s set is_in = is_now, due = next_due from judged j where s.v = j.v
  ), entered as (
    insert into members select bit, v from judged, generate_series(0, 3) as bit
    where (is_now >> bit) & 1 = 1 and (was >> bit) & 1 = 0 on conflict do nothing
  )
  delete from members m using judged j
  where m.v = j.v and (j.was >> m.audience) & 1 = 1 and (j.is_now >> m.audience) & 1 = 0;
  return coalesce(array_length(vs, 1), 0) - fresh_count;
end $$ language plpgsql;
"""


class Postgres(Pinned):
    name = "postgres"

    def __init__(self):
        super().__init__()
        self.port = free_port()
        self.user = "postgres" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
        if os.getuid() == 0:  # it refuses to run as root
            shutil.chown(self.folder, self.user, self.user)

    def as_user(self, *words):
        return ["setpriv", f"--reuid={self.user}", f"--regid={self.user}", "--init-groups", *words] \
            if os.getuid() == 0 else list(words)

    def command(self):
        data = self.folder / "data"
        subprocess.run(self.as_user(PROGRAMS / "initdb", "-D", data, "-A", "trust", "-U", "bench"),
                       check=True, stdout=subprocess.DEVNULL)
        options = [f"-c{name}={value.strip(chr(39))}" for name, value in SETTINGS.items()]
        return self.as_user(PROGRAMS / "postgres", "-D", data, "-k", self.folder, "-p",
                            str(self.port), *options)

    def psql(self, *words, **more):
        return subprocess.run([PROGRAMS / "psql", "-h", self.folder, "-p", str(self.port), "-U",
                               "bench", "-d", "postgres", "-qAtX", "-v", "ON_ERROR_STOP=1", *words],
                              capture_output=True, text=True, check=True, **more).stdout

    def answers(self):
        try:
            return self.psql("-c", "select 1").strip() == "1"
        except subprocess.CalledProcessError:
            return False

    @staticmethod
    def prepare(events):
        def array(values):
            return "'{" + ",".join(map(str, values)) + "}'"
        lines = []
        for chunk in stream.chunks(events, CALL_EVENTS):
            lines.append(f"select take({max(e.at for e in chunk)}, {array(e.visitor for e in chunk)}, "
                         f"{array(e.id for e in chunk)}, {array(e.type for e in chunk)}, "
                         f"{array(e.at for e in chunk)});")
        return "\n".join(lines)

    def run(self, script):
        self.psql("-c", SCHEMA)
        began = time.monotonic()
        out = self.psql("-f", "-", input=script,
                        preexec_fn=lambda: os.sched_setaffinity(0, {CLIENT_CORE}))
        return time.monotonic() - began, sum(map(int, out.split()))

    def finish(self, now):
        self.psql("-c", f"select take({now}, '{{}}', '{{}}', '{{}}', '{{}}')")

    def members(self, audience):
        number = list(stream.AUDIENCES).index(audience)
        return set(map(int, self.psql("-c", f"select v from members where audience = {number}").split()))
