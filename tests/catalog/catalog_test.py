#!/usr/bin/env python3
"""Catalogues over HTTP and by command: a change is in the next decision, survives kill -9, and gives
way to a configured file only when that file changed. Bad ones change nothing, and say why.

    catalog_test.py [BINARY]
"""
import gzip
import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "support")]

from server import SITE, Server, default_binary  # noqa: E402

FEED = """<?xml version="1.0"?>
<rss xmlns:g="http://base.google.com/ns/1.0"><channel>
<item><g:id>a</g:id><title>From a feed</title><g:price>12.50 EUR</g:price></item>
<item><g:id>b</g:id><g:price>nothing</g:price></item>
</channel></rss>"""


class Test:
    def __init__(self, server):
        self.server = server
        self.faults = []
        self.checks = 0

    def expect(self, what, is_true, got=""):
        self.checks += 1
        if not is_true:
            self.faults.append(f"{what}: {got}")

    def change(self, method, body, content_type="text/csv", query="", **headers):
        if isinstance(body, str):
            body = body.encode()
        return self.server.http.ask(method, "/v1/catalog" + query, body,
                                    {"Content-Type": content_type, **headers})

    def offered(self):
        decision = self.server.http.get("/v1/decide?visitor=nobody&placement=manual&n=50").json()
        return {offer["product"]: offer for offer in decision["offers"]}, decision

    def summary(self):
        return self.server.http.get("/v1/catalog").json()


def changes(test):
    offers, decision = test.offered()
    test.expect("an empty catalogue has a reason",
                decision["nothing_because"] == "the site's catalogue is empty", decision)
    answer = test.change("PUT", "id,price,stock\na,1,5\nb,2,-3\nc,x,1\nd,,\n")
    test.expect("a whole catalogue", answer.status == 200, answer)
    said = answer.json()
    test.expect("its counts", (said["products"], said["rows"], said["faulty_rows"]) == (3, 4, 1),
                said)
    test.expect("its faults have their place",
                said["faults"] == [{"line": 4, "column": 3,
                                    "reason": 'price "x" is not a decimal amount in range'}], said)
    offers, decision = test.offered()
    test.expect("it is in the next decision", sorted(offers) == ["a", "d"], decision)
    test.expect("a product without a price is offered without one", "price" not in offers["d"])
    test.expect("negative stock is none",
                {"product": "b", "guard": "out_of_stock"} in decision["rejected"], decision)
    for n in range(50):
        price = f"{n}.50"
        test.change("POST", json.dumps({"id": "a", "price": price}), "application/x-ndjson")
        offers, _ = test.offered()
        test.expect("each change is in the next decision", offers["a"]["price"] == price, offers)
    answer = test.change("POST", "id,deleted\na,true\nzz,true\n")
    test.expect("one was deleted", answer.json()["deleted"] == 1, answer)
    test.expect("it is offered no more", "a" not in test.offered()[0])


def formats(test):
    answer = test.change("PUT", FEED, "application/xml")
    test.expect("a Google feed", answer.status == 200 and answer.json()["products"] == 1, answer)
    test.expect("with the place of its fault", answer.json()["faults"][0]["line"] == 4, answer)
    test.expect("its title", test.offered()[0]["a"]["title"] == "From a feed")
    packed = gzip.compress(b"id\ttitle\na\tTabs\n")
    answer = test.change("PUT", packed, "text/tab-separated-values", **{"Content-Encoding": "gzip"})
    test.expect("TSV, compressed", answer.status == 200, answer)
    test.expect("its title", test.offered()[0]["a"]["title"] == "Tabs")
    rows = "id,title\n" + "".join(f"p{i},{'x' * 400}\n" for i in range(40_000))
    answer = test.change("PUT", rows)
    test.expect("16 MB at once", answer.status == 200 and answer.json()["products"] == 40_000,
                str(answer)[:200])
    test.change("PUT", "id,title\na,Last\n")


def bad_ones(test):
    before = test.summary()
    for name, body, kind in (
            ("nothing", "", "text/csv"), ("no columns of ours", "x,y\n1,2\n", "text/csv"),
            ("no good row", "id,price\na,cheap\n", "text/csv"),
            ("cut XML", FEED[:150], "application/xml"),
            ("a DOCTYPE", "<!DOCTYPE a [<!ENTITY b \"c\">]><rss/>", "text/xml"),
            ("XML without items", "<rss/>", "text/xml"),
            ("a JSON array", "[{\"id\":1}]", "application/json"),
            ("bytes", b"\x00\xff\xfe\x01" * 50, "application/octet-stream")):
        for method in ("PUT", "POST"):
            answer = test.change(method, body, kind)
            test.expect(f"{method} of {name}", answer.status == 400 and
                        answer.json().get("detail"), answer)
    for query, status in (("?site=unknown", 400), ("?at=yesterday", 400), ("?at=1999-01-01", 400)):
        answer = test.change("PUT", "id\na\n", query=query)
        test.expect(query, answer.status == status, answer)
    answer = test.change("PUT", "id\na\n", **{"Content-Encoding": "br"})
    test.expect("an unknown coding", answer.status == 415, answer)
    answer = test.change("PUT", b"junk", **{"Content-Encoding": "gzip"})
    test.expect("broken gzip", answer.status == 400, answer)
    test.expect("none of them changed anything", test.summary() == before, test.summary())


def survives(test):
    server = test.server
    test.change("PUT", "id,price\na,1\nb,2\n")
    test.change("POST", "id,price\na,3\n")
    before = test.summary()
    server.kill()
    server.start()
    test.expect("it survives kill -9", test.summary() == before, test.summary())
    test.expect("with the change", test.offered()[0]["a"]["price"] == "3.00", test.offered())
    # A file that is configured for the first time counts, and later what is done after it.
    file = server.directory / "products.csv"
    file.write_text("id,price\na,7\n")
    server.config["sites"][0]["catalog"] = str(file)
    for price, act in (("7.00", None), ("8.00", "id,price\na,8\n"), ("8.00", None)):
        server.stop()
        server.start()
        if act:
            test.change("POST", act)
        test.expect("the newest word counts", test.offered()[0]["a"]["price"] == price,
                    test.offered())
    file.write_text("id,price\na,9\n")
    server.kill()
    server.start()
    test.expect("a changed file is read", test.offered()[0]["a"]["price"] == "9.00", test.offered())


def command(test, binary):
    file = test.server.directory / "change.ndjson"
    file.write_text('{"id":"a","title":"By command"}\n{"id":"b","price":"x"}\n')
    to = f"http://127.0.0.1:{test.server.port}"
    done = subprocess.run([binary, "catalog", "put", str(file), "--change", "--site", SITE,
                           "--to", to], capture_output=True, text=True)
    test.expect("rekindle catalog put", done.returncode == 0, done)
    test.expect("it shows faults as compilers do",
                f'{file}:2:19: price "x" is not a decimal amount' in done.stdout, done.stdout)
    test.expect("it worked", test.offered()[0]["a"]["title"] == "By command")
    file.write_text("{}\n")
    done = subprocess.run([binary, "catalog", "put", str(file), "--to", to], capture_output=True,
                          text=True)
    test.expect("a refusal", done.returncode == 2 and "none of its 1 rows" in done.stderr, done)
    done = subprocess.run([binary, "catalog", "show", "--to", to], capture_output=True, text=True)
    test.expect("rekindle catalog show", '"products":1' in done.stdout, done)


def page(test):
    test.change("PUT", "id,item_group_id\na,f\nb,f\nc,\nd,\n")
    answer = test.server.http.post("/v1/decide", {
        "visitor": "nobody", "n": 2, "placements": ["manual", {"name": "other", "n": 1}, "manual"]})
    placements = answer.json()["placements"]
    got = [(placed["placement"], [offer["product"] for offer in placed["offers"]])
           for placed in placements]
    test.expect("a page without duplicates over parents",
                got == [("manual", ["a", "c"]), ("other", ["d"]), ("manual", [])], got)
    test.expect("and a reason where nothing is left", placements[2].get("nothing_because"), answer)
    for body in ({"placements": []}, {"placements": "manual"}, {"placements": [1]},
                 {"placements": ["a"] * 17}, {"placements": [{"n": 1}]},
                 {"placements": [{"name": "a", "n": 0}]},
                 {"placements": ["a"], "placement": "b"}, {"shown": [1]}):
        answer = test.server.http.post("/v1/decide", {"visitor": "nobody", **body})
        test.expect(f"a bad page {body}", answer.status == 400, answer)
    unknown = test.server.http.get("/v1/decide?visitor=nobody&placement=nowhere").json()
    test.expect("an unknown placement has a reason or offers",
                unknown["offers"] or unknown["nothing_because"], unknown)


def main():
    binary = sys.argv[1] if len(sys.argv) > 1 else default_binary()
    products = ["a", "b", "c", "d"]
    with Server(binary) as server:
        server.config["placements"] = {
            "manual": [{"source": "manual", "products": products}],
            "other": [{"source": "manual", "products": products}],
        }
        server.start()
        test = Test(server)
        changes(test)
        formats(test)
        bad_ones(test)
        survives(test)
        command(test, binary)
        page(test)
        code = server.stop()
        test.expect("the server ends well", code == 0, code)
    print(f"   {test.checks} checks, {len(test.faults)} faults")
    print("\n".join(test.faults[:40]))
    return 1 if test.faults else 0


if __name__ == "__main__":
    sys.exit(main())
