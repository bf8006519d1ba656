"""Questions, catalogues, feedback and offers that make no sense: whatever is asked, an answer has
offers or says why there are none, or is an error that names what is wrong; none is a 500."""
import json
import random
import subprocess
import tempfile

from server import Server

NOON = 1_793_707_200_000  # 2026-11-03T12:00:00Z
ALLOWED = {200, 400, 404, 413, 415, 422, 429}

OFFERS = {
    "lost": {"placements": ["home", "lost"], "audience": "in(gone)", "worth": "100.00", "response": "50%"},
    "dear": {"placements": ["home", "dear"], "budget": "0.00", "cost": "1.00", "worth": "100.00",
             "response": "50%"},
    "ten": {"type": "discount", "placements": ["home", "ten"], "discount": "10%", "response": "50%",
            "full_price_payers": True},
    "gone_lamp": {"type": "product", "product": "nowhere", "placements": ["home", "lamp"],
                  "response": "50%"},
}

CATALOG = "\n".join([
    "product,category,brand,price,stock,expires,published,available",
    "no_price,Lamps,Sun,,5,,,true",
    "free,Lamps,Sun,0.00,5,,,true",
    "negative,Lamps,Sun,10.00,-3,,,true",
    "expired,Lamps,Sun,10.00,5,2020-01-01,,true",
    "to_come,Lamps,Sun,10.00,5,,2030-01-01,true",
    "off,Lamps,Sun,10.00,5,,,false",
    "good,Lamps,Sun,10.00,5,,,true",
])
ONLY_EXPIRED = "product,price,expires\na,1.00,2020-01-01\nb,2.00,2020-01-01\n"


def run(patient, binary):
    with Server(binary, {"gone": "did(search, 7d)"}) as server:
        server.config["offers"] = OFFERS
        server.config["placements"] = {
            "default": ["similar_sessions", "bestsellers_of_last_category", "bestsellers"],
            "news": [{"source": "new_arrivals", "within": "400d"}]}
        server.start()
        doctor = Doctor(patient, server)
        doctor.questions("without a catalogue")
        doctor.catalogs()
        doctor.questions("of a catalogue of oddities")
        doctor.malformed()
        doctor.noise()
        doctor.feedback()
        doctor.audience_that_goes()
        code = server.stop()
        patient.expect("bad decisions", code == 0, f"the server ended with {code}")
    contradictions(patient, binary)


class Doctor:
    def __init__(self, patient, server):
        self.patient = patient
        self.server = server

    def check(self, case, answer, wanted=None):
        """Allowed, and never silent about why there is nothing."""
        self.patient.cases += 1
        if wanted is not None:
            self.patient.expect(case, answer.status == wanted, answer)
        self.patient.expect(case, answer.status in ALLOWED, answer)
        body = answer.json()
        if answer.status >= 400:
            said = body.get("detail") or body.get("title")
            self.patient.expect(case, bool(said), f"an error without a word: {answer}")
            return body
        for decision in body.get("placements", [body]) if answer.status == 200 else []:
            if "offers" not in decision:
                continue
            silent = not decision["offers"] and not decision.get("nothing_because")
            self.patient.expect(case, not silent, f"nothing without a reason: {answer}")
        return body

    def decide(self, case, wanted=None, **body):
        return self.check(case, self.server.http.post("/v1/decide", body), wanted)

    def questions(self, when):
        for visitor in ("stranger", "ann"):
            for placement in ("default", "home", "lost", "dear", "ten", "lamp", "news", "unheard_of", "X y/z"):
                self.decide(f"{visitor} at {placement} {when}", 200, visitor=visitor,
                            placement=placement, n=5)
        self.decide(f"a page {when}", 200, visitor="ann",
                    placements=["home", "unheard_of", "home", {"name": "news", "n": 2}])
        self.decide(f"a cart of the unknown {when}", 200, visitor="ann", cart=["?", "good", "good"])
        self.check(f"a site that is none {when}",
                   self.server.http.get("/v1/decide?visitor=ann&site=moon"), 400)
        events = [{"type": "view_item", "at": NOON, "event_id": f"{when} {i}",
                   "items": [{"product": product}]} for i, product in enumerate(("good", "no_price", "?"))]
        body = self.decide(f"events that come along {when}", 200, visitor="ann", events=events)
        self.patient.expect(f"events that come along {when}",
                            body.get("events", {}).get("accepted") == 3, body)

    def put(self, case, body, wanted, content_type="text/csv", method="PUT"):
        answer = self.server.http.ask(method, "/v1/catalog?at=2026-11-01T00:00:00Z", body.encode(),
                                      {"Content-Type": content_type})
        return self.check(case, answer, wanted)

    def catalogs(self):
        self.put("an empty catalogue", "", 400)
        self.put("a catalogue of a header", "product,price\n", 400)
        self.put("a catalogue that is none", "\x00\x01\x02", 400)
        self.put("a catalogue cut off", '{"product": "a", "pri', 400, "application/x-ndjson")
        self.put("a catalogue with a DOCTYPE", "<!DOCTYPE rss [<!ENTITY a 'b'>]><rss/>", 400, "text/xml")
        self.put("everything expired", ONLY_EXPIRED, 200)
        body = self.decide("everything expired", 200, visitor="ann", placement="news")
        self.patient.expect("everything expired", not body["offers"], body)
        body = self.put("another currency", "product,price\na,1.00 USD\nb,2.00\n", 200)
        self.patient.expect("another currency", "USD" in json.dumps(body), body)
        body = self.put("oddities", CATALOG, 200)
        body = self.decide("oddities are judged", 200, visitor="ann", placement="news", n=50)
        shown = {offer.get("product") for offer in body["offers"]}
        self.patient.expect("oddities are judged",
                            not shown & {"negative", "expired", "to_come", "off"}, body)
        self.patient.expect("oddities are judged", "good" in shown, body)

    def malformed(self):
        http = self.server.http
        for case, path in (("no visitor", "/v1/decide"), ("an empty visitor", "/v1/decide?visitor="),
                           ("n of 0", "/v1/decide?visitor=a&n=0"), ("n below 0", "/v1/decide?visitor=a&n=-1"),
                           ("n of words", "/v1/decide?visitor=a&n=many"),
                           ("n of 51", "/v1/decide?visitor=a&n=51"),
                           ("a visitor of 2,000 bytes", "/v1/decide?visitor=" + "v" * 2_000),
                           ("a discount of words", "/v1/decide?visitor=a&cart_discount=lots")):
            self.check(case, http.get(path), 400)
        for case, body in (("no JSON", "visitor=ann"), ("an array", "[]"), ("no object", "7"),
                           ("a visitor that is a list", '{"visitor": []}'),
                           ("a cart that is a number", '{"visitor": "a", "cart": 3}'),
                           ("a cart of 300", json.dumps({"visitor": "a", "cart": ["x"] * 300})),
                           ("no placements", '{"visitor": "a", "placements": []}'),
                           ("17 placements", json.dumps({"visitor": "a", "placements": ["x"] * 17})),
                           ("a placement without a name", '{"visitor": "a", "placements": [{"n": 2}]}'),
                           ("events that are none", '{"visitor": "a", "events": {"type": "search"}}'),
                           ("1,001 events", json.dumps({"visitor": "a", "events": [{}] * 1_001})),
                           ("a body cut off", '{"visitor": "a", "n": ')):
            self.check(case, http.post("/v1/decide", body), 400)
        body = self.decide("events that cannot be", 200, visitor="ann",
                           events=[{"type": "dance"}, {}, {"type": "search", "at": NOON, "query": "x",
                                                           "event_id": "fine"}])
        self.patient.expect("events that cannot be", body["events"]["accepted"] == 1
                            and len(body["events"]["rejected"]) == 2, body)

    def noise(self):
        """A good question with a value, or a byte, exchanged."""
        dice = random.Random(4)
        odd = [None, True, -1, 0, 51, 1e300, "", "x" * 300, [], {}, [None], [{}], "\u0000", "💡", ["home"] * 16,
               {"name": "home"}, [[["deep"]]], "0.00", "-5", "12,50"]
        for number in range(400):
            body = {"visitor": "ann", "placement": "home", "n": 3, "cart": ["good"], "shown": ["free"],
                    "cart_discount": "1.00", "dry": dice.random() < 0.5,
                    "events": [{"type": "view_item", "at": NOON, "items": [{"product": "good"}]}]}
            if dice.random() < 0.3:
                body["placements"] = ["home", "news"]
            target = body if dice.random() < 0.7 else body["events"][0]
            target[dice.choice([*target, "colour"])] = dice.choice(odd)
            raw = bytearray(json.dumps(body).encode())
            if number % 4 == 0:
                raw[dice.randrange(len(raw))] = dice.randrange(256)
            self.check(f"noise {bytes(raw)!r}", self.server.http.post("/v1/decide", bytes(raw)))

    def feedback(self):
        unknown = self.patient_counter("unknown")
        for what in ("offer_shown", "offer_clicked", "offer_dismissed", "offer_converted"):
            answer = self.server.http.post("/v1/events", {
                "visitor": "ann", "type": what, "at": NOON, "event_id": f"lost {what}",
                "decision": "0123456789abcdef", "offer": "ten"})
            self.patient.expect("feedback of nothing", answer.json()["accepted"] == 1, answer)
        self.patient.expect("feedback of nothing", self.patient_counter("unknown") == unknown + 4,
                            f"counted {self.patient_counter('unknown')} after {unknown}")
        answer = self.server.http.post("/v1/events", {
            "visitor": "ann", "type": "offer_shown", "at": NOON, "decision": "soon"})
        self.check("a decision that is none", answer, 200)
        self.patient.expect("a decision that is none", len(answer.json()["rejected"]) == 1, answer)

    def patient_counter(self, _):
        report = self.server.http.get("/v1/reports/offers?from=2026-11-01&to=2026-11-30")
        return report.json()["feedback_for_unknown_decisions"]

    def audience_that_goes(self):
        self.server.http.post("/v1/events", {"visitor": "ann", "type": "search", "at": NOON, "event_id": "s"})
        answer = self.server.http.ask("DELETE", "/v1/audiences/gone")
        self.patient.expect("an audience that goes", answer.status in (200, 202, 204, 405), answer)
        self.decide("an audience that went", 200, visitor="ann", placement="lost")


def contradictions(patient, binary):
    """Offers that cannot be are refused at the start, each where it stands."""
    cases = {
        "caps that contradict each other": ({"torn": {"placements": ["home"], "caps": [
            {"per": "offer", "at_most": 5, "within": "1d"},
            {"per": "offer", "at_most": 3, "within": "7d"}]}}, "caps contradict each other"),
        "an audience that is not there": ({"odd": {"placements": ["home"], "audience": "in(nobody)"}},
                                          "nobody"),
        "a season that is not there": ({"odd": {"placements": ["home"], "season": "never"}}, "season"),
        "a discount without a share": ({"odd": {"type": "discount", "placements": ["home"],
                                                "discount": "much"}}, "discount"),
        "an end before the start": ({"odd": {"placements": ["home"], "start": "2026-12-02T00:00:00Z",
                                             "end": "2026-12-01T00:00:00Z"}}, "end"),
    }
    for case, (offers, word) in cases.items():
        patient.cases += 1
        with tempfile.TemporaryDirectory() as folder:
            server = Server(binary, directory=folder)
            server.config["offers"] = offers
            server.config_path.write_text(json.dumps(server.config))
            done = subprocess.run([binary, "check", str(server.config_path)], capture_output=True,
                                  text=True, check=False)
        said = done.stdout + done.stderr
        patient.expect(case, done.returncode not in (0, -11, -6), f"it is taken: {said}")
        patient.expect(case, word in said, said)
